"""The steps from raw to clean series."""

from .outliers import clip, hampel
from .series import Series


class Pipeline:
    """Cleans series with fixed settings.

    ``bounds`` is the (low, high) range the sensor can measure, or None.
    """

    def __init__(self, reach=3, limit=3.0, bounds=None):
        self.reach = reach
        self.limit = limit
        self.bounds = bounds

    def clean(self, series: Series) -> Series:
        """Return the cleaned series; the given one is left alone."""
        values = series.values
        if self.bounds is not None:
            values = clip(values, *self.bounds)
        values = hampel(values, self.reach, self.limit)
        return series.with_values(values)

    def replaced(self, series: Series):
        """Return the times at which cleaning changes the value."""
        clean = self.clean(series)
        return [time for time, raw, new
                in zip(series.times, series.values, clean.values) if raw != new]
