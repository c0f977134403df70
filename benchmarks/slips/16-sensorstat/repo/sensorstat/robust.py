"""Robust measures of location and spread."""

#: Makes the MAD comparable with a standard deviation.
MAD_SCALE = 1.4826


def median(values):
    """Return the median; the mean of the middle two for an even count."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("median of nothing")
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def mad(values):
    """Return the scaled median absolute deviation from the median."""
    centre = median(values)
    return MAD_SCALE * median([abs(value - centre) for value in values])


def quantile(values, q):
    """Return the q-quantile (0 to 1) by linear interpolation."""
    if not 0 <= q <= 1:
        raise ValueError("q must be between 0 and 1")
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
