"""One-pass statistics over sensor readings."""

from .errors import NoData, StatError
from .running import Running
from .station import Station

__all__ = ["NoData", "Running", "StatError", "Station"]
