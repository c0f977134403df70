"""Polygonal zones and the events of crossing them."""

from .tracker import Event, Tracker
from .zones import Zone

__all__ = ["Event", "Tracker", "Zone"]
