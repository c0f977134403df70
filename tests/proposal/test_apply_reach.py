"""`--index`, `--commit` and `--branch`: exactly the change goes further than the work tree, and comes back."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from crash_scenario import CHANGES, Scenario, build, photograph, propose, run_and_kill

from devagent.errors import CannotRun, UsageError
from devagent.proposal.apply import apply, recover, undo
from devagent.proposal.plan import Plan
from devagent.proposal.reach import Reach
from devagent.proposal.store import State, find_run
from devagent.repo.git import Repository, find_root
from devagent.repo.objects import Entry

MakeRepo = Callable[..., Path]
BASE = b"one\ntwo\nthree\nfour\nfive\n"
THEIRS, OURS, BOTH = BASE.replace(b"two", b"TWO"), BASE.replace(b"five", b"FIVE"), b"one\nTWO\nthree\nfour\nFIVE\n"
INDEX, COMMIT, BRANCH = Reach(index=True), Reach(commit=True), Reach(branch="made")


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repository:
    return find_root(make_repo({"a": BASE, "b": BASE}))


def git(repo: Repository, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=repo.root, check=True, capture_output=True, text=True).stdout.strip()


def shown(repo: Repository, name: str) -> bytes:
    return subprocess.run(["git", "show", name], cwd=repo.root, check=True, capture_output=True).stdout


def hook(repo: Repository, name: str, script: str) -> None:
    path = repo.git_dir / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@contextmanager
def refused(repo: Repository, said: str, error: type[Exception] = UsageError) -> Iterator[None]:
    """Whatever is refused changes nothing."""
    before = photograph(repo.root)
    with pytest.raises(error, match=said):
        yield
    assert photograph(repo.root) == before
    assert not list(repo.git_dir.glob("*.lock"))
    assert recover(repo) is None


def test_index_stages_the_change_and_leaves_other_work_as_it_is(repo: Repository) -> None:
    (repo.root / "a").write_bytes(OURS)
    (repo.root / "mine").write_bytes(b"mine")
    git(repo, "add", "mine")
    proposal = propose(repo, {"a": Entry(BOTH), "b": None, "new": Entry(b"x", "100755")})
    before = photograph(repo.root)
    done = apply(repo, proposal, reach=INDEX)
    assert (done.paths, done.staged, done.commit) == (("a", "b", "new"), ("a", "b", "new"), "")
    assert (shown(repo, ":a"), (repo.root / "a").read_bytes()) == (THEIRS, BOTH)
    assert git(repo, "status", "--porcelain").splitlines() == ["MM a", "D  b", "A  mine", "A  new"]
    assert undo(repo, find_run(repo)).staged == ("a", "b", "new")
    assert photograph(repo.root) == before


@pytest.mark.parametrize("reach", [INDEX, COMMIT])
def test_what_the_user_told_git_to_overlook_stays_so(repo: Repository, reach: Reach) -> None:
    git(repo, "update-index", "--assume-unchanged", "a")
    proposal = propose(repo, {"a": Entry(THEIRS), "b": Entry(THEIRS)})
    before = photograph(repo.root)
    apply(repo, proposal, reach=reach)
    assert (shown(repo, ":a"), git(repo, "ls-files", "-v")) == (THEIRS, "h a\nH b")
    undo(repo, find_run(repo))
    assert git(repo, "ls-files", "-v") == "h a\nH b"
    assert photograph(repo.root) == before


def test_commit_holds_the_change_alone_and_what_was_staged_stays_staged(repo: Repository) -> None:
    (repo.root / "a").write_bytes(OURS)
    (repo.root / "mine").write_bytes(b"mine")
    git(repo, "add", "a", "mine")
    proposal = propose(repo, {"a": Entry(BOTH), "new": Entry(b"x")})
    before, head = photograph(repo.root), repo.head()
    done = apply(repo, proposal, reach=COMMIT)
    assert (done.commit, done.ref) == (repo.head(), "refs/heads/main")
    assert git(repo, "diff-tree", "-r", "--name-status", "HEAD^", "HEAD").splitlines() == ["M\ta", "A\tnew"]
    assert (shown(repo, "HEAD:a"), shown(repo, ":a")) == (THEIRS, BOTH)
    assert git(repo, "status", "--porcelain").splitlines() == ["M  a", "A  mine"]
    assert git(repo, "show", "-s", "--format=%an %cn %P") == f"Test Test {head}"
    message = git(repo, "show", "-s", "--format=%B")
    assert message.startswith("A change\n\n")
    assert f"Devagent-Run: {proposal.run}" in message
    assert "Devagent-Verified: yes, with other changes beside it" in message
    undo(repo, find_run(repo))
    assert photograph(repo.root) == before
    assert repo.head() == head


def test_a_commit_of_what_was_tested_says_so(repo: Repository) -> None:
    apply(repo, propose(repo, {"a": Entry(THEIRS)}), reach=COMMIT)
    assert git(repo, "show", "-s", "--format=%B").splitlines()[-1] == "Devagent-Verified: yes"
    assert git(repo, "status", "--porcelain") == ""


def test_branch_holds_the_change_on_top_of_head_and_nothing_else_is_touched(repo: Repository) -> None:
    (repo.root / "a").write_bytes(OURS)
    proposal = propose(repo, {"a": Entry(BOTH), "new": Entry(b"x")})
    before, index = photograph(repo.root), (repo.git_dir / "index").read_bytes()
    done = apply(repo, proposal, reach=BRANCH)
    assert (done.paths, done.ref, done.commit) == ((), "refs/heads/made", git(repo, "rev-parse", "made"))
    after = photograph(repo.root)
    assert (after.entries, (repo.git_dir / "index").read_bytes()) == (before.entries, index)
    assert (shown(repo, "made:a"), git(repo, "rev-parse", "made^")) == (THEIRS, repo.head())
    assert find_run(repo).state is State.APPLIED
    undo(repo, find_run(repo))
    assert photograph(repo.root) == before


@pytest.mark.parametrize("reach", ["index", "commit", "branch"])
@pytest.mark.parametrize("action", ["apply", "undo"])
def test_kill_at_any_step_leaves_all_or_nothing(tmp_path: Path, action: str, reach: str) -> None:
    scenario = Scenario(tmp_path, reach, {path: CHANGES[path] for path in ("modified.py", "deleted.py")})
    steps = scenario.steps(action)
    # The last steps are those at the index, the refs and the commit; benchmarks/kill_apply.py kills at all of them.
    sample = range(max(1, steps - 9), steps + 1, 1 if reach == "commit" else 3)
    ended = [scenario.crash(action, step, crash_recovery=step % 2 == 0).ended for step in sample]
    assert set(ended) <= {"before", "after"}
    assert ended == sorted(ended, reverse=True)
    assert "after" in ended


def test_hooks_run_as_git_runs_them(repo: Repository, tmp_path: Path) -> None:
    hook(repo, "pre-commit", f'git diff --cached --name-only -- "*" > {tmp_path}/seen; pwd >> {tmp_path}/seen')
    hook(repo, "commit-msg", 'echo "Change-Id: I42" >> "$1"')
    hook(repo, "post-commit", f"echo done > {tmp_path}/post")
    (repo.root / "mine").write_bytes(b"mine")
    git(repo, "add", "mine")
    apply(repo, propose(repo, {"a": Entry(THEIRS)}), reach=COMMIT)
    assert (tmp_path / "seen").read_text().splitlines() == ["a", str(repo.root)]
    assert "Change-Id: I42" in git(repo, "show", "-s", "--format=%B")
    assert (tmp_path / "post").exists()
    undo(repo, find_run(repo))
    assert git(repo, "status", "--porcelain") == "A  mine"


def test_what_a_hook_makes_of_the_change_is_committed_and_staged(repo: Repository) -> None:
    hook(repo, "pre-commit", "sed -i s/TWO/Two/ a && git add a")
    apply(repo, propose(repo, {"a": Entry(THEIRS)}), reach=COMMIT)
    assert shown(repo, "HEAD:a") == shown(repo, ":a") == BASE.replace(b"two", b"Two")
    assert git(repo, "status", "--porcelain") == ""
    undo(repo, find_run(repo))
    assert ((repo.root / "a").read_bytes(), git(repo, "status", "--porcelain")) == (BASE, "")


def test_a_hook_that_refuses_leaves_nothing_behind(repo: Repository) -> None:
    hook(repo, "pre-commit", "echo the linter is unhappy; exit 1")
    proposal = propose(repo, {"a": Entry(THEIRS), "new/x": Entry(b"x")})
    with refused(
        repo, "could not apply, and nothing was changed: git did not commit: the linter is unhappy", CannotRun
    ):
        apply(repo, proposal, reach=COMMIT)
    assert find_run(repo).state is State.PROPOSED
    apply(repo, proposal)


def test_a_program_that_a_hook_leaves_behind_is_not_waited_for(repo: Repository, tmp_path: Path) -> None:
    hook(repo, "post-commit", f"sleep 30 & echo $! > {tmp_path}/pid")
    apply(repo, propose(repo, {"a": Entry(THEIRS)}), reach=COMMIT)
    pid = int((tmp_path / "pid").read_text())
    os.kill(pid, 0)
    undo(repo, find_run(repo))
    os.kill(pid, signal.SIGKILL)


def test_a_commit_that_was_made_is_found_although_a_hook_left_a_program_behind(tmp_path: Path) -> None:
    repo = build(tmp_path / "repo")
    hook(repo, "post-commit", f"sleep 30 & echo $! > {tmp_path}/pid; kill -9 $(cut -d ' ' -f 4 /proc/$PPID/stat)")
    assert run_and_kill(repo.root, "apply", "commit", 0) == -signal.SIGKILL
    recovery = recover(repo)
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    assert recovery is not None
    assert recovery.state is State.APPLIED
    assert git(repo, "log", "--format=%s") == "A change\nfirst"


def test_a_git_that_outlives_devagent_is_left_alone_until_it_is_done(tmp_path: Path) -> None:
    repo = build(tmp_path / "repo")
    go = tmp_path / "go"
    os.mkfifo(go)
    # The hook ends devagent, which started git, and then waits.
    hook(repo, "pre-commit", f"kill -9 $(cut -d ' ' -f 4 /proc/$PPID/stat); cat {go} > /dev/null")
    assert run_and_kill(repo.root, "apply", "commit", 0) == -signal.SIGKILL
    assert recover(repo) is None
    with pytest.raises(UsageError, match="git is still making the commit"):
        undo(repo, find_run(repo))
    go.write_text("on\n")
    ends = time.monotonic() + 20
    while (recovery := recover(repo)) is None and time.monotonic() < ends:
        time.sleep(0.02)
    assert recovery is not None
    assert recovery.state is State.APPLIED
    assert git(repo, "log", "--format=%s") == "A change\nfirst"


def test_a_git_that_is_killed_has_made_no_commit(repo: Repository) -> None:
    hook(repo, "pre-commit", "kill -9 $PPID")
    with refused(repo, "git did not commit: it ended with -9", CannotRun):
        apply(repo, propose(repo, {"a": Entry(THEIRS)}), reach=COMMIT)


def test_a_ref_that_is_moved_just_so_meanwhile_is_as_it_should_be(repo: Repository) -> None:
    # As by the git that a killed devagent had started, while the next one recovers.
    def faster(what: str) -> None:
        if what == "before: move refs/heads/made":
            move = Plan.read(repo.git_dir / "devagent" / "applying").move
            assert move is not None
            git(repo, "update-ref", move.ref, str(move.after))

    done = apply(repo, propose(repo, {"a": Entry(THEIRS)}), reach=BRANCH, step=faster)
    assert git(repo, "rev-parse", "made") == done.commit


def test_a_ref_that_is_moved_elsewhere_meanwhile_stays_there_and_all_else_goes_back(repo: Repository) -> None:
    apply(repo, propose(repo, {"a": Entry(THEIRS)}), reach=COMMIT)
    before = photograph(repo.root)

    def committing(what: str) -> None:
        if what == "before: move refs/heads/main":
            git(repo, "commit", "-q", "--allow-empty", "-m", "mine")

    with pytest.raises(CannotRun, match="could not undo, and nothing was changed"):
        undo(repo, find_run(repo), step=committing)
    now = photograph(repo.root)
    assert (now.entries, now.staged) == (before.entries, before.staged)
    assert git(repo, "show", "-s", "--format=%s") == "mine"
    assert find_run(repo).state is State.APPLIED


@pytest.mark.parametrize("reach", [INDEX, COMMIT, BRANCH])
def test_work_that_is_not_committed_and_cannot_be_told_from_the_change_is_a_refusal(
    repo: Repository, reach: Reach
) -> None:
    (repo.root / "a").write_bytes(OURS)
    (repo.root / "untracked").write_bytes(BASE)
    overlapping = propose(repo, {"a": Entry(OURS.replace(b"FIVE", b"5"))})
    with refused(repo, "nothing was written: .*: a"):
        apply(repo, overlapping, reach=reach)
    untracked = propose(repo, {"untracked": Entry(THEIRS)})
    with refused(repo, "nothing was written: .*: untracked"):
        apply(repo, untracked, reach=reach)


def test_during_a_merge_there_is_no_commit(repo: Repository) -> None:
    proposal = propose(repo, {"a": Entry(THEIRS)})
    (repo.git_dir / "MERGE_HEAD").write_text(f"{repo.head()}\n")
    with refused(repo, "a merge is under way"):
        apply(repo, proposal, reach=COMMIT)
    apply(repo, proposal, reach=INDEX)


def test_a_commit_works_before_the_first_one_and_on_a_detached_head(repo: Repository) -> None:
    git(repo, "checkout", "-q", "--detach")
    head = repo.head()
    done = apply(repo, propose(repo, {"a": Entry(THEIRS)}), reach=COMMIT)
    assert (done.ref, git(repo, "rev-parse", "main")) == ("HEAD", head)
    undo(repo, find_run(repo))
    assert repo.head() == head
    git(repo, "checkout", "-q", "--orphan", "fresh")
    git(repo, "rm", "-rq", "--cached", ".")
    proposal = propose(repo, {"new": Entry(b"x")})
    apply(repo, proposal, reach=COMMIT)
    assert git(repo, "ls-tree", "-r", "--name-only", "HEAD") == "new"
    undo(repo, find_run(repo, proposal.run))
    assert repo.head() is None


def test_a_commit_is_taken_back_only_while_it_is_head_and_here_alone(repo: Repository) -> None:
    proposal = propose(repo, {"a": Entry(THEIRS)})
    made = apply(repo, proposal, reach=COMMIT).commit
    run = find_run(repo, proposal.run)
    git(repo, "update-ref", "refs/remotes/origin/main", made)
    with refused(repo, f"nothing was undone: commit {made[:10]} is on origin/main already.*git revert {made[:10]}"):
        undo(repo, run)
    git(repo, "update-ref", "-d", "refs/remotes/origin/main")
    git(repo, "commit", "-q", "--allow-empty", "-m", "later")
    with refused(repo, "is not HEAD any more"):
        undo(repo, run)
    git(repo, "checkout", "-q", "-b", "elsewhere", "HEAD^")
    with refused(repo, "is not HEAD any more"):
        undo(repo, run)


def test_a_branch_is_deleted_only_while_it_is_where_it_was(repo: Repository) -> None:
    proposal = propose(repo, {"a": Entry(THEIRS)})
    made = apply(repo, proposal, reach=BRANCH).commit
    run = find_run(repo, proposal.run)
    git(repo, "checkout", "-q", "made")
    with refused(repo, "branch made is checked out in"):
        undo(repo, run)
    git(repo, "commit", "-q", "--allow-empty", "-m", "later")
    git(repo, "checkout", "-q", "main")
    with refused(repo, "branch made has moved on"):
        undo(repo, run)
    git(repo, "branch", "-f", "made", made)
    undo(repo, run)
    apply(repo, proposal, reach=BRANCH)
    git(repo, "branch", "-D", "made")
    undo(repo, run)
    assert run.state is State.UNDONE


def test_what_was_staged_since_stays_staged_where_that_is_clean(repo: Repository) -> None:
    proposal = propose(repo, {"a": Entry(THEIRS)})
    apply(repo, proposal, reach=INDEX)
    (repo.root / "a").write_bytes(BOTH)
    git(repo, "add", "a")
    undo(repo, find_run(repo))
    assert shown(repo, ":a") == (repo.root / "a").read_bytes() == OURS
    apply(repo, proposal, reach=INDEX)
    (repo.root / "a").write_bytes(THEIRS.replace(b"TWO", b"2"))
    git(repo, "add", "a")
    with refused(repo, "changed since it was applied"):
        undo(repo, find_run(repo))
    (repo.root / "a").write_bytes(BOTH)
    with refused(repo, "staged otherwise since it was applied: a"):
        undo(repo, find_run(repo))


def test_an_index_that_another_git_holds_is_waited_for_by_the_user(repo: Repository) -> None:
    proposal = propose(repo, {"a": Entry(THEIRS)})
    lock = repo.git_dir / "index.lock"
    lock.touch()
    for reach in (INDEX, COMMIT):
        before = photograph(repo.root)
        with pytest.raises(CannotRun, match="another git is writing to the index"):
            apply(repo, proposal, reach=reach)
        assert photograph(repo.root) == before
    lock.unlink()
    apply(repo, proposal, reach=COMMIT)


def test_a_branch_goes_with_nothing_else_and_needs_a_new_name(repo: Repository) -> None:
    for other in ({"index": True}, {"commit": True}):
        with pytest.raises(UsageError, match="beside the work tree"):
            Reach(branch="x", **other)
    proposal = propose(repo, {"a": Entry(THEIRS)})
    for name in ("main", "a..b", "-d"):
        with refused(repo, "branch"):
            apply(repo, proposal, reach=Reach(branch=name))


def test_a_linked_work_tree_has_an_index_and_a_branch_of_its_own(repo: Repository, tmp_path: Path) -> None:
    git(repo, "worktree", "add", "-q", "-b", "there", str(tmp_path / "linked"))
    linked = find_root(tmp_path / "linked")
    head, index = repo.head(), (repo.git_dir / "index").read_bytes()
    apply(linked, propose(linked, {"a": Entry(THEIRS)}), reach=COMMIT)
    assert git(linked, "status", "--porcelain") == ""
    assert (repo.head(), (repo.git_dir / "index").read_bytes()) == (head, index)
    undo(linked, find_run(linked))
    assert linked.head() == head
