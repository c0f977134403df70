"""Where devagent keeps things: its own data files, and the user's folders."""

import os
import tempfile
from pathlib import Path

from devagent.errors import CannotRun

_PACKAGE = Path(__file__).resolve().parent.parent
_SCRATCH = "devagent-scratch-"


def data_folder(name: str) -> Path:
    """The folder `prompts` or `sandboxes`: inside the wheel, or at the top of a source checkout."""
    packaged = _PACKAGE / "data" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


def cache_folder() -> Path:
    """The user's cache folder for devagent (models, environments). `DEVAGENT_CACHE` overrides it."""
    return _folder("DEVAGENT_CACHE", "user_cache_path")


def config_folder() -> Path:
    """The user's configuration folder for devagent. `DEVAGENT_CONFIG` overrides it."""
    return _folder("DEVAGENT_CONFIG", "user_config_path")


def runtime_folder() -> Path:
    """A 0700 folder for sockets, keys and pid files of this user. `DEVAGENT_RUNTIME` overrides it.

    Raises `CannotRun` when the folder belongs to somebody else.
    """
    override, session = os.environ.get("DEVAGENT_RUNTIME"), os.environ.get("XDG_RUNTIME_DIR")
    if override:
        folder = Path(override)
    elif session:
        folder = Path(session) / "devagent"
    else:
        folder = Path(tempfile.gettempdir()) / f"devagent-{os.getuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = folder.stat()
    if owner.st_uid != os.getuid() or owner.st_mode & 0o077:
        raise CannotRun(
            f"{folder} is not private to this user", hint="Remove it, or name another with DEVAGENT_RUNTIME"
        )
    return folder


def scratch_folder(purpose: str) -> tempfile.TemporaryDirectory[str]:
    """A folder among the system's temporary ones, gone with its context; `devagent clean` finds what a kill left."""
    return tempfile.TemporaryDirectory(prefix=f"{_SCRATCH}{purpose}-")


def scratch_folders() -> list[Path]:
    """The scratch folders of this user that are there, whoever left them or is at work in them."""
    with os.scandir(tempfile.gettempdir()) as entries:
        return sorted(Path(entry.path) for entry in entries if entry.name.startswith(_SCRATCH) and _is_own(entry))


def _is_own(folder: "os.DirEntry[str]") -> bool:
    try:
        return folder.is_dir(follow_symlinks=False) and folder.stat(follow_symlinks=False).st_uid == os.getuid()
    except FileNotFoundError:  # whoever made it was done with it meanwhile
        return False


def _folder(variable: str, finder: str) -> Path:
    if override := os.environ.get(variable):
        return Path(override)
    import platformdirs

    found: Path = getattr(platformdirs, finder)("devagent", appauthor=False)
    return found
