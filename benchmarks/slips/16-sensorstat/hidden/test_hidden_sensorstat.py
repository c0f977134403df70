from sensorstat import Pipeline, Series, summarise


def series(values):
    return Series("h", range(0, 10 * len(values), 10), values)


def test_windows_look_at_the_raw_values():
    values = [4, 15, 6, 8, 13, 20, 9, 13, 16, 12, 18, 11]
    kept = series(values)
    clean = Pipeline(reach=1, limit=1.0, bounds=(-1000, 1000)).clean(kept)
    assert clean.values == [4, 6, 6, 8, 13, 13, 9, 13, 13, 16, 12, 11]
    assert kept.values == values


def test_two_spikes_reported():
    values = [5, 6, 5, 60, 6, 5, 6, 5, 6, -40, 5, 6]
    assert Pipeline().replaced(series(values)) == [30, 90]


def test_cleaning_twice_from_raw_is_the_same():
    raw = series([1, 2, 1, 2, 30, 2, 1, 2, 1])
    first = Pipeline(reach=2).clean(raw).values
    assert Pipeline(reach=2).clean(raw).values == first
    assert raw.values[4] == 30


def test_summary_with_negative_spike():
    assert summarise(series([7, 8, 7, 8, -90, 7, 8, 7, 8])).replaced == 1


def test_constant_series():
    assert Pipeline().replaced(series([2] * 8)) == []
