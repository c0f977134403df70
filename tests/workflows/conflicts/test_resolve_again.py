"""What `resolve` left with markers for the rest is its own, and not edited by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conflicted import STATES, Photograph, photograph

from devagent.repo.git import Repository, find_root
from devagent.workflows.conflicts.again import as_left
from devagent.workflows.conflicts.resolution import FileResolution, Outcome, Resolution, chosen_by_user
from devagent.workflows.conflicts.resolve import propose
from devagent.workflows.conflicts.writing import restore, write

BUILD = {state.name: state.build for state in STATES}


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A merge with one file that is resolved in part."""
    return find_root(BUILD["merge, three files"](tmp_path / "repo"))


def both(repo: Repository) -> FileResolution:
    return next(file for file in propose(repo).files if file.path == "both.py")


def settle(file: FileResolution, number: int, side: str) -> FileResolution:
    """The file with one conflict settled by a person."""
    hunk = file.hunks[number]
    return file.settled(hunk, chosen_by_user(hunk.conflict, getattr(hunk.conflict, side), side))


def written_with(repo: Repository, change: Callable[[FileResolution], FileResolution]) -> Resolution:
    result = propose(repo, ["both.py"])
    return write(repo, Resolution(result.state, tuple(map(change, result.files))))


def test_a_file_resolved_in_part_can_be_gone_on_with(repo: Repository) -> None:
    write(repo, propose(repo))
    file = both(repo)
    assert (file.outcome, file.is_written) == (Outcome.PARTLY, True)
    assert [hunk.settled for hunk in file.hunks] == [True, False]
    before = photograph(repo.root)
    assert write(repo, propose(repo)).run == "", "there is nothing new to write"
    assert photograph(repo.root) == before
    done = written_with(repo, lambda file: settle(file, 1, "theirs"))
    assert done.staged == ("both.py",)
    assert b"LIMIT = 30" in (repo.root / "both.py").read_bytes()


def test_what_a_person_chose_before_stays_chosen(repo: Repository) -> None:
    def chosen(file: FileResolution) -> FileResolution:
        return settle(file.opened(file.hunks[0]), 1, "theirs")

    written_with(repo, chosen)
    file = both(repo)
    assert [hunk.settled for hunk in file.hunks] == [False, True]
    assert file.hunks[1].is_by_user and file.hunks[1].decision
    assert file.hunks[1].decision.lines == file.hunks[1].conflict.theirs


def test_each_step_can_be_taken_back(repo: Repository) -> None:
    states: list[Photograph] = [photograph(repo.root)]
    write(repo, propose(repo))
    states.append(photograph(repo.root))
    written_with(repo, lambda file: settle(file, 1, "ours"))
    for state in reversed(states):
        restore(repo)
        assert photograph(repo.root) == state


def test_an_edit_after_that_is_a_persons(repo: Repository) -> None:
    write(repo, propose(repo))
    path = repo.root / "both.py"
    path.write_bytes(path.read_bytes() + b"\n# mine\n")
    mine = path.read_bytes()
    assert both(repo).outcome is Outcome.EDITED
    write(repo, propose(repo))
    assert path.read_bytes() == mine


def test_nothing_is_taken_for_known_that_does_not_give_these_bytes(repo: Repository) -> None:
    write(repo, propose(repo))
    file = both(repo)
    story = [hunk.to_json() for hunk in file.hunks]
    now = (repo.root / "both.py").read_bytes()
    assert as_left(file, story, now)
    assert as_left(file, story[:1], now) is None
    assert as_left(file, story, now + b"more\n") is None
    other = {**story[0], "decision": {**story[0]["decision"], "lines": ["    return 0"]}}
    assert as_left(file, [other, story[1]], now) is None
