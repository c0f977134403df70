"""A small music library."""

from .library import Library
from .track import Track

__all__ = ["Library", "Track"]
