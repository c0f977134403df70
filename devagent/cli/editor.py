"""The user's own editor, as git finds it."""

import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from devagent.errors import CannotRun

if TYPE_CHECKING:
    from devagent.repo.git import Repository


def edit(repo: "Repository", path: Path) -> None:
    """Open a file in the editor and wait for it. Raises `CannotRun` where the editor fails."""
    editor = os.environ.get("GIT_EDITOR") or repo.git.run("var", "GIT_EDITOR", check=False).line or "vi"
    # As git does: the setting is a shell command, and the file is its last argument.
    done = subprocess.run(["sh", "-c", f'{editor} "$@"', editor, str(path)], check=False)
    if done.returncode != 0:
        raise CannotRun(f"the editor ended with {done.returncode}", why=shlex.quote(editor))
