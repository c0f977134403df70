"""A cache with weights, times to live and tags."""

from .cache import Cache
from .decorator import cached
from .errors import CacheError, TooHeavy

__all__ = ["Cache", "CacheError", "TooHeavy", "cached"]
