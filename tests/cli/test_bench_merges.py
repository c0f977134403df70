"""`devagent bench merges`: a repository's own merges, made again."""

from pathlib import Path

import pytest
from commandline import CommandLine
from conflicted import Work, easy, hard, photograph


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """Two merges with conflicts, one of which only concerned blanks, and a lock file."""
    work = Work.new(tmp_path / "repo")
    work.sides(
        {"a.py": easy(), "go.sum": "0\n"},
        {"a.py": easy("max(a, b)"), "go.sum": "1\n"},
        {"a.py": easy("max(a,  b)"), "go.sum": "2\n"},
    )
    work("merge", "topic", fails=True)
    work.commit("merged", {"a.py": easy("max(a, b)"), "go.sum": "3\n"})
    work("checkout", "-q", "-B", "topic")
    work.commit("base", {"b.py": hard()})
    work("checkout", "-q", "-B", "main")
    work.commit("ours", {"b.py": hard("20", "if fast:\n    LIMIT += 1\n")})
    work("checkout", "-q", "topic")
    work.commit("theirs", {"b.py": hard("30", "while slow:\n    LIMIT -= 2\n")})
    work("checkout", "-q", "main")
    work("merge", "topic", fails=True)
    work.commit("merged", {"b.py": hard("99")})
    return work


def test_the_table_and_nothing_written(devagent: CommandLine, work: Work) -> None:
    before = photograph(work.root)
    ended = devagent("bench", "merges", str(work.root))
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0] == "2 merges made again: git leaves conflicts in 2 files"
    assert lines[1].startswith("1 file that both sides changed left out")
    rows = {line[:24].strip(): line[24:].split() for line in lines}
    assert rows["git"][:2] == ["0.0", "%"]
    assert rows["devagent merge driver"][:7] == ["50.0", "%", "50.0", "%", "100.0", "%", "0.0"]
    assert any(line.startswith("  certain: 50.0 % of them, right in 100.0 %") for line in lines)
    assert photograph(work.root) == before


def test_the_result_as_json_has_everything(devagent: CommandLine, work: Work) -> None:
    found = devagent("bench", "merges", "--json", at=work.root).json
    assert (found["devagent"], found["kind"], found["exit_code"]) == (1, "bench merges", 0)
    assert [found[name] for name in ("merges", "replayed", "files", "left_out", "hunks")] == [2, 2, 2, 1, 2]
    driver = found["methods"]["devagent merge driver"]
    assert (driver["clean"], driver["same"], driver["broken"]) == (1, 1, 0)
    assert set(driver) == {"clean", "same", "broken", "median_ms", "p95_ms"}
    assert found["classes"]["certain"] == {"said": 1, "right": 1}
    assert found["known"] == {"said": 0, "right": 0}


def test_the_latest_merges_alone(devagent: CommandLine, work: Work) -> None:
    assert devagent("bench", "merges", "--limit", "1", at=work.root).out.startswith("1 merges made again")
    assert devagent("bench", "merges", "--since", "1.hour", at=work.root).out.startswith("2 merges made again")


def test_the_time_may_be_up(devagent: CommandLine, work: Work) -> None:
    found = devagent("bench", "merges", "--json", "--max-seconds", "0.000001", at=work.root).json
    assert found["is_cut"] and found["replayed"] == 0 and found["merges"] == 2


def test_what_makes_no_sense_is_refused_in_a_line(devagent: CommandLine, work: Work, tmp_path: Path) -> None:
    for arguments, told in (
        ((str(tmp_path / "nowhere"),), "nowhere is no folder"),
        ((str(tmp_path),), "is not in a git repository"),
        (("--since", "sometime"), "--since sometime is no date in the past. For example 2025-01-31, or 2.years"),
    ):
        ended = devagent("bench", "merges", *arguments, at=work.root)
        assert ended.code == 2
        assert ended.told.endswith(told)


def test_a_repository_without_merges_has_nothing_to_show(devagent: CommandLine, tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo")
    work.commit("only", {"a.py": ""})
    ended = devagent("bench", "merges", at=work.root)
    assert (ended.code, ended.out) == (0, "0 merges made again: git leaves conflicts in 0 files\n")
