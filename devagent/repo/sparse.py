"""Sparse checkouts: which paths git keeps out of the work tree."""

import os
from collections.abc import Iterable
from pathlib import Path

from devagent.config.resources import scratch_folder
from devagent.repo.git import Repository
from devagent.repo.objects import scratch_index


def left_out(repo: Repository, paths: Iterable[str]) -> list[str]:
    """Those of `paths` that lie outside the sparse checkout, whether or not the index has them; none if it is whole."""
    if repo.git.run("config", "--type=bool", "core.sparseCheckout", check=False).line != "true":
        return []
    wanted = set(paths)
    known = _marks(repo, {})
    missing = {path for path, skipped in known.items() if skipped} & wanted
    return sorted(missing | _new_left_out(repo, wanted - set(known)))


def _new_left_out(repo: Repository, paths: set[str]) -> set[str]:
    """What git would not check out of these paths: it is asked to, into a folder that is thrown away."""
    if not paths:
        return set()
    blob = repo.git.run("hash-object", "-w", "--stdin").line
    listed = "".join(f"100644 {blob}\t{path}\0" for path in paths)
    with scratch_index(repo) as index, scratch_folder("sparse") as folder:
        env = {**index, "GIT_DIR": str(repo.git_dir), "GIT_WORK_TREE": folder}
        repo.git.run("update-index", "-z", "--index-info", stdin=os.fsencode(listed), env=index)
        tree = repo.git.run("write-tree", env=index).line
        Path(index["GIT_INDEX_FILE"]).unlink()
        repo.git.run("read-tree", "-m", "-u", tree, env=env)
        return {path for path, skipped in _marks(repo, env).items() if skipped}


def _marks(repo: Repository, env: dict[str, str]) -> dict[str, bool]:
    """The paths of an index, and whether git leaves them out of the work tree."""
    lines = repo.git.run("ls-files", "-t", "-z", env=env).fields
    return {line[2:]: line[0] == "S" for line in lines}
