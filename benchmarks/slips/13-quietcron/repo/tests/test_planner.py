import pytest

from quietcron import Job, Planner, QuietHours
from quietcron.clock import format_clock, parse_clock
from quietcron.windows import QuietWindow


def table(*jobs, quiet=()):
    return Planner(jobs, QuietHours(*quiet)).timetable()


def test_plain_period():
    assert table(Job("a", 480)) == ["00:00 a", "08:00 a", "16:00 a"]


def test_offset_and_order():
    assert table(Job("b", 720, 30), Job("a", 720)) == [
        "00:00 a", "00:30 b", "12:00 a", "12:30 b"]


def test_skip_inside_day_window():
    assert table(Job("a", 360, policy="skip"), quiet=["11:00-13:00"]) == [
        "00:00 a", "06:00 a", "18:00 a"]


def test_defer_inside_day_window():
    assert table(Job("a", 720), quiet=["11:30-12:45"]) == ["00:00 a", "12:45 a"]


def test_end_of_day_window_is_free():
    assert table(Job("a", 720, policy="skip"), quiet=["11:00-12:00"]) == [
        "00:00 a", "12:00 a"]


def test_skip_over_midnight():
    assert table(Job("a", 360, policy="skip"), quiet=["22:00-06:00"]) == [
        "06:00 a", "12:00 a", "18:00 a"]


def test_defer_over_midnight():
    assert table(Job("a", 1440, 60), quiet=["22:00-05:30"]) == ["05:30 a"]


def test_skip_before_midnight():
    assert table(Job("a", 1440, 1400, policy="skip"), quiet=["22:00-06:00"]) == []


def test_ignore():
    assert table(Job("a", 720, policy="ignore"), quiet=["22:00-06:00"]) == [
        "00:00 a", "12:00 a"]


def test_deferred_runs_merge():
    assert table(Job("a", 5, 1425), quiet=["23:00-23:59"]) == ["23:59 a"]


def test_touching_windows_chain():
    quiet = QuietHours("10:00-11:00", "11:00-12:00")
    assert quiet.release(parse_clock("10:30")) == parse_clock("12:00")


def test_whole_day_is_refused():
    with pytest.raises(ValueError, match="every minute"):
        QuietHours("00:00-12:00", "12:00-24:00").release(5)


def test_clock_round_trip():
    assert format_clock(parse_clock("07:05")) == "07:05"


def test_window_length_over_midnight():
    assert QuietWindow.parse("22:00-06:00").length == 480
