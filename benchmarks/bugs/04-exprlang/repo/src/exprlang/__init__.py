"""A small expression language."""

from .errors import EvalError, ExprError, LexError, ParseError
from .program import Program, run

__all__ = ["EvalError", "ExprError", "LexError", "ParseError", "Program", "run"]
