"""Carrying programs out."""

import operator

from .errors import EvalError
from .nodes import Binary, Call, If, Lambda, Let, Literal, Name, Unary
from .scope import Function, Scope

OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Machine:
    """Evaluates nodes; calls may be nested ``max_depth`` deep."""

    def __init__(self, max_depth=100):
        self._max_depth = max_depth
        self._depth = 0

    def evaluate(self, node, scope):
        """The value of a node, with the names of ``scope``."""
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Name):
            return scope.lookup(node.name)
        if isinstance(node, Let):
            value = self.evaluate(node.value, scope)
            scope.define(node.name, value)
            return value
        if isinstance(node, Lambda):
            return Function(node.name, node.params, node.body, scope)
        if isinstance(node, If):
            branch = node.then if self.evaluate(node.test, scope) else node.otherwise
            return self.evaluate(branch, scope)
        if isinstance(node, Unary):
            value = self.evaluate(node.operand, scope)
            return (not value) if node.op == "not" else -value
        if isinstance(node, Binary):
            return self._binary(node, scope)
        if isinstance(node, Call):
            return self._call(node, scope)
        raise EvalError(f"cannot evaluate {type(node).__name__}")

    def _binary(self, node, scope):
        left = self.evaluate(node.left, scope)
        if node.op == "and":
            return self.evaluate(node.right, scope) if left else left
        if node.op == "or":
            return left if left else self.evaluate(node.right, scope)
        right = self.evaluate(node.right, scope)
        try:
            return OPERATORS[node.op](left, right)
        except ZeroDivisionError:
            raise EvalError("division by zero") from None
        except TypeError:
            raise EvalError(f"{node.op!r} does not fit {left!r} and {right!r}") from None

    def _call(self, node, scope):
        """The value of a call.

        The arguments are worked out where the call stands. The body of a
        function of the language then runs in a new scope which has the
        parameters and, behind them, the names visible where the function was
        written, whoever calls it.
        """
        callee = self.evaluate(node.callee, scope)
        args = [self.evaluate(arg, scope) for arg in node.args]
        if callable(callee):
            try:
                return callee(*args)
            except TypeError as error:
                raise EvalError(str(error)) from None
        if not isinstance(callee, Function):
            raise EvalError(f"{callee!r} is not a function")
        if len(args) != len(callee.params):
            raise EvalError(f"{callee.name} takes {len(callee.params)} values, not {len(args)}")
        if self._depth >= self._max_depth:
            raise EvalError("calls are nested too deeply")
        frame = Scope(scope)
        for name, value in zip(callee.params, args):
            frame.define(name, value)
        self._depth += 1
        try:
            return self.evaluate(callee.body, frame)
        finally:
            self._depth -= 1
