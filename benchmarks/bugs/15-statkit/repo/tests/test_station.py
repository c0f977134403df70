import statistics

import pytest

from statkit import NoData, StatError, Station

MORNING = [10.0, 11.0, 12.5, 9.5]
NOON = [20.0, 24.0]
EVENING = [15.0, 15.5, 14.0]


@pytest.fixture
def station():
    station = Station(bucket=100)
    for start, values in ((0, MORNING), (100, NOON), (300, EVENING)):
        for offset, value in enumerate(values):
            station.feed("temp", start + offset, value)
    return station


def test_buckets(station):
    hourly = station.hourly("temp")
    assert list(hourly) == [0, 100, 300]
    count, mean, stdev = hourly[0]
    assert count == 4
    assert mean == pytest.approx(10.75)
    assert stdev == pytest.approx(statistics.stdev(MORNING))


def test_overall_mean_and_extremes(station):
    whole = station.overall("temp")
    assert whole.count == 9
    assert whole.mean == pytest.approx(statistics.mean(MORNING + NOON + EVENING))
    assert (whole.low, whole.high) == (9.5, 24.0)


def test_overall_deviation(station):
    expected = statistics.stdev(MORNING + NOON + EVENING)
    assert station.overall("temp").stdev == pytest.approx(expected)


def test_rolling_deviation(station):
    rolling = station.rolling_stdev("temp", 2)
    assert rolling == {
        100: pytest.approx(statistics.stdev(MORNING + NOON)),
        300: pytest.approx(statistics.stdev(NOON + EVENING)),
    }


def test_one_bucket_between(station):
    assert station.between("temp", 100, 300).variance == pytest.approx(8.0)
    with pytest.raises(NoData):
        station.between("temp", 200, 300)


def test_unusual_values():
    station = Station(bucket=10)
    for at in range(40):
        station.feed("flow", at, 10.0 + at % 2)
    assert station.unusual("flow", 12.5)
    assert not station.unusual("flow", 11.5)


def test_asking_changes_nothing(station):
    first = station.overall("temp").stdev
    assert station.overall("temp").stdev == first
    assert station.hourly("temp")[0][0] == 4


def test_reading_text():
    station = Station()
    station.feed_text("# header\n\ntemp, 5, 1.5\ntemp, 9, 2.5\n")
    assert station.overall("temp").mean == 2.0
    with pytest.raises(StatError):
        station.feed_text("temp, now, 1")


def test_unknown_sensor(station):
    with pytest.raises(NoData):
        station.overall("wind")
