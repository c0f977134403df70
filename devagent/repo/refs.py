"""The hidden refs of runs: `refs/devagent/RUN/NAME` keeps a run's commits from being collected as garbage."""

import re

from devagent.errors import UsageError
from devagent.repo.git import Repository

ROOT = "refs/devagent"
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def put(repo: Repository, run: str, name: str, commit: str) -> None:
    """Make the ref NAME of a run (parts separated by `/`) point to a commit, whether or not it exists."""
    ref = _ref(run, name)
    old = read(repo, run, name)
    if old != commit:
        repo.git.run("update-ref", "--no-deref", ref, commit, old or repo.zero_id)


def read(repo: Repository, run: str, name: str) -> str | None:
    """The commit that a ref of a run points to, if there is one."""
    output = repo.git.run("rev-parse", "--verify", "--quiet", _ref(run, name), check=False)
    return output.line if output.returncode == 0 else None


def listed(repo: Repository, run: str) -> dict[str, str]:
    """The refs of a run: name → commit."""
    prefix = _ref(run) + "/"
    lines = repo.git.run("for-each-ref", "--format=%(refname) %(objectname)", prefix).line.splitlines()
    return {ref.removeprefix(prefix): commit for ref, commit in (line.split() for line in lines)}


def runs(repo: Repository) -> list[str]:
    """The runs that have refs."""
    names = repo.git.run("for-each-ref", "--format=%(refname)", f"{ROOT}/").line.splitlines()
    return sorted({name.removeprefix(f"{ROOT}/").partition("/")[0] for name in names})


def delete(repo: Repository, run: str) -> None:
    """Delete all refs of a run in one transaction; fails if one of them moves meanwhile."""
    commands = "".join(f"delete {_ref(run, name)} {commit}\n" for name, commit in listed(repo, run).items())
    if commands:
        repo.git.run("update-ref", "--no-deref", "--stdin", stdin=commands.encode())


def _ref(run: str, name: str = "") -> str:
    parts = [run, *name.split("/")] if name else [run]
    if bad := [part for part in parts if not _PART.fullmatch(part)]:
        raise UsageError(f"{bad[0]!r} cannot be part of a ref")
    return "/".join((ROOT, *parts))
