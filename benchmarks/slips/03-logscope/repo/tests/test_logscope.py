import pytest

from logscope import analyse, read_entries
from logscope.entry import BadLine
from logscope.reader import at_level
from logscope.report import burst_report, level_report


def log(*items):
    return "\n".join(f"2024-05-01 10:{clock} {level} {source}: text"
                     for clock, level, source in items)


def errors(*clocks, source="db"):
    return log(*((clock, "ERROR", source) for clock in clocks))


def test_details_belong_to_entry():
    entries = read_entries("  lost\n" + errors("00:00") + "\n    at pool\n\tat main\n")
    assert entries[0].details == ["at pool", "at main"]


def test_bad_line():
    with pytest.raises(BadLine):
        read_entries("hello")


def test_at_level():
    text = log(("00:00", "INFO", "a"), ("00:01", "WARN", "a"), ("00:02", "ERROR", "a"))
    assert [e.level for e in at_level(read_entries(text), "WARN")] == ["WARN", "ERROR"]


def test_one_burst():
    bursts = analyse(errors("00:00", "00:05", "00:12"))["db"].bursts
    assert [(b.count, b.seconds) for b in bursts] == [(3, 12)]


def test_two_bursts():
    bursts = analyse(errors("00:00", "00:05", "01:00", "01:10", "01:20"))["db"].bursts
    assert [b.count for b in bursts] == [2, 3]


def test_single_error_is_no_burst():
    assert analyse(errors("00:00"))["db"].bursts == []


def test_single_error_before_burst_is_not_part_of_it():
    bursts = analyse(errors("00:00", "05:00", "05:05"))["db"].bursts
    assert [(b.count, b.seconds) for b in bursts] == [(2, 5)]


def test_sources_are_apart():
    text = log(("00:00", "ERROR", "db"), ("00:01", "ERROR", "web"), ("00:02", "ERROR", "db"))
    found = analyse(text)
    assert len(found["db"].bursts) == 1 and found["web"].bursts == []


def test_other_levels_do_not_end_a_run():
    text = log(("00:00", "ERROR", "db"), ("00:01", "INFO", "db"), ("00:02", "ERROR", "db"))
    assert analyse(text)["db"].longest.count == 2


def test_report_rows():
    assert burst_report(errors("00:00", "00:05")) == "db 10:00:00 2 errors in 5 s"


def test_report_of_lonely_errors():
    assert burst_report(errors("00:00", "10:00", "20:00", "30:00")) == "no bursts"


def test_level_report():
    text = log(("00:00", "INFO", "web"), ("00:01", "WARN", "db"), ("00:02", "INFO", "web"))
    assert level_report(text) == "db: WARN=1\nweb: INFO=2"
