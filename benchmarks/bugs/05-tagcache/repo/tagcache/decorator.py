"""Caching what a function returns."""

import functools

_MISSING = object()


def cached(cache, *, ttl=None, tags=()):
    """Decorator: answer repeated calls with the same arguments from a cache."""

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args):
            key = (function.__qualname__, *args)
            value = cache.get(key, _MISSING)
            if value is _MISSING:
                value = function(*args)
                cache.put(key, value, ttl=ttl, tags=tags)
            return value

        return wrapper

    return decorate
