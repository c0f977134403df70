"""What the merge driver did to a file, kept for `devagent merge explain`: private, in git's own folder, and bounded."""

import json
import os
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

from devagent.errors import UsageError
from devagent.journal.files import make_private, open_private
from devagent.merge.decision import Alternative, Decision, left_out
from devagent.merge.merged import Merged
from devagent.merge.regions import Clean, Conflict
from devagent.merge.versions import Lines

_FORMAT = 1
_MOST_RECORDS = 200
_MOST_BYTES = 256 * 1024
_SHOWN_ALTERNATIVES = 3
_NAMED = 5


def record(folder: Path, merged: Merged, *, is_rebase: bool = False) -> None:
    """Keep what was decided about the file `merged.versions.path`, in place of what was kept about it before.

    The oldest records go when there are too many. `is_rebase`: "theirs" is the user's own commit, and "ours" the branch
    that it is put onto. Raises `OSError` if nothing can be written there.
    """
    make_private(folder)
    about = {"is_rebase": is_rebase}
    content = _json(_story(merged, texts=True) | about)
    if len(content) > _MOST_BYTES:
        content = _json(_story(merged, texts=False) | about)
    _write(folder / _name(merged.versions.path), content)
    _drop_oldest(folder)


def folder_of(common_dir: Path) -> Path:
    """Where the records of a repository are."""
    return common_dir / "devagent" / "merge"


def recalled(folder: Path, root: Path, path: Path) -> dict[str, Any]:
    """What was kept about a file of the work tree `root`. Texts are decoded from UTF-8 with surrogate escapes.

    Raises `UsageError` where nothing was kept.
    """
    place = path.absolute()
    name = place.relative_to(root).as_posix() if place.is_relative_to(root) else path.as_posix()
    story = _read(folder / _name(name))
    if story is None or story["path"] != name:
        others = _paths(folder)
        raise UsageError(
            f"the merge driver kept nothing about {name}",
            why="it only keeps what it did to files with conflicts",
            hint=f"It has: {', '.join(others[:_NAMED])}" if others else "",
        )
    return story


def _read(file: Path) -> dict[str, Any] | None:
    try:
        story = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    return story if isinstance(story, dict) and story.get("format") == _FORMAT else None


def _paths(folder: Path) -> list[str]:
    """The paths that something is kept about, the latest first."""
    stories = [story for file in folder.glob("*.json") if (story := _read(file)) is not None]
    return [story["path"] for story in sorted(stories, key=lambda story: story["time"], reverse=True)]


def _name(path: str) -> str:
    # Two paths with one name are told apart by what the file says; `hashlib` takes longer to import than all of this.
    content = path.encode(errors="surrogateescape")
    return f"{zlib.crc32(content):08x}{zlib.adler32(content):08x}.json"


def _json(story: dict[str, Any]) -> bytes:
    return json.dumps(story, ensure_ascii=True).encode()


def _write(path: Path, content: bytes) -> None:
    # Atomic, but not made to last: waiting for the disk takes longer than the merge, and after a crash nobody asks.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with os.fdopen(open_private(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
        file.write(content)
    part.replace(path)


def _drop_oldest(folder: Path) -> None:
    times = {}
    for file in folder.glob("*.json"):
        with suppress(FileNotFoundError):  # another merge, in another work tree, dropped it
            times[file] = file.stat().st_mtime_ns
    for file in sorted(times, key=times.__getitem__)[:-_MOST_RECORDS]:
        file.unlink(missing_ok=True)


def _story(merged: Merged, *, texts: bool) -> dict[str, Any]:
    conflicts = []
    for region in merged.regions:
        line = region.spans.ours.start + 1
        if isinstance(region, Conflict):
            entry: dict[str, Any] = {"conflict": region.number, "line": line, "settled": False}
            entry |= {"base": _text(region.base), "ours": _text(region.ours), "theirs": _text(region.theirs)}
            conflicts.append(entry | _decided(region.proposal, region))
        elif region.decision:
            entry = {"conflict": _number(region), "line": line, "settled": True}
            conflicts.append(entry | _decided(region.decision, region.was))
    if not texts:
        kept = ("conflict", "line", "settled", "how", "why", "confidence", "probability")
        conflicts = [{name: entry[name] for name in kept if name in entry} for entry in conflicts]
    return {"format": _FORMAT, "path": merged.versions.path, "time": time.time(), "conflicts": conflicts}


def _number(region: Clean) -> int | None:
    return region.was.number if region.was else None


def _decided(decision: Decision | None, conflict: Conflict | None) -> dict[str, Any]:
    if decision is None:
        return {}
    without = left_out(decision.lines, conflict.base, conflict.ours, conflict.theirs) if conflict else ()
    return {
        "how": decision.how,
        "why": decision.why,
        "confidence": decision.confidence.value,
        "probability": round(decision.probability, 4),
        "text": _text(decision.lines),
        "origins": [origin.value for origin in decision.origins],
        "left_out": [[side.value, _text((line,))] for side, line in without],
        "alternatives": [_alternative(other) for other in decision.alternatives[:_SHOWN_ALTERNATIVES]],
    }


def _alternative(other: Alternative) -> dict[str, Any]:
    return {
        "how": other.how,
        "why": other.why,
        "probability": round(other.probability, 4),
        "text": _text(other.lines),
    }


def _text(lines: Lines) -> str:
    return b"".join(lines).decode(errors="surrogateescape")
