from datetime import datetime

import pytest

from keepbak import Policy, plan
from keepbak.names import parse_archive
from keepbak.summary import size_text, summary

NOW = datetime(2024, 3, 31, 12, 0, 0)


def name(day, hour, what="db"):
    return f"{what}-202403{day:02d}-{hour:02d}0000.tar.gz"


def files(*stamps, size=100):
    return {name(day, hour): size for day, hour in stamps}


def stamps(archives):
    return [(a.time.day, a.time.hour) for a in archives]


def test_parse_archive():
    archive = parse_archive("my-site-20240305-101500.tar.gz")
    assert (archive.name, archive.time) == ("my-site", datetime(2024, 3, 5, 10, 15))


def test_foreign_files():
    result = plan({"notes.txt": 1, "db-20241399-000000.tar.gz": 1}, Policy(), NOW)
    assert result.foreign == ["notes.txt", "db-20241399-000000.tar.gz"]


def test_all_of_today_kept():
    result = plan(files((31, 3), (31, 6), (31, 9)), Policy(), NOW)
    assert stamps(result.keep) == [(31, 9), (31, 6), (31, 3)]


def test_one_a_day_after_two_days():
    result = plan(files((31, 3), (25, 20), (25, 8)), Policy(), NOW)
    assert stamps(result.delete) == [(25, 8)]


def test_expired_are_deleted():
    result = plan(files((31, 3), (30, 3), (1, 3)), Policy(), NOW)
    assert stamps(result.delete) == [(1, 3)]


def test_newest_is_always_kept():
    result = plan(files((1, 3)), Policy(), NOW)
    assert stamps(result.keep) == [(1, 3)]


def test_names_are_apart():
    both = {name(31, 3, "db"): 1, name(31, 3, "web"): 1}
    assert len(plan(both, Policy("1h", "1d"), NOW).keep) == 2


def test_short_policy_in_hours():
    result = plan(files((31, 11), (31, 8), (31, 7)), Policy("2h", "12h"), NOW)
    assert stamps(result.delete) == [(31, 7)]


def test_future_archive_counts_as_new():
    result = plan(files((31, 20), (31, 13)), Policy("2h", "12h"), NOW)
    assert result.delete == []


def test_policy_from_mapping():
    assert Policy.from_mapping({"daily": "4w"}) == Policy("48h", "4w")
    with pytest.raises(ValueError):
        Policy.from_mapping({"all": "5d", "daily": "3d"})


def test_sizes():
    assert [size_text(n) for n in (5, 1536, 3 << 20)] == ["5 B", "1.5 KiB", "3.0 MiB"]


def test_summary():
    result = plan(files((31, 9), (26, 9), (26, 1), size=1024), Policy(), NOW)
    assert summary(result, NOW) == "keep 2 (oldest 5 d), delete 1, frees 1.0 KiB"
