"""Where devagent keeps things: its own data files, and the user's folders."""

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


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
    """A 0700 folder for sockets, keys and pid files of this user. `DEVAGENT_RUNTIME` overrides it."""
    folder = _folder("DEVAGENT_RUNTIME", "user_runtime_path")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _folder(variable: str, finder: str) -> Path:
    if override := os.environ.get(variable):
        return Path(override)
    import platformdirs

    found: Path = getattr(platformdirs, finder)("devagent", appauthor=False)
    return found
