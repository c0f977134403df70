"""Expressions of variants, made so that evaluating them is not noticed.

Whatever could be (an iterator used up, a key that comes to be, code of the program that does more than read) ends the
evaluation instead, and so does what would take long.
"""

import ast
import collections
import types

NAME = "__devagent_site__"
MODULES = {"builtins", "math", "copy", "_operator", "operator", "string", "unicodedata", "statistics", "textwrap", "re"}
MODULES |= {"decimal", "_decimal", "_pydecimal", "fractions", "datetime", "collections", "pathlib", "_sre", "enum"}
MOST_NUMBERS, MOST_BITS = 100_000, 20_000


class Unsafe(BaseException):
    """Evaluating an expression would have been noticed, or told nothing."""


STEPPING = {}


def still(value):
    """A value that looking at does not change."""
    kind = type(value)
    moves = STEPPING.get(kind)
    if moves is None:
        moves = STEPPING[kind] = hasattr(kind, "__next__")
    if moves:
        raise Unsafe
    return value


def item(box, place):
    if isinstance(box, dict) and hasattr(type(box), "__missing__") and type(box) is not collections.Counter:
        if place not in box:
            raise Unsafe
    elif type(box).__module__ not in MODULES and isinstance(
        getattr(type(box), "__getitem__", None), types.FunctionType
    ):
        raise Unsafe
    return still(box[place])


def call(function, /, *values, **named):
    if getattr(function, "__module__", None) not in MODULES:
        raise Unsafe
    if any(type(value) is range and len(value) > MOST_NUMBERS for value in values):
        raise Unsafe
    return function(*values, **named)


def method(owner, name, /, *values, **named):
    home = owner.__name__ if isinstance(owner, types.ModuleType) else None
    kind = owner if isinstance(owner, type) else type(owner)
    if (home or kind.__module__) not in MODULES:
        raise Unsafe
    if name in ("ljust", "rjust", "center", "zfill", "expandtabs"):
        bounded(1, values[0] if values and isinstance(values[0], int) else 0)
    return call(getattr(owner, name), *values, **named) if home else getattr(owner, name)(*values, **named)


def bounded(left, right):
    """Raises where a product would be long."""
    for number, other in ((left, right), (right, left)):
        if isinstance(number, int):
            if number.bit_length() > MOST_BITS:
                raise Unsafe
            if isinstance(other, (str, bytes, list, tuple)) and number * len(other) > MOST_NUMBERS:
                raise Unsafe
            if other == 1 and number > MOST_NUMBERS:
                raise Unsafe


def times(left, right):
    if not (isinstance(left, int) and isinstance(right, int)):
        bounded(left, right)
    elif left.bit_length() + right.bit_length() > MOST_BITS:
        raise Unsafe
    return left * right


def power(left, right):
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > MOST_BITS:
        raise Unsafe
    return left**right


def shifted(left, right):
    if isinstance(right, int) and right > MOST_BITS:
        raise Unsafe
    return left << right


OPERATIONS = {ast.Mult: times, ast.Pow: power, ast.LShift: shifted}
HELPERS = {f"{NAME}{f.__name__}__": f for f in (still, item, call, method, times, power, shifted)}


class Checked(ast.NodeTransformer):
    """An expression made of the steps above."""

    def visit_Name(self, node):
        return helped(still, node) if isinstance(node.ctx, ast.Load) else node

    def visit_Attribute(self, node):
        return helped(still, self.generic_visit(node)) if isinstance(node.ctx, ast.Load) else node

    def visit_Subscript(self, node):
        node = self.generic_visit(node)
        return helped(still, node) if isinstance(node.slice, ast.Slice) else helped(item, node.value, node.slice)

    def visit_Call(self, node):
        values = [self.visit(value) for value in node.args]
        named = [self.visit(keyword) for keyword in node.keywords]
        if isinstance(node.func, ast.Name):
            return helped(call, node.func, *values, keywords=named)
        if isinstance(node.func, ast.Attribute):
            owner = self.visit(node.func.value)
            return helped(method, owner, ast.Constant(node.func.attr), *values, keywords=named)
        raise Unsafe

    def visit_BinOp(self, node):
        node = self.generic_visit(node)
        operation = OPERATIONS.get(type(node.op))
        return helped(operation, node.left, node.right) if operation else node

    def refuse(self, _):
        raise Unsafe

    visit_NamedExpr = visit_Await = visit_Yield = visit_YieldFrom = refuse


def helped(function, *values, keywords=()):
    return ast.Call(ast.Name(f"{NAME}{function.__name__}__", ast.Load()), list(values), list(keywords))


def checked(text):
    """The syntax tree of a variant's expression."""
    tree = ast.parse(b"(" + text + b"\n)", mode="eval").body
    return Checked().visit(tree)
