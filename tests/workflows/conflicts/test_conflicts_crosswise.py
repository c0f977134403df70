"""The text that branches come from that were merged crosswise, once and more than once."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from conflicted import EASY_BASE, HARD_BASE, STATES, Work

from devagent.repo.git import find_root
from devagent.workflows.conflicts.crosswise import ancestors

BUILD = {state.name: state.build for state in STATES}
LINES = "one\ntwo\nthree\nfour\nfive\n"

Files = Mapping[str, str | None]


def found(work: Work, *paths: str, left: str = "main", right: str = "topic") -> dict[str, str]:
    bases = work("merge-base", "--all", left, right).split()
    texts = ancestors(find_root(work.root), bases, paths)
    return {path: text.decode() for path, text in texts.items()}


def crosswise(work: Work, main: Files, topic: Files) -> None:
    """Merge `main` and `topic` with each other, both as they are; the merges hold these files."""
    before = work("rev-parse", "main").strip()
    for branch, other, files in (("main", "topic", main), ("topic", before, topic)):
        work("checkout", "-q", branch)
        work("merge", "-q", "--no-commit", "-s", "ours", other)
        work.commit(f"{branch} merges", files)


@pytest.mark.parametrize("state", ["criss-cross", "criss-cross, nested"])
def test_where_all_ancestors_disagree_it_is_what_the_first_of_them_came_from(state: str, tmp_path: Path) -> None:
    work = Work(BUILD[state](tmp_path / "repo"))
    assert found(work, "a.py") == {"a.py": HARD_BASE + EASY_BASE}


def test_ancestors_are_compared_with_what_their_own_ancestors_come_to(tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo")
    first, last = LINES.replace("one", "ONE"), LINES.replace("five", "FIVE")
    work.sides({"a": LINES}, {"a": first}, {"a": last})
    both = first.replace("five", "FIVE")
    crosswise(work, {"a": first, "m": "m\n"}, {"a": both, "t": "t\n"})
    crosswise(work, {"a": first}, {"a": both})
    # Both ancestors had FIVE to keep or to take back, and one took it back.
    assert found(work, "a") == {"a": first}


def test_a_file_that_one_ancestor_has_is_as_it_has_it(tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo").sides({"a": LINES}, {"new": "text\n"}, {"a": LINES + "six\n"})
    crosswise(work, {"a": LINES}, {"a": LINES})
    assert found(work, "new", "a", "never") == {"new": "text\n", "a": LINES + "six\n"}


def test_branches_with_one_common_ancestor_have_no_need_of_another(tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo").sides({"a": LINES}, {"a": "x\n"}, {"a": "y\n"})
    assert found(work, "a") == {}
