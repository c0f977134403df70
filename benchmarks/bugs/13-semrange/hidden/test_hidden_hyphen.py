import pytest

from semrange import Range
from semrange.shorthand import hyphen


def shown(low, high):
    return " ".join(str(bound) for bound in hyphen(low, high))


@pytest.mark.parametrize(
    ("low", "high", "bounds"),
    [
        ("0.1", "0.1", ">=0.1.0 <0.2.0"),
        ("1", "1", ">=1.0.0 <2.0.0"),
        ("1.0.0", "1.9.x", ">=1.0.0 <1.10.0"),
        ("*", "2", "<3.0.0"),
        ("2.3", "2", ">=2.3.0 <3.0.0"),
        ("1.0.0-rc.1", "1.0.0", ">=1.0.0-rc.1 <=1.0.0"),
        ("0", "0.0.0", ">=0.0.0 <=0.0.0"),
    ],
)
def test_bounds(low, high, bounds):
    assert shown(low, high) == bounds


def test_limits():
    wanted = Range("1.2.3 - 2.3")
    assert wanted.contains("2.3.99")
    assert not wanted.contains("2.4.0")
