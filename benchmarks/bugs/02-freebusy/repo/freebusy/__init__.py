"""Free and busy times of a group of people."""

from .errors import CalendarError, Clash
from .planner import Planner

__all__ = ["CalendarError", "Clash", "Planner"]
