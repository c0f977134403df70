"""Runs on disk: ids, states, finding and discarding."""

import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from crash_scenario import propose
from hypothesis import given
from hypothesis import strategies as st

from devagent.errors import UsageError
from devagent.journal.journal import Journal
from devagent.proposal.apply import apply, undo
from devagent.proposal.store import (
    Run,
    State,
    discard,
    find_run,
    list_runs,
    mark_ended,
    new_run,
    publish,
    run_id,
    runs_folder,
    sweep,
)
from devagent.repo import refs
from devagent.repo.git import Repository, find_root
from devagent.repo.objects import Entry

MakeRepo = Callable[..., Path]
TIMES = st.floats(0, 4e9)


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repository:
    return find_root(make_repo({"a": "1\n"}))


@given(TIMES, TIMES)
def test_ids_are_short_and_sort_by_time(one: float, other: float) -> None:
    earlier, later = sorted((one, other))
    # Two digits of a year: ids of one century.
    if later < 946_684_800 or earlier >= 946_684_800:
        assert run_id(earlier) <= run_id(later)
    assert len(run_id(one)) == 12


def test_id_can_be_read_aloud() -> None:
    assert run_id(0) == "700101-babab"
    assert run_id(86_399.9) == "700101-zuzuz"


def test_runs_started_at_the_same_instant_have_ids_of_their_own(repo: Repository) -> None:
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: new_run(repo, at=1e9), range(24)))
    assert len({run.id for run in runs}) == 24
    assert list_runs(repo) == sorted(runs, key=lambda run: run.id)
    assert runs[0].folder.stat().st_mode & 0o777 == 0o700
    assert runs_folder(repo).parent.stat().st_mode & 0o777 == 0o700


def test_run_is_found_by_prefix_by_word_and_as_the_latest(repo: Repository) -> None:
    with pytest.raises(UsageError, match="no run in this repository"):
        find_run(repo)
    first, second = new_run(repo, at=1e9), new_run(repo, at=1e9 + 3600)
    assert find_run(repo) == second
    assert find_run(repo, first.id) == first
    assert find_run(repo, first.id[:9]) == first
    assert find_run(repo, first.id.split("-")[1]) == first
    with pytest.raises(UsageError, match=f"may be any of 2 runs: {first.id}, {second.id}"):
        find_run(repo, first.id[:6])
    with pytest.raises(UsageError, match="there is no run 'zzz'"):
        find_run(repo, "zzz")


def test_states_follow_the_life_of_a_run(repo: Repository) -> None:
    run = new_run(repo)
    with Journal(run.folder):
        assert run.state is State.RUNNING
        with pytest.raises(UsageError, match="being worked on"):
            discard(repo, run)
    assert run.state is State.INTERRUPTED
    with pytest.raises(UsageError, match=r"has no proposal \(interrupted\)"):
        run.proposal()
    mark_ended(run, "the time is over", State.STOPPED)
    assert (run.state, run.failure) == (State.STOPPED, "the time is over")
    mark_ended(run, "nothing passed")
    assert (run.state, run.failure) == (State.FAILED, "nothing passed")
    proposal = propose(repo, {"a": Entry(b"2\n")})
    run = find_run(repo, proposal.run)
    assert (run.state, run.failure) == (State.PROPOSED, "")
    assert run.proposal() == proposal
    apply(repo, proposal)
    assert run.state is State.APPLIED
    undo(repo, run)
    assert run.state is State.UNDONE
    discard(repo, run)
    assert run.state is State.DISCARDED
    assert run not in list_runs(repo)
    assert refs.listed(repo, run.id) == {}


def test_published_proposal_is_a_commit_with_trailers_and_a_patch_that_applies(repo: Repository) -> None:
    proposal = propose(repo, {"a": Entry(b"2\n"), "b": Entry(b"\0\xff")})
    assert refs.listed(repo, proposal.run) == {"proposal": proposal.commit}
    message = repo.git.run("show", "--no-patch", "--format=%(trailers:only)", proposal.commit, "--").line
    assert message == f"Devagent-Run: {proposal.run}\nDevagent-Verified: yes\n"
    patch_file = find_run(repo).folder / "proposal.patch"
    subprocess.run(["git", "apply", str(patch_file)], cwd=repo.root, check=True)
    assert (repo.root / "a").read_bytes() == b"2\n"
    assert (repo.root / "b").read_bytes() == b"\0\xff"
    assert publish(repo, proposal, "A change", when=1_700_000_000) == proposal


def test_runs_are_shared_by_all_work_trees(repo: Repository, tmp_path: Path) -> None:
    repo.git.run("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    run = new_run(find_root(tmp_path / "linked"))
    assert list_runs(repo) == [run]


def test_discard_that_was_killed_is_swept_and_not_listed(repo: Repository) -> None:
    run = new_run(repo)
    refs.put(repo, run.id, "base", repo.head() or "")
    run.folder.rename(run.folder.with_name(f".discarded-{run.id}"))
    assert list_runs(repo) == []
    sweep(repo)
    assert refs.listed(repo, run.id) == {}
    assert list(runs_folder(repo).iterdir()) == []
    assert Run(run.id, run.folder).state is State.DISCARDED


@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_nobody_else_may_look_into_the_folder_of_runs(repo: Repository, umask: int) -> None:
    before = os.umask(umask)
    try:
        run = new_run(repo)
        mark_ended(run, "no reason")
    finally:
        os.umask(before)
    folders = (run.folder, runs_folder(repo), runs_folder(repo).parent)
    assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700] * 3
    assert (run.folder / "ended.json").stat().st_mode & 0o777 == 0o600
