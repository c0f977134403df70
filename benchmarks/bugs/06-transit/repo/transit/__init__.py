"""Quickest ways through a network of lines."""

from .errors import NetworkError, NoRoute, UnknownStop
from .planner import Planner

__all__ = ["NetworkError", "NoRoute", "Planner", "UnknownStop"]
