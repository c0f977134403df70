"""The front door: all sensors of a station."""

from .buckets import Buckets
from .combine import combine, rolling
from .errors import NoData
from .outliers import is_outlier
from .readings import parse_readings


class Station:
    """Keeps buckets of readings for each sensor."""

    def __init__(self, bucket=3600):
        self._bucket = bucket
        self._sensors = {}

    def feed(self, sensor, at, value):
        self._sensors.setdefault(sensor, Buckets(self._bucket)).add(at, value)

    def feed_text(self, text):
        for sensor, at, value in parse_readings(text):
            self.feed(sensor, at, value)

    def hourly(self, sensor):
        """``{start: (count, mean, stdev)}`` for each bucket."""
        return {
            start: (item.count, item.mean, item.stdev) for start, item in self._of(sensor).items()
        }

    def overall(self, sensor):
        return combine(bucket for _, bucket in self._of(sensor).items())

    def between(self, sensor, first, last):
        return combine(self._of(sensor).between(first, last))

    def rolling_stdev(self, sensor, size):
        """``{start: stdev}`` over ``size`` buckets at a time."""
        return {start: item.stdev for start, item in rolling(self._of(sensor), size)}

    def unusual(self, sensor, value, limit=3.0):
        """Would a value stand out from all that was seen?"""
        return is_outlier(value, self.overall(sensor), limit)

    def _of(self, sensor):
        try:
            return self._sensors[sensor]
        except KeyError:
            raise NoData(f"nothing from {sensor}") from None
