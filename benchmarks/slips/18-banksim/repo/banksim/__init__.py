"""Simulation of customers at counters."""

from .report import Report
from .run import simulate

__all__ = ["Report", "simulate"]
