"""Which operation of git's stopped with conflicts, what its two sides are called, and what each of them did.

What "ours" means differs: a rebase puts the user's commits on top of another branch, so that there "ours" is the other
branch and "theirs" is the user's own work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from devagent.repo.branches import current_ref
from devagent.repo.git import Repository

_SHORT = 10
_MOST_COMMITS, _MOST_SHOWN, _MOST_PATHS = 1_000, 5, 1_000
_MARK = "\x01"
_HEADS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")


class Operation(StrEnum):
    """What git was doing. The value is what people call it."""

    MERGE = "merge"
    SQUASH = "squash merge"
    REBASE = "rebase"
    MAILBOX = "git am"
    CHERRY_PICK = "cherry-pick"
    REVERT = "revert"
    STASH = "stash pop"
    UNKNOWN = "unfinished merge"
    """There are conflicts, and git keeps no note of where they come from."""
    NONE = "none"

    @property
    def go_on(self) -> tuple[str, ...]:
        """The git command that goes on with it; none where git has nothing to go on with."""
        return _GO_ON.get(self, ())


_GO_ON = {
    Operation.MERGE: ("merge", "--continue"),
    Operation.REBASE: ("rebase", "--continue"),
    Operation.MAILBOX: ("am", "--continue"),
    Operation.CHERRY_PICK: ("cherry-pick", "--continue"),
    Operation.REVERT: ("revert", "--continue"),
}


@dataclass(frozen=True)
class Side:
    """One side of a merge. `name` is a branch, or a commit with its subject; `commit` is empty where it has none."""

    name: str
    commit: str = ""


@dataclass(frozen=True)
class Step:
    """Where a series of commits stands: the `number`th of `of`, from 1."""

    number: int
    of: int


@dataclass(frozen=True)
class UnderWay:
    """An operation that stopped.

    `swapped` says that "theirs" is the user's own work, so that what is known of sides from merges does not hold.
    `heads` counts the branches that are merged in: more than one is an octopus.
    """

    operation: Operation
    ours: Side
    theirs: Side
    base: str = ""
    """The commit that both started from, where it is one; where it is empty, the merge bases are."""
    swapped: bool = False
    heads: int = 1
    step: Step | None = None


@dataclass(frozen=True)
class Commit:
    """One commit, as a line."""

    id: str
    subject: str


@dataclass(frozen=True)
class History:
    """What each side did to a path since they parted, the latest first."""

    ours: tuple[Commit, ...] = ()
    theirs: tuple[Commit, ...] = ()


def under_way(repo: Repository) -> UnderWay:
    """The operation that stopped in this work tree."""
    folder = repo.git_dir
    if (folder / "rebase-merge").is_dir():
        return _rebase(repo, folder / "rebase-merge", "msgnum", "end")
    if (folder / "rebase-apply").is_dir():
        if (folder / "rebase-apply" / "applying").exists():
            return _mailbox(repo, folder / "rebase-apply")
        return _rebase(repo, folder / "rebase-apply", "next", "last")
    for name, make in (("MERGE_HEAD", _merge), ("CHERRY_PICK_HEAD", _cherry_pick), ("REVERT_HEAD", _revert)):
        if commits := _read(folder / name).split():
            return make(repo, commits)
    if (folder / "SQUASH_MSG").exists():
        return UnderWay(Operation.SQUASH, _here(repo), Side(_squashed(repo)))
    return _without_a_trace(repo)


def fingerprint(repo: Repository) -> str:
    """What tells one stopped operation, and one stop of it, from any other: where HEAD is, and what is merged in."""
    heads = [_read(repo.git_dir / name).strip().replace("\n", " ") for name in _HEADS]
    return " ".join([repo.head() or "none", *filter(None, heads)])


def histories(repo: Repository, state: UnderWay, paths: Sequence[str]) -> dict[str, History]:
    """The commits of both sides that touch each path, at most five of each."""
    ours, theirs = state.ours.commit, state.theirs.commit
    if not (ours and theirs and paths):
        return {}
    if state.base:
        # One commit is carried over, or taken back: it is all that its side did.
        carried = state.base if state.operation is Operation.REVERT else theirs
        one = Commit(carried[:_SHORT], _subject(repo, carried))
        mine = _log(repo, f"{state.base}..{ours}", paths)
        return {path: History(mine[path], (one,)) for path in paths}
    mine, other = _log(repo, f"{theirs}..{ours}", paths), _log(repo, f"{ours}..{theirs}", paths)
    return {path: History(mine[path], other[path]) for path in paths}


def merge_bases(repo: Repository, state: UnderWay) -> tuple[str, ...]:
    """The common ancestors of a merge; several where the branches were merged crosswise. None is known otherwise."""
    if state.operation is not Operation.MERGE or not (state.ours.commit and state.theirs.commit):
        return ()
    found = repo.git.run("merge-base", "--all", state.ours.commit, state.theirs.commit, check=False)
    return tuple(found.line.split())


def named(repo: Repository, commit: str, hint: str = "") -> str:
    """What people call a commit: a branch or tag at it (the one that `hint` mentions first), or itself."""
    listed = repo.git.run(
        *("for-each-ref", f"--points-at={commit}", "--format=%(refname:short)"),
        *("refs/heads", "refs/remotes", "refs/tags"),
    )
    names = [name for name in listed.line.splitlines() if not name.endswith("/HEAD")]
    mentioned = [name for name in names if name in hint]
    return (mentioned or names or [described(repo, commit)])[0]


def described(repo: Repository, commit: str) -> str:
    """A commit as its short id and its subject."""
    subject = _subject(repo, commit)
    return f"{commit[:_SHORT]} ({subject})" if subject else commit[:_SHORT]


def _merge(repo: Repository, heads: list[str]) -> UnderWay:
    message = _read(repo.git_dir / "MERGE_MSG")
    theirs = Side(named(repo, heads[0], message), heads[0])
    return UnderWay(Operation.MERGE, _here(repo), theirs, heads=len(heads))


def _cherry_pick(repo: Repository, commits: list[str]) -> UnderWay:
    picked = commits[0]
    theirs = Side(described(repo, picked), picked)
    return UnderWay(Operation.CHERRY_PICK, _here(repo), theirs, base=_parent(repo, picked))


def _revert(repo: Repository, commits: list[str]) -> UnderWay:
    # What is merged in is the state before the commit, and the common ancestor is the commit itself.
    undone = commits[0]
    theirs = Side(f"before {described(repo, undone)}", _parent(repo, undone))
    return UnderWay(Operation.REVERT, _here(repo), theirs, base=undone)


def _rebase(repo: Repository, folder: Path, number: str, last: str) -> UnderWay:
    onto = _read(folder / "onto").strip()
    replayed = _read(repo.git_dir / "REBASE_HEAD").strip() or _read(folder / "stopped-sha").strip()
    ours = Side(named(repo, onto) if onto else "HEAD", repo.head() or "")
    branch = _read(folder / "head-name").strip().removeprefix("refs/heads/")
    of = f" of {branch}" if branch and branch != "detached HEAD" else ""
    theirs = Side(described(repo, replayed) + of if replayed else branch, replayed)
    base = _parent(repo, replayed) if replayed else ""
    step = _step(_read(folder / number), _read(folder / last))
    return UnderWay(Operation.REBASE, ours, theirs, base, swapped=True, step=step)


def _mailbox(repo: Repository, folder: Path) -> UnderWay:
    step = _step(_read(folder / "next"), _read(folder / "last"))
    return UnderWay(Operation.MAILBOX, _here(repo), Side("the patch"), step=step)


def _without_a_trace(repo: Repository) -> UnderWay:
    """git keeps no note of `stash pop` and of `checkout -m`; a stash that could not be popped is still there."""
    theirs = _theirs(repo)
    if not theirs:
        return UnderWay(Operation.NONE, _here(repo), Side(""))
    stash = repo.git.run("rev-parse", "--verify", "--quiet", "refs/stash", check=False).line
    if stash and _holds_one(repo, stash, theirs):
        return UnderWay(Operation.STASH, _here(repo), Side("the stash", stash), base=_parent(repo, stash))
    return UnderWay(Operation.UNKNOWN, _here(repo), Side("theirs"))


def _theirs(repo: Repository) -> dict[str, str]:
    """The blobs of "theirs" of every conflict, by path; empty blobs stand for a side that has none."""
    found: dict[str, str] = {}
    for line in repo.git.run("ls-files", "--unmerged", "-z").fields:
        head, path = line.split("\t", 1)
        _, blob, stage = head.split()
        found[path] = blob if stage == "3" else found.get(path, "")
    return found


def _holds_one(repo: Repository, commit: str, blobs: Mapping[str, str]) -> bool:
    """Whether a commit has one of these blobs at its path."""
    listed = (line.split("\t", 1) for line in repo.git.run("ls-tree", "-r", "-z", "--full-tree", commit).fields)
    there = {path: head.split()[2] for head, path in listed}
    return any(blob and there.get(path) == blob for path, blob in blobs.items())


def _here(repo: Repository) -> Side:
    head = repo.head() or ""
    ref = current_ref(repo)
    if ref != "HEAD":
        return Side(ref.removeprefix("refs/heads/"), head)
    return Side(named(repo, head) if head else "HEAD", head)


def _squashed(repo: Repository) -> str:
    message = _read(repo.git_dir / "SQUASH_MSG")
    commits = [line.split()[1] for line in message.splitlines() if line.startswith("commit ")]
    return named(repo, commits[0]) if commits else "the squashed commits"


def _step(number: str, last: str) -> Step | None:
    return Step(int(number), int(last)) if number.strip().isdigit() and last.strip().isdigit() else None


def _parent(repo: Repository, commit: str) -> str:
    output = repo.git.run("rev-parse", "--verify", "--quiet", f"{commit}^", check=False)
    return output.line if output.returncode == 0 else ""


def _log(repo: Repository, commits: str, paths: Sequence[str]) -> dict[str, tuple[Commit, ...]]:
    """The latest of these commits that touch each path."""
    flags = ("--no-merges", "-z", f"--max-count={_MOST_COMMITS}", f"--format={_MARK}%H%x09%s", "--name-only")
    # A command line takes only so much.
    limited = paths if len(paths) <= _MOST_PATHS else ()
    found: dict[str, list[Commit]] = {path: [] for path in paths}
    latest = None
    for field in repo.git.run("log", *flags, "--no-show-signature", commits, "--", *limited, check=False).fields:
        if field.startswith(_MARK):
            name, _, subject = field.removeprefix(_MARK).partition("\t")
            latest = Commit(name[:_SHORT], subject)
        elif latest and len(touching := found.get(field.removeprefix("\n"), [])) < _MOST_SHOWN:
            touching.append(latest)
    return {path: tuple(commits) for path, commits in found.items()}


def _subject(repo: Repository, commit: str) -> str:
    return repo.git.run("show", "--no-patch", "--format=%s", commit, "--", check=False).line


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return ""
