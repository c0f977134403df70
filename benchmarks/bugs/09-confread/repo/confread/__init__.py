"""Layered settings files."""

from .config import Config
from .errors import ConfigError, MissingKey, SyntaxProblem

__all__ = ["Config", "ConfigError", "MissingKey", "SyntaxProblem"]
