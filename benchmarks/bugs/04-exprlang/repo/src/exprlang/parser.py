"""Tokens to nodes, by recursive descent."""

from .errors import ParseError
from .lexer import tokenize
from .nodes import Binary, Call, If, Lambda, Let, Literal, Name, Unary

LEVELS = [("or",), ("and",), ("==", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%")]


class Parser:
    """Parses one program; every method reads one construct."""

    def __init__(self, text):
        self._tokens = tokenize(text)
        self._at = 0

    def program(self):
        """``statement; statement; ... expression``"""
        parts = []
        while not self._is("end"):
            parts.append(self._statement())
            if not self._is("end"):
                self._expect(";")
        return parts

    def _statement(self):
        if self._is("let"):
            self._next()
            name = self._expect("name").text
            self._expect("=")
            return Let(name, self._expression())
        if self._is("fn") and self._tokens[self._at + 1].kind == "name":
            self._next()
            name = self._expect("name").text
            params = self._params()
            self._expect("=")
            return Let(name, Lambda(params, self._expression(), name))
        return self._expression()

    def _expression(self):
        if self._is("if"):
            self._next()
            test = self._expression()
            self._expect("then")
            then = self._expression()
            self._expect("else")
            return If(test, then, self._expression())
        if self._is("fn"):
            self._next()
            params = self._params()
            self._expect("=>")
            return Lambda(params, self._expression())
        return self._binary(0)

    def _params(self):
        self._expect("(")
        names = []
        while not self._is(")"):
            names.append(self._expect("name").text)
            if not self._is(")"):
                self._expect(",")
        self._next()
        return tuple(names)

    def _binary(self, level):
        if level == len(LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while self._peek().kind in LEVELS[level]:
            op = self._next().kind
            left = Binary(op, left, self._binary(level + 1))
        return left

    def _unary(self):
        if self._is("-") or self._is("not"):
            op = self._next().kind
            return Unary(op, self._unary())
        return self._postfix()

    def _postfix(self):
        node = self._primary()
        while self._is("("):
            self._next()
            args = []
            while not self._is(")"):
                args.append(self._expression())
                if not self._is(")"):
                    self._expect(",")
            self._next()
            node = Call(node, tuple(args))
        return node

    def _primary(self):
        token = self._next()
        if token.kind == "number":
            return Literal(float(token.text) if "." in token.text else int(token.text))
        if token.kind == "string":
            return Literal(token.text[1:-1])
        if token.kind in ("true", "false"):
            return Literal(token.kind == "true")
        if token.kind == "name":
            return Name(token.text)
        if token.kind == "(":
            node = self._expression()
            self._expect(")")
            return node
        raise ParseError(f"unexpected {token.text or 'end'!r} at {token.at}")

    def _peek(self):
        return self._tokens[self._at]

    def _is(self, kind):
        return self._peek().kind == kind

    def _next(self):
        token = self._tokens[self._at]
        self._at += 1 if token.kind != "end" else 0
        return token

    def _expect(self, kind):
        token = self._next()
        if token.kind != kind:
            raise ParseError(f"expected {kind!r}, not {token.text or 'end'!r} at {token.at}")
        return token
