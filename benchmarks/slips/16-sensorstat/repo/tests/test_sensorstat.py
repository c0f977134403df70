import pytest

from sensorstat import Pipeline, Series, summarise
from sensorstat.robust import mad, median, quantile

CALM = [10, 11, 10, 12, 11, 10, 11, 12, 10, 11]
SPIKE = [10, 11, 10, 12, 95, 10, 11, 12, 10, 11]


def series(values, name="s"):
    return Series(name, range(len(values)), values)


def test_median_odd_and_even():
    assert median([3, 1, 2]) == 2 and median([4, 1, 3, 2]) == 2.5


def test_mad():
    assert mad([1, 1, 2, 2, 4, 6, 9]) == pytest.approx(1.4826)


def test_quantile():
    assert quantile([10, 20, 30, 40], 0.5) == 25


def test_calm_series_is_unchanged():
    assert Pipeline().clean(series(CALM)).values == CALM


def test_spike_is_removed():
    assert Pipeline().clean(series(SPIKE)).values[4] == 11


def test_raw_series_stays():
    raw = series(SPIKE)
    Pipeline().clean(raw)
    assert raw.values == SPIKE


def test_replaced_times():
    assert Pipeline().replaced(series(SPIKE)) == [4]


def test_bounds_clip():
    clean = Pipeline(limit=1e9, bounds=(0, 50)).clean(series(SPIKE))
    assert max(clean.values) == 50


def test_summary_counts_replaced():
    assert summarise(series(SPIKE, "t1")).line() == (
        "t1: n=10 median=11.00 range=10.00..12.00 replaced=1")


def test_empty_summary():
    with pytest.raises(ValueError):
        summarise(series([]))


def test_parse_and_between():
    part = Series.parse("p", "10 1.5\n\n20 2.5\n30 3\n").between(10, 30)
    assert part.times == [10, 20] and part.values == [1.5, 2.5]


def test_times_must_increase():
    with pytest.raises(ValueError, match="increase"):
        Series("x", [1, 1], [2, 3])
