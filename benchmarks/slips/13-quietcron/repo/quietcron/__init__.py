"""Periodic jobs with quiet hours."""

from .jobs import Job
from .planner import Planner
from .quiet import QuietHours

__all__ = ["Job", "Planner", "QuietHours"]
