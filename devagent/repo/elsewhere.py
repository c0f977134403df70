"""git beside a repository: its objects, and nothing of its configuration, attributes and refs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devagent.config.resources import scratch_folder
from devagent.repo.git import Git, Repository

_WHO = {
    **{f"GIT_{role}_{kind}": "devagent" for role in ("AUTHOR", "COMMITTER") for kind in ("NAME", "EMAIL")},
    **{f"GIT_{role}_DATE": "@0 +0000" for role in ("AUTHOR", "COMMITTER")},
}
_UNCONFIGURED = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


@contextmanager
def elsewhere(repo: Repository) -> Iterator[tuple[Git, dict[str, str]]]:
    """git in an empty repository that has the objects of this one, and the variables under which it works there.

    What it writes are objects of the real repository that nothing refers to. No filter, merge driver or other program
    is configured.
    """
    form = ("--object-format=sha256",) if len(repo.zero_id) == 64 else ()
    with scratch_folder("elsewhere") as folder:
        git = Git(Path(folder))
        git.run("init", "-q", "--bare", "--template=", *form, ".", env=_UNCONFIGURED)
        objects = {"GIT_DIR": folder, "GIT_OBJECT_DIRECTORY": str(repo.common_dir / "objects")}
        shallow = repo.common_dir / "shallow"
        cut = {"GIT_SHALLOW_FILE": str(shallow)} if shallow.exists() else {}
        yield git, {**_UNCONFIGURED, **_WHO, **objects, **cut}
