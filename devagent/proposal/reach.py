"""How far an apply goes beyond the files of the work tree: into the index, a commit, a branch. And back.

Staged and committed is the change alone. Where the user has other work in the same file, the change is carried onto
what the index or HEAD holds, as it is onto the file; their work stays staged, or not staged, as it is.
"""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from devagent.errors import UsageError
from devagent.proposal.candidate import Proposal
from devagent.proposal.plan import Commit, Move, Plan
from devagent.proposal.writing import refuse
from devagent.repo import branches
from devagent.repo.git import Repository
from devagent.repo.index import Restaging, check_index_is_free, slots, staged_blobs, tree_blobs, tree_with
from devagent.repo.objects import TreeChange, tree_of
from devagent.repo.operation import fingerprint
from devagent.repo.threeway import carry

_VERIFIED, _ELSEWHERE = "Devagent-Verified: yes", "Devagent-Verified: yes, with other changes beside it"


@dataclass(frozen=True)
class Reach:
    """What an apply also does: stage the change, commit it, or make a branch of it and leave the work tree alone.

    Raises `UsageError` for a branch together with one of the others.
    """

    index: bool = False
    commit: bool = False
    branch: str = ""

    def __post_init__(self) -> None:
        if self.branch and (self.index or self.commit):
            raise UsageError("--branch makes its commit beside the work tree", hint="Leave out --index and --commit")


@dataclass(frozen=True)
class Reached:
    """The part of a plan that concerns the index and refs."""

    staged: tuple[TreeChange, ...] = ()
    move: Move | None = None
    commit: Commit | None = None
    restaged: tuple[Restaging, ...] = ()


def reach_of_apply(repo: Repository, proposal: Proposal, wanted: Sequence[TreeChange], reach: Reach) -> Reached:
    """What an apply does beyond the work tree. Raises `UsageError`, with nothing written, where it cannot."""
    if proposal.merges and not (reach.commit or reach.branch):
        hint = "To make the merge commit: --commit; to make a branch with it: --branch NAME"
        raise UsageError(
            "nothing was written", why="the proposal is a merge, which the files alone do not record", hint=hint
        )
    if reach.branch:
        return Reached(move=_new_branch(repo, proposal, wanted, reach.branch))
    if not (reach.index or reach.commit):
        return Reached()
    check_index_is_free(repo)
    if not reach.commit:
        return Reached(_staged(repo, wanted))
    if state := branches.unfinished(repo):
        hint = "Finish it first, or leave out --commit"
        raise UsageError("nothing was written", why=f"{state} is under way", hint=hint)
    _refuse_unmerged(repo)
    branches.check_identity(repo)
    ref, head = branches.current_ref(repo), repo.head()
    changes, message = _on_head(repo, proposal, wanted, head)
    return Reached(_staged(repo, wanted), Move(ref, head, None), Commit(changes, message, proposal.merges))


def reach_of_undo(repo: Repository, plan: Plan) -> Reached:
    """What an undo of `plan` takes back beyond the work tree. Raises `UsageError`, nothing written, where it cannot."""
    back = plan.reversed()
    if back.move:
        _check_move(repo, plan, back.move)
    return Reached(_unstaged(repo, back.staged), _still(repo, back.move), restaged=_in_conflict_again(repo, back))


def _new_branch(repo: Repository, proposal: Proposal, wanted: Sequence[TreeChange], name: str) -> Move:
    ref, head = branches.branch_ref(repo, name), repo.head()
    branches.check_identity(repo)
    changes, message = _on_head(repo, proposal, wanted, head)
    return Move(
        ref, None, branches.commit_as_user(repo, tree_with(repo, head, changes), [head, proposal.merges], message)
    )


