"""What devagent has left on this machine and in this repository, and removing it.

Only what devagent made is ever looked at: its own folders, its own refs, what carries its label. Locks tell what a
living process uses; each thing is asked about again in the moment in which it is removed.
"""

import os
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

from devagent.code.index.store import files_of as index_files
from devagent.config.resources import scratch_folders
from devagent.errors import DevagentError, SandboxError
from devagent.models import leftovers as weights
from devagent.proposal.store import Run, State, discard, list_runs, orphans
from devagent.repo import refs
from devagent.repo.git import Repository
from devagent.sandbox import leftovers as sandboxes
from devagent.workflows.results import VERSION

Kind = Literal["runs", "refs", "index", "containers", "images", "environments", "models", "temporary"]
KINDS: tuple[Kind, ...] = get_args(Kind)
OF_A_REPOSITORY: tuple[Kind, ...] = ("runs", "refs", "index")
COSTLY: tuple[Kind, ...] = ("models",)
"""Kinds that are only removed when they are named: having them again takes long."""

_MINUTE, _HOUR = 60.0, 3600.0
_MOST_NAMED = 3
_LOST = {
    State.APPLIED: "applied; it could no longer be undone",
    State.INTERRUPTED: "interrupted; it could no longer be resumed",
    State.STOPPED: "stopped by a limit; it could no longer be resumed",
}


@dataclass(frozen=True)
class Thing:
    """One thing that devagent left. `size` is in bytes, `age` in seconds since it was last of use; `None` is unknown.

    `about` tells what it is where its name does not; `kept` why it is not to be removed, empty where it is.
    """

    kind: Kind
    name: str
    age: float | None
    size: int | None = None
    about: str = ""
    kept: str = ""


@dataclass(frozen=True)
class Found:
    """A thing, and how it is removed: that gives `False` where somebody has taken it into use meanwhile."""

    thing: Thing
    remove: Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Wish:
    """What may be removed: kinds (none given means all that are not costly), how old in seconds, proposals too."""

    kinds: tuple[Kind, ...] = ()
    older_than: float = 0.0
    proposals: bool = False


