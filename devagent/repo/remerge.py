"""What git writes into a file in conflict: its stages merged once more, by git itself, in every style of markers.

Nothing of the repository's own configuration and attributes is looked at, so that no merge driver is run.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from devagent.config.resources import scratch_folder
from devagent.repo.conflicts import Unmerged
from devagent.repo.elsewhere import elsewhere
from devagent.repo.git import Git, Repository
from devagent.repo.objects import Blob

STYLES = ("merge", "diff3", "zdiff3")
_FILES_AT_ONCE = 2_000
_START = re.compile(rb"^(<{7,})(?: [^\n]*)?\r?$", re.MULTILINE)


def remerged(repo: Repository, entries: Sequence[Unmerged]) -> dict[str, list[bytes]]:
    """The texts that git may have written for each path that both sides have, as blobs; empty for any other."""
    found: dict[str, list[bytes]] = {entry.path: [] for entry in entries}
    both = [entry for entry in entries if entry.ours and entry.theirs]
    for start in range(0, len(both), _FILES_AT_ONCE):
        some = both[start : start + _FILES_AT_ONCE]
        for style in STYLES:
            for path, content in _by_trees(repo, some, style).items():
                found[path].append(content)
    return found


def line_merged(repo: Repository, entry: Unmerged) -> list[bytes]:
    """The same for one path, as the versions of git do that merge by another diff algorithm."""
    contents = repo.git.blobs(blob.id for blob in entry.blobs)
    return merged_by_lines(repo.git, *(contents[blob.id] if blob else b"" for blob in entry.stages))


def merged_by_lines(git: Git, base: bytes, ours: bytes, theirs: bytes) -> list[bytes]:
    """What `git merge-file` makes of three texts, in every style of markers that it knows."""
    with scratch_folder("remerge") as folder:
        names = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for name, text in zip(names, (ours, base, theirs), strict=True):
            name.write_bytes(text)
        outputs = [
            git.run("merge-file", "-p", "-q", *flags, "--", *map(str, names), check=False)
            for flags in ((), ("--diff3",), ("--zdiff3",))
        ]
    # What is no number of conflicts is an error: a binary file, or a style that this git does not know.
    return [output.stdout for output in outputs if output.returncode < 128]


def without_labels(text: bytes) -> bytes:
    """A text whose conflict markers are seven characters long and carry no labels."""
    start = _START.search(text)
    if start is None:
        return text
    size = len(start[1])
    marker = re.compile(rb"^(?:([<|>])\1{%d}(?: [^\n]*?)?|(=)={%d})(\r?)$" % (size - 1, size - 1), re.MULTILINE)
    return marker.sub(lambda found: (found[1] or found[2]) * 7 + found[3], text)


def _by_trees(repo: Repository, entries: Sequence[Unmerged], style: str) -> dict[str, bytes]:
    """The texts by `git merge-tree`; nothing with a git that has no such merge."""
    with elsewhere(repo) as (git, env):
        trees = [_tree(git, env, [entry.stages[stage] for entry in entries]) for stage in range(3)]
        base = _commit(git, env, trees[0])
        sides = [_commit(git, env, tree, base) for tree in trees[1:]]
        env = {**env, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "merge.conflictStyle", "GIT_CONFIG_VALUE_0": style}
        output = git.run("merge-tree", "--write-tree", "--no-messages", "-z", *sides, env=env, check=False)
        if output.returncode not in (0, 1):
            return {}
        merged = output.fields[0]
        listed = git.run("ls-tree", "-z", merged, env=env).fields
    blobs = {line.split("\t")[1]: line.split()[2] for line in listed}
    contents = repo.git.blobs(blobs.values())
    return {entry.path: contents[blobs[str(n)]] for n, entry in enumerate(entries) if str(n) in blobs}


def _tree(git: Git, env: dict[str, str], blobs: Sequence[Blob | None]) -> str:
    lines = "".join(f"{blob.mode} blob {blob.id}\t{n}\0" for n, blob in enumerate(blobs) if blob)
    return git.run("mktree", "-z", stdin=lines.encode(), env=env).line


def _commit(git: Git, env: dict[str, str], tree: str, *parents: str) -> str:
    flags = [part for parent in parents for part in ("-p", parent)]
    return git.run("commit-tree", tree, *flags, env=env).line
