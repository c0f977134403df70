import statistics

import pytest

from statkit import Running

A, B, C = [1.0, 2.0, 4.0], [100.0, 101.0], [-7.0]


@pytest.mark.parametrize("parts", [(A, B), (B, A), (A, C), (C, A, B), (B, C, C)])
def test_merge_is_the_same_as_adding(parts):
    whole = Running()
    for part in parts:
        whole.merge(Running(part))
    values = [value for part in parts for value in part]
    assert whole.count == len(values)
    assert whole.mean == pytest.approx(statistics.mean(values))
    assert whole.variance == pytest.approx(statistics.variance(values))


def test_other_is_left_alone():
    other = Running(B)
    Running(A).merge(other)
    assert (other.count, other.mean, other.spread) == (2, 100.5, 0.5)


def test_copy_of_a_copy():
    run = Running(A).copy().copy()
    assert run.variance == pytest.approx(statistics.variance(A))
