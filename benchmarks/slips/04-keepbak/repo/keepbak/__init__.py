"""Retention of backup archives."""

from .planner import plan
from .policy import Policy

__all__ = ["Policy", "plan"]
