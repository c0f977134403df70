import pytest

from teamcal import Person
from teamcal.report import busy_minutes, day_report
from teamcal.timeutil import format_length, parse_clock


def test_lengths():
    assert [format_length(n) for n in (45, 60, 90)] == ["45min", "1h", "1h30"]


def test_bad_clock():
    with pytest.raises(ValueError):
        parse_clock("12:75")


def test_conflicts():
    ann = Person("Ann")
    ann.book("a", "09:00", "10:00")
    ann.book("b", "09:30", "09:45")
    ann.book("c", "10:00", "11:00")
    assert ann.conflicts() == [("a", "b")]


def test_blocked_time_counts_double_bookings_once():
    ann = Person("Ann")
    ann.book("workshop", "09:00", "12:00")
    ann.book("call", "10:00", "10:30")
    assert busy_minutes(ann) == 180


def test_day_report():
    ann = Person("Ann")
    ann.book("all", "09:00", "16:00")
    assert day_report([ann]).splitlines() == [
        "free:", "  16:00-17:00 (1h)", "Ann: 7h blocked"]
