"""Recursive descent parser of the query language."""

from .errors import QueryError
from .lexer import tokenize
from .nodes import COMPARE, Both, Comparison, Not


class Parser:
    """Parses one query text."""

    def __init__(self, text):
        self.tokens = tokenize(text)
        self.index = 0

    def peek(self):
        """The token to be read next."""
        return self.tokens[self.index]

    def accept(self, kind, value=None):
        """Consume and return the next token if it is the one asked for."""
        token = self.peek()
        if token.kind == kind and (value is None or token.value == value):
            self.index += 1
            return token
        return None

    def parse(self):
        """Return the root node; the whole text must be used."""
        node = self.alternative()
        if self.peek().kind != "end":
            raise QueryError("unexpected text", self.peek().position)
        return node

    def alternative(self):
        """``conjunction (or conjunction)*``"""
        node = self.conjunction()
        while self.accept("word", "or"):
            node = Both(node, self.conjunction(), any_=True)
        return node

    def conjunction(self):
        """``unary (and unary)*``"""
        node = self.unary()
        while self.accept("word", "and"):
            node = Both(node, self.unary())
        return node

    def unary(self):
        """``not unary``, a parenthesis or a comparison."""
        if self.accept("word", "not"):
            return Not(self.unary())
        if self.accept("op", "("):
            node = self.alternative()
            if not self.accept("op", ")"):
                raise QueryError("missing )", self.peek().position)
            return node
        return self.comparison()

    def comparison(self):
        """``field op value``"""
        field = self.accept("field")
        if field is None:
            raise QueryError("expected a field", self.peek().position)
        op = self.accept("op")
        if op is None or op.value not in COMPARE:
            raise QueryError("expected an operator", self.peek().position)
        value = self.accept("value")
        if value is None:
            raise QueryError("expected a value", self.peek().position)
        return Comparison(field.value, op.value, value.value)
