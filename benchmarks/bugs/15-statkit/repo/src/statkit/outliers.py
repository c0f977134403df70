"""Readings that stand out."""


def score(value, summary):
    """By how many standard deviations a value is away from the mean."""
    if summary.stdev == 0:
        return 0.0 if value == summary.mean else float("inf")
    return abs(value - summary.mean) / summary.stdev


def is_outlier(value, summary, limit=3.0):
    return score(value, summary) > limit
