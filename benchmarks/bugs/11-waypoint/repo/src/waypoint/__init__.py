"""Routing of requests to handlers."""

from .app import App
from .errors import BuildError, PatternError, RoutingError
from .messages import Request, Response

__all__ = ["App", "BuildError", "PatternError", "Request", "Response", "RoutingError"]
