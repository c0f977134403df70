"""Jobs that depend on each other."""

from .errors import CycleError, JobError, Stuck
from .pipeline import Pipeline

__all__ = ["CycleError", "JobError", "Pipeline", "Stuck"]