@dataclass(frozen=True)
class CleanResult:
    """What was found, what was kept and why, what was removed. `notes` say what could not be looked at or removed."""

    things: tuple[Thing, ...]
    removed: tuple[Thing, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def freed(self) -> int:
        """Bytes of what was removed, as far as sizes are known."""
        return sum(thing.size or 0 for thing in self.removed)

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return {"devagent": VERSION, "kind": "clean", **asdict(self), "freed": self.freed}


async def survey(repo: Repository | None, wish: Wish) -> tuple[list[Found], list[str]]:
    """Everything of these kinds, with what is to be kept marked, and a note for what could not be looked at."""
    kinds, notes, found = wish.kinds or KINDS, [], []
    if repo is not None:
        found += [it for run in list_runs(repo) if (it := _run(repo, run, wish))] if "runs" in kinds else []
        found += [_orphan(repo, run) for run in orphans(repo)] if "refs" in kinds else []
        found += [_index(path) for path in index_files(repo.common_dir / "devagent")] if "index" in kinds else []
    if {"containers", "images"} & set(kinds):
        try:
            found += [_sandboxed(it) for it in await sandboxes.docker_leftovers() if it.kind in kinds]
        except SandboxError as error:
            notes.append(f"containers and images are not looked at: {error.why or error.what}")
    if "environments" in kinds:
        found += [_sandboxed(it) for it in sandboxes.environment_leftovers()]
    if "models" in kinds:
        found += [_model(kept, named="models" in wish.kinds) for kept in await weights.kept_models()]
    if "temporary" in kinds:
        found += [_temporary(path, at) for path in scratch_folders() if (at := _last_of_use(path)) is not None]
    return [_not_too_young(it, wish.older_than) for it in found], notes


async def remove(found: Iterable[Found]) -> tuple[list[Thing], list[str]]:
    """Remove what is not to be kept; gives what was removed, and a line for each thing that could not be."""
    removed, troubles = [], []
    for it in found:
        if it.thing.kept:
            continue
        try:
            if await it.remove():
                removed.append(it.thing)
            else:
                troubles.append(f"{it.thing.name} is in use by now")
        except DevagentError as error:
            troubles.append(str(error))
        except OSError as error:
            troubles.append(f"{it.thing.name} cannot be removed: {(error.strerror or str(error)).lower()}")
    return removed, troubles


def _run(repo: Repository, run: Run, wish: Wish) -> Found | None:
    """A run and how it is discarded; `None` where somebody else has done that meanwhile."""
    state, at = run.state, _last_of_use(run.folder)
    if at is None:
        return None
    kept, about, age = "", _LOST.get(state, str(state)), _age(at)
    beginning = state is State.INTERRUPTED and age < _MINUTE and not (run.folder / "lock").exists()
    if state is State.RUNNING or beginning:
        kept = "it is being worked on"
    elif state in (State.PROPOSED, State.UNDONE) and run.proposal().verified:
        about = f"{state}: a verified proposal that is not applied"
        kept = "" if wish.proposals else "a verified proposal that is not applied; --proposals removes it too"
    return Found(Thing("runs", run.id, age, size_of(run.folder), about, kept), partial(_discard, repo, run, state))


async def _discard(repo: Repository, run: Run, state: State) -> bool:
    if run.state is not state:
        return False
    discard(repo, run)
    return True


def _orphan(repo: Repository, run: str) -> Found:
    async def delete() -> bool:
        refs.delete(repo, run)
        return True

    return Found(Thing("refs", f"{refs.ROOT}/{run}", None, 0, "refs of a run that is gone"), delete)


def _index(path: Path) -> Found:
    async def remove() -> bool:
        # Who reads it now reads on: the file lives until its last reader has closed it.
        path.unlink()
        return True

    at, about = _last_of_use(path), "what is known of this repository's code; made again when needed"
    return Found(Thing("index", str(path), None if at is None else _age(at), size_of(path), about), remove)


def _sandboxed(leftover: sandboxes.Leftover) -> Found:
    size = size_of(leftover.path) if leftover.path else leftover.size
    kept = f"used by {leftover.in_use}" if leftover.in_use else ""
    about = _made_for(leftover.used_for)
    if leftover.kind == "containers" and not kept:
        about = "left behind by a devagent that was killed"
    thing = Thing(leftover.kind, leftover.name, _age(leftover.used), size, about, kept)
    return Found(thing, partial(sandboxes.remove, leftover))


def _made_for(repositories: Collection[Path]) -> str:
    """One line on the repositories that a thing was used for, the latest first."""
    if not repositories:
        return ""
    named = [str(path) if path.is_dir() else f"{path} (gone)" for path in repositories]
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return f"for {', '.join(named[:_MOST_NAMED])}{more}"


def _model(kept: weights.Kept, *, named: bool) -> Found:
    costly = kept.whole and not named
    why = f"used by {kept.in_use}" if kept.in_use else "only when named: devagent clean models" if costly else ""
    about = "" if kept.whole else "a download that did not end"
    at = _last_of_use(kept.path)
    thing = Thing("models", str(kept.path), None if at is None else _age(at), size_of(kept.path), about, why)
    return Found(thing, partial(weights.remove, kept))


def _temporary(path: Path, at: float) -> Found:
    import shutil

    async def remove() -> bool:
        shutil.rmtree(path)
        return True

    age = _age(at)
    kept = "perhaps in use: it is not an hour old" if age < _HOUR else ""
    about = "left behind by a devagent that was killed"
    return Found(Thing("temporary", str(path), age, size_of(path), about, kept), remove)


def _not_too_young(found: Found, least: float) -> Found:
    thing = found.thing
    if thing.kept or thing.age is None or thing.age >= least:
        return found
    return replace(found, thing=replace(thing, kept="younger than --older-than"))


def size_of(path: Path) -> int:
    """Bytes that a file, or all in a folder, takes on the disk; a link counts for itself."""
    paths: Collection[str] = [str(path)]
    if path.is_dir() and not path.is_symlink():
        paths = {os.path.join(top, name) for top, _, names in os.walk(path) for name in names}  # noqa: PTH118
    total = 0
    for name in paths:
        try:
            total += os.lstat(name).st_blocks * 512
        except FileNotFoundError:
            continue
    return total


def _last_of_use(path: Path) -> float | None:
    """When something was last of use: of a run, when its journal grew; `None` where it is gone."""
    for place in (path / "journal.jsonl", path):
        with suppress(FileNotFoundError, NotADirectoryError):
            return place.stat().st_mtime
    return None


def _age(since: float) -> float:
    return max(0.0, time.time() - since)
