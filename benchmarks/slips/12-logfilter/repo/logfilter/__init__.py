"""A tiny query language for log records."""

from .query import Query
from .errors import QueryError

__all__ = ["Query", "QueryError"]
