"""Trees evaluated in plain Python."""

import pytest

from devagent.merge.forest import Forest

TWO_TREES = {
    "roots": [0, -4],
    "features": [0, 1],
    "thresholds": [0.5, 2.0],
    "lefts": [1, -2],
    "rights": [-1, -3],
    "leaves": [3.0, -1.0, 0.5, 0.25],
}


@pytest.mark.parametrize(("row", "expected"), [([0.5, 2.0], -0.75), ([0.5, 2.1], 0.75), ([0.6, 0.0], 3.25)])
def test_values_of_the_leaves_are_added(row: list[float], expected: float) -> None:
    assert Forest.read(TWO_TREES).log_odds(row) == pytest.approx(expected)


def test_no_log_odds_are_even_chances() -> None:
    assert Forest((), (), (), (), (), ()).probability([]) == 0.5


def test_extreme_log_odds_are_no_overflow() -> None:
    forest = Forest((-1,), (), (), (), (), (-1e6,))
    assert 0 <= forest.probability([]) < 1e-12
