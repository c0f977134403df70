"""Replacement of outliers."""

from .robust import mad, median


def window(values, index, reach):
    """Return the values at most ``reach`` places away from ``index``."""
    return values[max(0, index - reach):index + reach + 1]


def hampel(values, reach=3, limit=3.0):
    """Return a new list in which outliers are replaced by a local median.

    A value is an outlier if it is more than ``limit`` scaled MADs away from
    the median of the window of given values around it.  The decision about
    each value looks at the values as they were given.
    """
    if reach < 1:
        raise ValueError("reach must be at least 1")
    cleaned = values
    for index, value in enumerate(values):
        near = window(values, index, reach)
        centre = median(near)
        if abs(value - centre) > limit * mad(near):
            cleaned[index] = centre
    return cleaned


def clip(values, low, high):
    """Return a new list with each value limited to ``low`` to ``high``."""
    return [min(high, max(low, value)) for value in values]
