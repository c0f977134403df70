"""Model weights on this machine, and downloads of them that did not end."""

import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from devagent.journal.lock import trying
from devagent.models.server import running_servers
from devagent.models.store import EMBEDDED, download_lock, models_folder


@dataclass(frozen=True)
class Kept:
    """Weights, or a part of them. `in_use` says by whom; empty where nobody uses it."""

    path: Path
    whole: bool
    in_use: str = ""


async def kept_models() -> list[Kept]:
    """What of the embedded model is on this machine. Files that devagent did not put there are not named."""
    folder, file = models_folder(), EMBEDDED.file
    if not folder.is_dir():
        return []
    parts = [path for pattern in (f".{file}.*.part*", ".wheel-*") for path in sorted(folder.glob(pattern))]
    found = []
    if (folder / file).is_file():
        served = "a model server that runs; devagent model stop" if await running_servers() else ""
        found.append(Kept(folder / file, True, served))
    with _no_download() as free:
        return found + [Kept(path, False, "" if free else "a download that is going on") for path in parts]


async def remove(kept: Kept) -> bool:
    """Remove it; `False` where somebody has taken it into use meanwhile."""
    with _no_download() as free:
        if not free or (kept.whole and await running_servers()):
            return False
        if kept.path.is_dir():
            shutil.rmtree(kept.path)
        else:
            kept.path.unlink(missing_ok=True)
    return True


def _no_download() -> AbstractContextManager[bool]:
    """Keep downloads from beginning; gives whether none was going on."""
    return trying(download_lock(EMBEDDED, models_folder()))
