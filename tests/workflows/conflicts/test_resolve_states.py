"""`resolve` in every state in which git stops: the right thing, or nothing at all; and it can always be taken back."""

import sys
from pathlib import Path

import pytest
from conflicted import (
    EASY_BASE,
    EASY_OURS,
    EASY_THEIRS,
    EDITED,
    HARD_BASE,
    HARD_OURS,
    HARD_THEIRS,
    LEFT,
    PARTLY,
    RESOLVED,
    STATES,
    Photograph,
    State,
    Work,
    photograph,
)

import devagent
from devagent.errors import UsageError
from devagent.repo.conflicts import unmerged
from devagent.repo.git import Repository, find_root
from devagent.repo.operation import under_way
from devagent.workflows.conflicts.resolve import MOST_BYTES, propose
from devagent.workflows.conflicts.writing import go_on, restore, write

by_name = pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)


@by_name
def test_it_is_resolved_and_comes_back(state: State, tmp_path: Path) -> None:
    repo = find_root(state.build(tmp_path / "repo"))
    before = photograph(repo.root)
    if state.refused:
        with pytest.raises(UsageError, match=state.refused):
            propose(repo)
        assert photograph(repo.root) == before
        return
    result = propose(repo)
    assert photograph(repo.root) == before, "looking changes nothing"
    assert {file.path: file.outcome for file in result.files} == state.expected
    assert under_way(repo).operation is state.operation
    written = write(repo, result)
    if not written.run:
        assert photograph(repo.root) == before
        return
    _check_written(repo, state, before)
    restore(repo)
    assert photograph(repo.root) == before


@pytest.mark.parametrize("state", [state for state in STATES if state.finishes], ids=lambda state: state.name)
def test_it_goes_on_to_its_end(state: State, tmp_path: Path) -> None:
    repo = find_root(state.build(tmp_path / "repo"))
    result = go_on(repo, lambda: write(repo, propose(repo)))
    assert result.finished and not result.left
    assert not unmerged(repo) and not under_way(repo).operation.go_on
    assert repo.git.run("status", "--porcelain").line == ""


def test_what_the_merge_driver_left_is_not_taken_for_edited(tmp_path: Path) -> None:
    package = Path(devagent.__file__).parents[1]
    command = f"env PYTHONPATH={package} {sys.executable} -m devagent.merge.driver %O %A %B %L %P"
    work = Work.new(tmp_path / "repo").sides(
        {"a.py": EASY_BASE + HARD_BASE, ".gitattributes": "*.py merge=devagent\n"},
        {"a.py": EASY_OURS + HARD_OURS},
        {"a.py": EASY_THEIRS + HARD_THEIRS},
    )
    work("config", "merge.devagent.driver", command)
    work("merge", "topic", fails=True)
    assert (work.root / "a.py").read_text().count("<<<<<<<") == 1, "what is certain is resolved"
    (file,) = propose(find_root(work.root)).files
    assert file.outcome is PARTLY


def test_a_file_that_is_too_large_is_left(tmp_path: Path) -> None:
    large = b"x" * (MOST_BYTES + 1)
    work = Work.new(tmp_path / "repo").sides({"a": b"1\n"}, {"a": large}, {"a": b"2\n"})
    work("merge", "topic", fails=True)
    (file,) = propose(find_root(work.root)).files
    assert (file.outcome, file.reason) == (LEFT, "too large to be merged here")


def _check_written(repo: Repository, state: State, before: Photograph) -> None:
    left = {entry.path for entry in unmerged(repo)}
    now, then = photograph(repo.root).files, before.files
    for path, outcome in state.expected.items():
        if outcome is RESOLVED:
            assert path not in left
            assert b"<<<<<<<" not in now[path][1]
        elif outcome is PARTLY:
            assert path in left
            assert now[path][1].count(b"<<<<<<<") < then[path][1].count(b"<<<<<<<")
        else:
            assert outcome in (LEFT, EDITED)
            assert now.get(path) == then.get(path)
