"""What `merge --check`, `merge` and `resolve` say of a merge whose text is clean and whose meaning is not."""

from pathlib import Path

import pytest
from commandline import CommandLine
from conflicted import EASY_BASE, EASY_OURS, EASY_THEIRS, Work, photograph

CALC = "def add(a, b):\n    return a + b\n\n\ndef twice(a):\n    return add(a, a)\n"
RENAMED = CALC.replace("add(", "plus(")
USER = "from calc import add\n\n\ndef three(a):\n    return add(a, add(a, a))\n"
TOLD = "more.py:1: topic imports add from calc, main renamed it to plus at calc.py:1 in"


def broken(root: Path, *, conflict: bool = False) -> Work:
    """`main` renames what `topic` newly uses; with a conflict that can be resolved, besides."""
    easy = [{"a.py": text} if conflict else {} for text in (EASY_BASE, EASY_OURS, EASY_THEIRS)]
    return Work.new(root).sides(
        {"calc.py": CALC, **easy[0]}, {"calc.py": RENAMED, **easy[1]}, {"more.py": USER, **easy[2]}
    )


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return broken(tmp_path / "repo")


def test_check_tells_of_semantic_conflicts(devagent: CommandLine, work: Work) -> None:
    before = photograph(work.root)
    ended = devagent("merge", "--check", "main", "topic", at=work.root)
    assert ended.code == 1
    first, last = ended.out.splitlines()
    assert first.startswith(TOLD) and first.endswith("(our change). Use plus here.")
    assert last == "topic merges into main without a conflict of text, but with 1 semantic conflict"
    assert photograph(work.root) == before


def test_check_gives_them_as_json(devagent: CommandLine, work: Work) -> None:
    found = devagent("merge", "--check", "main", "topic", "--json", at=work.root).json
    assert (found["outcome"], found["exit_code"], found["conflicts"]) == ("semantic conflicts", 1, [])
    (finding,) = found["semantic"]
    assert finding["kind"] == "renamed" and finding["name"] == "add"
    assert finding["at"] == {"path": "more.py", "line": 1} and finding["now"] == {"path": "calc.py", "line": 1}
    assert finding["told"].startswith(TOLD)


def test_a_merge_with_one_is_proposed_as_unverified(devagent: CommandLine, work: Work) -> None:
    ended = devagent("merge", "topic", "--no-tests", at=work.root)
    assert ended.code == 1
    assert "meaning: 1 semantic conflict(s): the text merges, the meaning does not" in ended.out
    assert TOLD in ended.out
    assert "Unverified: the merge of topic into main: 1 semantic conflict, see above." in ended.out
    shown = devagent("show", at=work.root)
    assert TOLD in shown.out


def test_a_merge_without_one_says_what_was_compared(devagent: CommandLine, tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo").sides({"calc.py": CALC}, {"README": "read\n"}, {"more.py": USER})
    ended = devagent("merge", "topic", "--no-tests", at=work.root)
    assert "meaning: 1 changed file(s) compared: no side newly uses what the other took away" in ended.out
    assert devagent("merge", "--check", "topic", at=work.root).code == 0


def test_resolve_tells_of_them_and_does_not_go_on(devagent: CommandLine, tmp_path: Path) -> None:
    work = broken(tmp_path / "repo", conflict=True)
    work("merge", "topic", fails=True)
    ended = devagent("resolve", at=work.root)
    assert ended.code == 1
    assert f"semantic conflict: {TOLD}" in ended.out
    assert devagent("resolve", "--json", at=work.root).json["semantic"][0]["name"] == "add"
    ended = devagent("resolve", "--continue", at=work.root)
    assert ended.code == 1 and "Next: mend the 1 semantic conflict above" in ended.out
    assert (work.root / ".git" / "MERGE_HEAD").exists(), "a person has to look at it before it is committed"


def test_what_a_semantic_conflict_is_about_is_not_certain(devagent: CommandLine, tmp_path: Path) -> None:
    base = f"{CALC}\n\n{EASY_BASE}"
    ours = f"{RENAMED}\n\n{EASY_OURS}"
    theirs = f"{CALC}\n\n{EASY_THEIRS}"
    work = Work.new(tmp_path / "repo").sides({"calc.py": base}, {"calc.py": ours}, {"calc.py": theirs, "more.py": USER})
    work("merge", "topic", fails=True)
    found = devagent("resolve", "--json", at=work.root).json
    assert [hunk["decision"]["confidence"] for hunk in found["files"][0]["hunks"]] == ["likely"]


def test_files_with_a_conflict_left_are_not_looked_at(devagent: CommandLine, tmp_path: Path) -> None:
    calc = "LIMIT = {}\n\n\n" + CALC
    work = Work.new(tmp_path / "repo").sides(
        {"calc.py": calc.format(1)},
        {"calc.py": calc.format("max(1, 2)\nLIMIT += 1").replace("add(", "plus(")},
        {"calc.py": calc.format("min(3, 4)"), "more.py": USER},
    )
    work("merge", "topic", fails=True)
    found = devagent("resolve", "--json", at=work.root).json
    assert found["files"][0]["outcome"] != "resolved" and found["semantic"] == []
