"""Writing what was resolved and taking it back: killed at any step it is before or after, and nobody's work is lost."""

import asyncio
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conflicted import EASY_BASE, EASY_OURS, STATES, Photograph, Work, photograph
from crash_scenario import killed_at

from devagent.config.settings import Settings
from devagent.errors import CannotRun, UsageError
from devagent.proposal.apply import apply, last_applied, recover, undo
from devagent.proposal.reach import Reach
from devagent.proposal.store import State, find_run, list_runs
from devagent.proposal.transaction import Step
from devagent.repo.git import Repository, find_root
from devagent.workflows.conflicts import merging
from devagent.workflows.conflicts.resolve import propose
from devagent.workflows.conflicts.writing import restore, write
from devagent.workflows.surface import SilentSurface

BUILD = {state.name: state.build for state in STATES}


@pytest.fixture
def several(tmp_path: Path) -> Repository:
    """One file that can be resolved, one in part, one not at all."""
    return find_root(BUILD["merge, three files"](tmp_path / "repo"))


def test_killed_at_any_step_it_is_before_or_after(several: Repository, tmp_path: Path) -> None:
    before = photograph(several.root)
    steps: list[str] = []
    write(several, propose(several), step=steps.append)
    after = photograph(several.root)
    restore(several)
    for step in range(1, len(steps) + 1, 3):
        copy = _copied(several, tmp_path / str(step))
        _kill(lambda count, root=copy: write(find_root(root), propose(find_root(root)), step=count), step)
        assert _recovered(copy) in (before, after), steps[step - 1]


def test_killed_while_it_comes_back_it_is_before_or_after(several: Repository, tmp_path: Path) -> None:
    before = photograph(several.root)
    write(several, propose(several))
    after = photograph(several.root)
    steps: list[str] = []
    restore(several, step=steps.append)
    for step in range(1, len(steps) + 1, 3):
        copy = _copied(several, tmp_path / str(step))
        write(find_root(copy), propose(find_root(copy)))
        _kill(lambda count, root=copy: restore(find_root(root), step=count), step)
        assert _recovered(copy) in (before, after), steps[step - 1]


def test_a_file_that_changes_meanwhile_is_not_written(several: Repository) -> None:
    result = propose(several)
    (several.root / "easy.py").write_text("mine\n")
    before = photograph(several.root)
    with pytest.raises(UsageError, match=r"nothing was written: changed meanwhile: easy\.py"):
        write(several, result)
    assert photograph(several.root) == before
    assert not list_runs(several)


def test_a_conflict_that_is_staged_meanwhile_is_not_written(several: Repository) -> None:
    result = propose(several)
    several.git.run("update-index", "--add", "--", "easy.py")
    with pytest.raises(UsageError, match=r"nothing was written: staged meanwhile: easy\.py"):
        write(several, result)


def test_a_file_that_changes_while_it_is_written_is_left(several: Repository) -> None:
    result = propose(several)

    def meddle(step: str) -> None:
        if step == "after: stage hard.py" or step == "before: write the index":
            (several.root / "easy.py").write_text("mine\n")

    write(several, result, step=meddle)
    assert (several.root / "easy.py").read_text() == "mine\n"


def test_undo_brings_the_conflict_back_too(several: Repository) -> None:
    before = photograph(several.root)
    run = find_run(several, write(several, propose(several)).run)
    assert last_applied(several) == run
    undo(several, run)
    assert photograph(several.root) == before
    assert run.state is State.UNDONE


def test_a_conflict_comes_back_only_while_the_merge_is_under_way(tmp_path: Path) -> None:
    repo = find_root(BUILD["merge, blanks only"](tmp_path / "repo"))
    write(repo, propose(repo))
    Work(repo.root)("commit", "-qm", "merged")
    with pytest.raises(UsageError, match="nothing was undone: what had stopped with these conflicts went on since"):
        restore(repo)
    assert last_applied(repo) is None, "undo without a name means another run now"


def test_what_is_staged_otherwise_since_stays(tmp_path: Path) -> None:
    repo = find_root(BUILD["merge, blanks only"](tmp_path / "repo"))
    write(repo, propose(repo))
    (repo.root / "a.py").write_text(EASY_OURS + "more = 1\n")
    Work(repo.root)("add", "a.py")
    before = photograph(repo.root)
    with pytest.raises(UsageError, match="staged otherwise since it was resolved"):
        restore(repo)
    assert photograph(repo.root) == before


