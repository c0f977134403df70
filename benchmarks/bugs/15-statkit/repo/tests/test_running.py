import pytest

from statkit import NoData, Running


def test_adding_values():
    run = Running([2, 4, 4, 4, 5, 5, 7, 9])
    assert (run.count, run.mean) == (8, 5)
    assert run.variance == pytest.approx(32 / 7)


def test_no_values():
    with pytest.raises(NoData):
        Running().variance


def test_single_value():
    assert Running([3]).stdev == 0


def test_merging_with_nothing():
    run = Running([1, 2, 3])
    run.merge(Running())
    assert (run.count, run.mean, run.variance) == (3, 2, 1)


def test_copy():
    run = Running([1, 2, 3])
    twin = run.copy()
    twin.add(10)
    assert (run.count, twin.count, twin.high) == (3, 4, 10)


def test_parts_with_the_same_mean():
    run = Running([1, 3])
    run.merge(Running([0, 4]))
    assert run.spread == pytest.approx(10)
