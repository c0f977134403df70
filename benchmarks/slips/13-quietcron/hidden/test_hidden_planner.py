from quietcron import Job, Planner, QuietHours
from quietcron.clock import parse_clock


def test_quiet_minutes_over_midnight():
    assert QuietHours("23:00-01:00").quiet_minutes() == 120


def test_release_ends_exactly_at_window_end():
    quiet = QuietHours("20:15-04:45")
    assert quiet.release(parse_clock("21:00")) == 1440 + parse_clock("04:45")


def test_window_until_midnight():
    quiet = QuietHours("21:00-24:00")
    assert not quiet.is_quiet(0)
    assert quiet.is_quiet(1439)


def test_second_day_runs():
    runs = Planner([Job("x", 720, 180, "skip")], QuietHours("23:00-03:00")).runs(2)
    assert [run.minute for run in runs] == [180, 900, 1620, 2340]


def test_start_minute_is_quiet():
    assert QuietHours("23:00-03:00").is_quiet(1380)
