from logscope import analyse
from logscope.report import burst_report


def errors(*clocks):
    return "\n".join(f"2024-05-01 {clock} ERROR api: x" for clock in clocks)


def pairs(text, **more):
    return [(b.count, b.seconds) for b in analyse(text, **more)["api"].bursts]


def test_lonely_error_between_bursts():
    text = errors("10:00:00", "10:00:01", "10:30:00", "11:00:00", "11:00:04")
    assert pairs(text) == [(2, 1), (2, 4)]


def test_minimum_three_drops_pairs():
    text = errors("10:00:00", "10:00:01", "10:30:00", "10:30:02", "10:30:04")
    assert pairs(text, minimum=3) == [(3, 4)]


def test_lonely_error_at_end():
    assert pairs(errors("10:00:00", "10:00:09", "12:00:00")) == [(2, 9)]


def test_report_start_time():
    text = errors("09:00:00", "10:00:00", "10:00:03")
    assert burst_report(text) == "api 10:00:00 2 errors in 3 s"


def test_bursts_are_not_joined():
    text = errors("10:00:00", "10:00:01", "10:00:02", "10:05:00", "10:05:01")
    assert pairs(text) == [(3, 2), (2, 1)]
