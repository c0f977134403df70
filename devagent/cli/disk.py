"""What to do about a disk that is full or may not be written: whoever ran into it seldom says which, and never what."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from devagent.cli.completion import common_folder
from devagent.config.resources import cache_folder, config_folder

_NOTHING_LEFT = 64 << 10
"""Bytes that do not suffice for anything."""


def full_place() -> str:
    """The folder that devagent writes to whose disk is full; empty where there is room everywhere."""
    for place in _places():
        there = next((folder for folder in (place, *place.parents) if folder.exists()), None)
        if there is not None and shutil.disk_usage(there).free < _NOTHING_LEFT:
            return str(there)
    return ""


def way_out(told: str, path: str = "") -> str:
    """What to do about an error that was told like this, and is about this path; empty where it is no such trouble."""
    trouble = told.lower()
    if "no space left on device" in trouble or "disk quota exceeded" in trouble:
        return f"Make room {f'in {place}' if not path and (place := full_place()) else 'there'} and try again"
    if "read-only file system" in trouble or "permission denied" in trouble:
        for variable, folder in (("DEVAGENT_CACHE", cache_folder()), ("DEVAGENT_CONFIG", config_folder())):
            if str(folder) in told or (path and (Path(path).is_relative_to(folder) or folder.is_relative_to(path))):
                return f"Make it writable, or name another folder with {variable}"
        return "Make it writable" if "read-only" in trouble else ""
    return f"No space is left in {place}: make room there and try again" if (place := full_place()) else ""


def _places() -> Iterator[Path]:
    if common := common_folder(Path.cwd()):
        yield common
    yield Path.cwd()
    yield cache_folder()
    # Not `gettempdir`, which looks for another folder when this one is full.
    yield Path(os.environ.get("TMPDIR") or tempfile.gettempdir())
