class CacheError(Exception):
    """Base of the errors of the cache."""


class TooHeavy(CacheError):
    """One value weighs more than the whole cache may."""