def _on_head(
    repo: Repository, proposal: Proposal, wanted: Sequence[TreeChange], head: str | None
) -> tuple[tuple[TreeChange, ...], str]:
    """The change on top of HEAD, and the message of its commit."""
    carried = carry(repo, wanted, tree_blobs(repo, head, [change.path for change in wanted]))
    hint = "Commit that first, or apply to the work tree only"
    refuse("HEAD lacks uncommitted work that the proposal builds on", carried.conflicts, hint)
    if not any(change.before != change.after for change in carried.changes):
        raise UsageError("nothing was written", why="HEAD holds all of it already")
    message = branches.message_of(repo, proposal.commit)
    if tree_with(repo, head, carried.changes) != tree_of(repo, proposal.commit):
        # What the tests ran on was not this tree, and the commit must not claim it.
        message = message.replace(_VERIFIED + "\n", _ELSEWHERE + "\n")
    return carried.changes, message


def _staged(repo: Repository, wanted: Sequence[TreeChange]) -> tuple[TreeChange, ...]:
    have = staged_blobs(repo, [change.path for change in wanted])
    carried = carry(repo, wanted, have)
    untracked = [path for path in carried.conflicts if path not in have]
    refuse("not in the index", untracked, "Put it there first (git add), or leave out --index")
    refuse("staged otherwise", carried.conflicts, "Stage or unstage all of it first, or leave out --index")
    return _moving(carried.changes)


def _unstaged(repo: Repository, back: Sequence[TreeChange]) -> tuple[TreeChange, ...]:
    carried = carry(repo, back, staged_blobs(repo, [change.path for change in back]) if back else {})
    refuse("staged otherwise since it was applied", carried.conflicts, "Unstage it first, with: git reset -- PATH")
    return _moving(carried.changes)


def check_still_stopped(repo: Repository, plan: Plan) -> None:
    """Raises `UsageError` where the operation that had stopped with the conflicts of `plan` went on or was given up."""
    if plan.restaged and fingerprint(repo) != plan.during:
        raise _stays("what had stopped with these conflicts went on since", "See git reflog, or git rebase --abort")


def _in_conflict_again(repo: Repository, back: Plan) -> tuple[Restaging, ...]:
    """The conflicts that come back. Raises `UsageError` where there is no operation any more that they belong to."""
    if not back.restaged:
        return ()
    check_still_stopped(repo, back)
    check_index_is_free(repo)
    held = slots(repo, [change.path for change in back.restaged])
    other = [change.path for change in back.restaged if held[change.path] not in (change.before, change.after)]
    refuse("staged otherwise since it was resolved", other, "Start it again with: git checkout -m -- PATH")
    return tuple(change for change in back.restaged if held[change.path] != change.after)


def _moving(changes: Iterable[TreeChange]) -> tuple[TreeChange, ...]:
    return tuple(change for change in changes if change.before != change.after)


def _refuse_unmerged(repo: Repository) -> None:
    if repo.git.run("ls-files", "--unmerged", "-z").stdout:
        raise UsageError("nothing was written", why="the index has unmerged files", hint="Finish the merge first")


def _check_move(repo: Repository, plan: Plan, back: Move) -> None:
    """Raise `UsageError` unless the ref that the apply moved may be moved back."""
    if plan.changes:
        _check_commit(repo, back)
        return
    name = back.ref.removeprefix("refs/heads/")
    if branches.standing(repo, back.ref) not in (None, back.before):
        raise _stays(f"branch {name} has moved on", f"To delete it all the same: git branch -D {shlex.quote(name)}")
    if at := branches.checked_out_at(repo, back.ref):
        raise _stays(f"branch {name} is checked out in {at}", "Switch to another branch there first")


def _check_commit(repo: Repository, back: Move) -> None:
    made = back.before or ""
    revert = f"Take it back with: git revert {made[:10]}"
    if (branches.current_ref(repo), branches.standing(repo, back.ref)) != (back.ref, made):
        raise _stays(f"commit {made[:10]} is not HEAD any more", revert)
    if remotes := branches.remote_branches(repo, made):
        raise _stays(f"commit {made[:10]} is on {remotes[0]} already", revert)
    if state := branches.unfinished(repo):
        raise _stays(f"{state} is under way", "Finish it first")


def _stays(why: str, hint: str) -> UsageError:
    return UsageError("nothing was undone", why=why, hint=hint)


def _still(repo: Repository, back: Move | None) -> Move | None:
    """The move that is left to do: none for a branch that the user deleted."""
    return None if back is None or branches.standing(repo, back.ref) == back.after else back
