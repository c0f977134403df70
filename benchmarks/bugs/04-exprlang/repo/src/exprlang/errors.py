class ExprError(Exception):
    """Anything wrong with a program."""


class LexError(ExprError):
    """A character that starts no token."""


class ParseError(ExprError):
    """Tokens that make no program."""


class EvalError(ExprError):
    """A program that cannot be carried out."""
