import pytest

from semrange import Range, RangeError


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("^1.2.3", ">=1.2.3 <2.0.0"),
        ("^0.2.3", ">=0.2.3 <0.3.0"),
        ("^0.0.3", ">=0.0.3 <0.0.4"),
        ("~1.2.3", ">=1.2.3 <1.3.0"),
        ("~1", ">=1.0.0 <2.0.0"),
        ("1.2.x", ">=1.2.0 <1.3.0"),
        ("1.2.3", "=1.2.3"),
        (">1.2", ">=1.3.0"),
        ("<=2", "<3.0.0"),
        (">= 1.2.3 <2", ">=1.2.3 <2.0.0"),
        ("*", "*"),
    ],
)
def test_bounds(text, bounds):
    assert Range(text).bounds() == bounds


def test_hyphen_with_full_versions():
    assert Range("1.2.3 - 2.3.4").bounds() == ">=1.2.3 <=2.3.4"
    assert Range("1.2 - 2.3.4").bounds() == ">=1.2.0 <=2.3.4"
    assert Range("1.2 - *").bounds() == ">=1.2.0"


def test_hyphen_with_open_upper_version():
    assert Range("1.2.3 - 2.3").bounds() == ">=1.2.3 <2.4.0"
    assert Range("1.2.3 - 2.x").bounds() == ">=1.2.3 <3.0.0"


def test_hyphen_the_wrong_way_round():
    with pytest.raises(RangeError):
        Range("2.0.0 - 1.0.0")


def test_alternatives():
    wanted = Range("^1.2 || >=3.1 <3.4")
    assert [wanted.contains(v) for v in ("1.9.0", "2.0.0", "3.1.0", "3.4.0")] == [
        True,
        False,
        True,
        False,
    ]


def test_pre_releases_must_be_asked_for():
    assert not Range(">=1.0.0").contains("2.0.0-rc.1")
    assert Range(">=2.0.0-beta").contains("2.0.0-rc.1")
    assert not Range(">=2.0.0-rc.2").contains("2.0.0-rc.1")


def test_not_a_range():
    with pytest.raises(RangeError):
        Range("one point two")
