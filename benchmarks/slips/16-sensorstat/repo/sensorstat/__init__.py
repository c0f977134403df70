"""Robust statistics for sensor readings."""

from .pipeline import Pipeline
from .series import Series
from .summary import summarise

__all__ = ["Pipeline", "Series", "summarise"]
