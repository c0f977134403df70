"""Two commits merged by git into a tree, beside the checkout: what is clean, and the stages of what is not.

The attributes of the work tree count. A merge driver that a configuration names is not run: such a file is merged as
text.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from devagent.config.resources import scratch_folder
from devagent.errors import CannotRun, UsageError
from devagent.repo.conflicts import Unmerged, from_listing
from devagent.repo.elsewhere import elsewhere
from devagent.repo.git import Repository
from devagent.repo.objects import Blob, scratch_index, write_blobs

_CONFLICTS, _UNKNOWN_OPTION = 1, 129


@dataclass(frozen=True)
class TreeMerge:
    """What git makes of two commits.

    Arguments:
        tree: the merged tree; a file in conflict is in it with markers, or as one side has it.
        unmerged: the paths in conflict.
        bases: the common ancestors of the commits.
        messages: what git says of the conflicts, a line for each.
    """

    tree: str
    unmerged: tuple[Unmerged, ...]
    bases: tuple[str, ...]
    messages: tuple[str, ...] = ()


def commit_named(repo: Repository, name: str) -> str:
    """The id of a commit. Raises `UsageError` where there is none of that name."""
    found = repo.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", check=False)
    if found.returncode != 0:
        raise UsageError(f"there is no branch or commit {name}", hint="See git branch --all")
    return found.line


def merge_commits(repo: Repository, ours: str, theirs: str) -> TreeMerge:
    """Merge two commits, given by their ids. Raises `UsageError` where they have no common ancestor."""
    bases = tuple(repo.git.run("merge-base", "--all", ours, theirs, check=False).line.split())
    if not bases:
        raise UsageError("the two have no common ancestor", why="their histories are unrelated")
    return _by_trees(repo, ours, theirs, bases) or _by_index(repo, ours, theirs, bases)


def _by_trees(repo: Repository, ours: str, theirs: str, bases: tuple[str, ...]) -> TreeMerge | None:
    """The merge by `git merge-tree`; `None` with a git that has no such merge."""
    with elsewhere(repo) as (git, env):
        # The work tree is there for its attributes; nothing is written to it.
        env = {**env, "GIT_WORK_TREE": str(repo.root)}
        command = ("merge-tree", "--write-tree", "-z", "--messages", ours, theirs)
        output = git.run("-C", str(repo.root), *command, env=env, check=False)
    if output.returncode not in (0, _CONFLICTS):
        if output.returncode == _UNKNOWN_OPTION:
            return None
        raise CannotRun("git merge-tree failed", why=output.stderr.splitlines()[0] if output.stderr else "")
    tree, *rest = os.fsdecode(output.stdout).split("\0")
    stages = rest[: rest.index("")] if "" in rest else []
    messages = _conflict_messages(rest[len(stages) + 1 :])
    return TreeMerge(tree, from_listing(stages), bases, messages)


def _conflict_messages(fields: list[str]) -> tuple[str, ...]:
    """The messages among NUL-separated groups: a number of paths, the paths, the kind, the text."""
    found, at = [], 0
    while at < len(fields) and fields[at].isdecimal():
        after = at + 1 + int(fields[at])
        kind, text = fields[after : after + 2]
        if kind.startswith("CONFLICT"):
            found.append(text.strip())
        at = after + 2
    return tuple(found)


def _by_index(repo: Repository, ours: str, theirs: str, bases: tuple[str, ...]) -> TreeMerge:
    """The merge as git has always been able to make it: file by file, renames unseen."""
    with scratch_index(repo) as env:
        repo.git.run("read-tree", "-i", "-m", "--aggressive", bases[0], ours, theirs, env=env)
        entries = from_listing(repo.git.run("ls-files", "--unmerged", "-z", env=env).fields)
        left, lines = [], []
        for entry in entries:
            blob = _merged(repo, entry)
            if blob is None:
                left.append(entry)
                blob = entry.ours or entry.theirs
            lines.append(f"0 {repo.zero_id}\t{entry.path}")
            lines += [f"{blob.mode} {blob.id}\t{entry.path}"] if blob else []
        if lines:
            repo.git.run("update-index", "-z", "--index-info", stdin=os.fsencode("\0".join(lines) + "\0"), env=env)
        tree = repo.git.run("write-tree", env=env).line
    return TreeMerge(tree, tuple(left), bases, tuple(f"CONFLICT: {entry.path} ({entry.status})" for entry in left))


def _merged(repo: Repository, entry: Unmerged) -> Blob | None:
    """A file that both sides changed, where its lines merge; `None` where they do not."""
    if not (entry.base and entry.ours and entry.theirs and entry.mode) or entry.is_symlink or entry.is_submodule:
        return None
    contents = repo.git.blobs(blob.id for blob in entry.blobs)
    with scratch_folder("merge") as folder:
        names = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for name, blob in zip(names, (entry.ours, entry.base, entry.theirs), strict=True):
            name.write_bytes(contents[blob.id])
        output = repo.git.run("merge-file", "-p", "-q", "--", *map(str, names), check=False)
    if output.returncode != 0:
        return None
    return Blob(write_blobs(repo, [output.stdout])[output.stdout], entry.mode)
