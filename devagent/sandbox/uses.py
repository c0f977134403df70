"""For which repositories images and environment folders were used: notes in the user's cache folder.

None of it is in an image. A label would go wherever the image is pushed, with the paths of whoever built it.
"""

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

from devagent.config.resources import cache_folder
from devagent.journal.files import make_private, open_private


def note(thing: str, repository: Path | None) -> None:
    """Note that a thing, by its name, is used for the repository at a path. One that cannot be kept is no trouble."""
    if repository is None:
        return
    with suppress(OSError):
        folder = _folder(thing)
        make_private(folder)
        with os.fdopen(open_private(folder / _short(str(repository)), os.O_WRONLY | os.O_CREAT), "wb") as file:
            file.write(os.fsencode(repository))


def repositories(thing: str) -> list[Path]:
    """The repositories that a thing was used for, the latest first; none where nobody noted any."""
    notes: list[tuple[float, Path]] = []
    with suppress(OSError):
        for path in _folder(thing).iterdir():
            notes.append((path.stat().st_mtime, Path(os.fsdecode(path.read_bytes()))))
    return [repository for _, repository in sorted(notes, reverse=True)]


def forget(thing: str) -> None:
    """Remove the notes on a thing that is gone."""
    shutil.rmtree(_folder(thing), ignore_errors=True)


def _folder(thing: str) -> Path:
    return cache_folder() / "used-for" / _short(thing)


def _short(name: str) -> str:
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:20]
