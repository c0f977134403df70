"""The user's branches: where HEAD stands, and moving, making and deleting one, never over a change by another."""

from collections.abc import Iterable

from devagent.errors import CannotRun, UsageError
from devagent.repo.git import Repository, identity

_STATES = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "SQUASH_MSG": "a squash merge",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase or git am",
    "sequencer": "a series of cherry-picks or reverts",
}


def current_ref(repo: Repository) -> str:
    """The ref that a commit would move: a branch, or `HEAD` itself where it is detached."""
    output = repo.git.run("symbolic-ref", "--quiet", "HEAD", check=False)
    return output.line if output.returncode == 0 else "HEAD"


def standing(repo: Repository, ref: str) -> str | None:
    """The commit at a ref, if there is one; that of `HEAD` only where it is detached."""
    if ref == "HEAD" and current_ref(repo) != "HEAD":
        return None
    output = repo.git.run("rev-parse", "--verify", "--quiet", ref, check=False)
    return output.line if output.returncode == 0 else None


def move_ref(repo: Repository, ref: str, before: str | None, after: str | None, why: str) -> None:
    """Move a ref from one commit to another; `None` is no ref. Raises `CannotRun` where it no longer is at `before`."""
    zero = repo.zero_id
    if after is None:
        repo.git.run("update-ref", "--no-deref", "-m", why, "-d", ref, before or zero)
    else:
        repo.git.run("update-ref", "--no-deref", "-m", why, ref, after, before or zero)


def branch_ref(repo: Repository, name: str) -> str:
    """The ref of a branch that is to be made. Raises `UsageError` for a name that git refuses or that is taken."""
    ref = f"refs/heads/{name}"
    if name.startswith("-") or repo.git.run("check-ref-format", ref, check=False).returncode != 0:
        raise UsageError(f"{name!r} cannot be the name of a branch")
    if standing(repo, ref) is not None:
        raise UsageError(f"there is a branch {name} already", hint="Give another name")
    return ref


def unfinished(repo: Repository) -> str:
    """What is under way in the work tree and would get mixed up with a commit; empty if nothing is."""
    return next((what for name, what in _STATES.items() if (repo.git_dir / name).exists()), "")


def remote_branches(repo: Repository, commit: str) -> list[str]:
    """The remote-tracking branches that a commit is on."""
    listed = repo.git.run("for-each-ref", "--contains", commit, "--format=%(refname:short)", "refs/remotes")
    return listed.line.splitlines()


def checked_out_at(repo: Repository, ref: str) -> str:
    """The work tree in which a branch is checked out; empty if it is in none."""
    at = ""
    for line in repo.git.run("worktree", "list", "--porcelain").line.splitlines():
        word, _, value = line.partition(" ")
        at = value if word == "worktree" else at
        if (word, value) == ("branch", ref):
            return at
    return ""


def check_identity(repo: Repository) -> None:
    """Raise `UsageError` unless git knows whom to name as author and committer."""
    try:
        for role in ("AUTHOR", "COMMITTER"):
            repo.git.run("var", f"GIT_{role}_IDENT", env=identity())
    except CannotRun as error:
        raise UsageError(
            "git does not know who commits",
            why=error.why,
            hint="Tell it with: git config user.name NAME, and git config user.email ADDRESS",
        ) from None


def commit_as_user(repo: Repository, tree: str, parents: Iterable[str | None], message: str) -> str:
    """Write a commit in the user's name and give its id; no ref moves, no hook runs. Parents that are none are left."""
    flags = [part for parent in parents if parent for part in ("-p", parent)]
    text = message.encode(errors="surrogateescape")
    return repo.git.run("commit-tree", tree, *flags, stdin=text, env=identity()).line


def message_of(repo: Repository, commit: str) -> str:
    """The message of a commit."""
    return repo.git.run("show", "--no-patch", "--format=%B", commit, "--").line.rstrip("\n") + "\n"