def test_nothing_is_restored_where_nothing_was_resolved(several: Repository) -> None:
    with pytest.raises(UsageError, match="no conflict was resolved by devagent here"):
        restore(several)


def test_while_another_git_has_the_index_nothing_is_written(several: Repository) -> None:
    result = propose(several)
    (several.git_dir / "index.lock").touch()
    before = photograph(several.root)
    with pytest.raises(CannotRun, match="another git is writing to the index"):
        write(several, result)
    assert photograph(several.root) == before


def test_what_rerere_learnt_of_it_is_forgotten(tmp_path: Path) -> None:
    repo = find_root(BUILD["rerere"](tmp_path / "repo"))
    git, cache = Work(repo.root), repo.git_dir / "rr-cache"
    before = photograph(repo.root)
    write(repo, propose(repo))
    git("rerere")
    assert list(cache.rglob("postimage"))
    restore(repo)
    assert photograph(repo.root) == before
    assert not list(cache.rglob("postimage"))


def test_what_rerere_knew_before_stays(tmp_path: Path) -> None:
    repo = find_root(BUILD["rerere"](tmp_path / "repo"))
    git, cache = Work(repo.root), repo.git_dir / "rr-cache"
    (conflict,) = cache.iterdir()
    (conflict / "postimage").write_text(EASY_BASE)
    write(repo, propose(repo))
    restore(repo)
    assert (conflict / "postimage").read_text() == EASY_BASE
    assert git("rerere", "status").strip() == "a.py"


@pytest.fixture
def merge(tmp_path: Path) -> Repository:
    """A proposed merge of `topic` into `main`."""
    work = Work.new(tmp_path / "repo").sides({"a.py": EASY_BASE}, {"a.py": EASY_OURS}, {"b.py": "b\n"})
    repo = find_root(work.root)
    asyncio.run(merging.merge(repo, Settings(), SilentSurface(), "topic", tests=False))
    return repo


def _apply(root: Path, step: Step = lambda _: None) -> None:
    repo = find_root(root)
    apply(repo, find_run(repo).proposal(), reach=Reach(commit=True), unverified=True, step=step)


def test_a_merge_commit_killed_at_any_step_is_made_or_not(merge: Repository, tmp_path: Path) -> None:
    before = _told(merge.root)
    steps: list[str] = []
    _apply(_copied(merge, tmp_path / "whole"), steps.append)
    after = _told(tmp_path / "whole")
    assert len(Work(tmp_path / "whole")("rev-list", "--parents", "-1", "HEAD").split()) == 3
    for step in range(len(steps), 0, -3):
        copy = _copied(merge, tmp_path / str(step))
        _kill(lambda count, root=copy: _apply(root, count), step)
        _recovered(copy)
        assert _told(copy) in (before, after), steps[step - 1]
        assert not (copy / ".git" / "MERGE_HEAD").exists()


@pytest.mark.parametrize("hook", ["pre-commit", "post-commit"])
def test_killed_while_git_makes_the_merge_commit(merge: Repository, hook: str) -> None:
    before = _told(merge.root)
    path = merge.git_dir / "hooks" / hook
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\nkill -9 $(cut -d ' ' -f 4 /proc/$PPID/stat) $PPID\n")
    path.chmod(0o755)
    child = killed_at(lambda _: _apply(merge.root), 0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    recover(merge)
    assert (_told(merge.root) == before) == (hook == "pre-commit")
    assert not (merge.git_dir / "MERGE_HEAD").exists()


def _told(root: Path) -> tuple[Photograph, str]:
    """What it looks like; a commit is its tree and its parents, because made later it has another id."""
    seen = photograph(root)
    commit = Work(root)("log", "-1", "--format=%T %P")
    return replace(seen, refs="", head=""), commit


def _copied(repo: Repository, folder: Path) -> Path:
    shutil.copytree(repo.root, folder, symlinks=True)
    return folder


def _kill(act: Callable[[Step], object], step: int) -> None:
    """Do it in another process that kills itself at a step."""
    assert os.waitstatus_to_exitcode(os.waitpid(killed_at(act, step), 0)[1]) == -signal.SIGKILL


def _recovered(root: Path) -> Photograph:
    """What it looks like once the next command has recovered."""
    recover(find_root(root))
    assert not list((root / ".git").glob("*.lock"))
    return photograph(root)
