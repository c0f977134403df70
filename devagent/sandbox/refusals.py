"""What a build asked for and did not get, remembered: whoever uses what it built is told, not only who built it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from devagent.config.resources import cache_folder


def remember(name: str, lines: Sequence[str]) -> None:
    """Remember what was told while the image or folder of this name was built."""
    forget(name)
    if not lines:
        return
    file = _file(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines), encoding="utf-8")


def recall(name: str) -> str:
    """The first line about it, and how many there are beside; empty where there is none."""
    try:
        first, *others = _file(name).read_text(encoding="utf-8").splitlines() or [""]
    except OSError:
        return ""
    return f"{first} (and {len(others)} more)" if others else first


def forget(name: str) -> None:
    """Forget what is gone."""
    _file(name).unlink(missing_ok=True)


def _file(name: str) -> Path:
    return cache_folder() / "refusals" / f"{hashlib.sha256(name.encode()).hexdigest()[:20]}.txt"
