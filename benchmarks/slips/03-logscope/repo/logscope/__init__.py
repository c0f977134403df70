"""Log reading and burst detection."""

from .analysis import analyse
from .reader import read_entries

__all__ = ["analyse", "read_entries"]
