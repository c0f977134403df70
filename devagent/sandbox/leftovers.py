"""What sandboxes leave on this machine: images and environment folders, kept on purpose, and containers of the dead.

Only what carries devagent's label, or lies in its own folder, is ever named here.
"""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from devagent.config.resources import cache_folder
from devagent.errors import SandboxError
from devagent.journal.lock import is_held, trying
from devagent.sandbox import held, refusals, uses
from devagent.sandbox.container import LABEL, is_stale
from devagent.sandbox.engine import Engine

Kind = Literal["containers", "images", "environments"]

_OURS = "devagent-"


@dataclass(frozen=True)
class Leftover:
    """One thing that may be removed. `used` is when it was last of use, in seconds since the epoch.

    `size` is in bytes, what it shares with others left out, and `None` where nobody knows; `path` is that of a folder.
    `in_use` says by whom; empty where nobody uses it. `used_for` are the repositories, as far as that was noted.
    """

    kind: Kind
    name: str
    used: float
    size: int | None = None
    path: Path | None = None
    in_use: str = ""
    used_for: tuple[Path, ...] = ()


async def docker_leftovers() -> list[Leftover]:
    """Containers and images of devagent on the engine. Raises `SandboxError` where none answers."""
    engine = await Engine.connect()
    try:
        return [*await _containers(engine), *await _images(engine)]
    finally:
        engine.close()


def environment_leftovers() -> list[Leftover]:
    """The environment folders of process isolation, finished ones and halves."""
    folder = cache_folder() / "environments"
    paths = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return [_environment(path) for path in paths]


async def remove(leftover: Leftover) -> bool:
    """Remove one of them; `False` where somebody has taken it into use meanwhile. Raises `SandboxError`."""
    if leftover.kind == "containers":
        return await _remove_container(leftover.name)
    with held.removing() as alone:
        if not alone or held.is_held(leftover.name):
            return False
        if leftover.kind == "images":
            removed = await _remove_image(leftover.name)
        else:
            removed = await asyncio.to_thread(_remove_environment, Path(leftover.name))
        if removed:
            held.forget(leftover.name)
            uses.forget(leftover.name)
            refusals.forget(leftover.name)
    return removed


async def _containers(engine: Engine) -> list[Leftover]:
    listed = await engine.call("list containers", engine.client.api.containers, all=True, filters=_labelled())
    return [
        Leftover(
            "containers",
            entry["Names"][0].lstrip("/") if entry.get("Names") else entry["Id"],
            used=float(entry["Created"]),
            in_use="" if is_stale(entry.get("Labels") or {}) else "a devagent that is alive, or another machine's",
        )
        for entry in listed
    ]


async def _images(engine: Engine) -> list[Leftover]:
    every = await engine.call("list images", engine.client.api.images, all=True)
    sizes = {entry["Id"]: int(entry["Size"]) for entry in every}
    listed = await engine.call("list images", engine.client.api.images, filters=_labelled())
    # The youngest first: what was built on another goes before it.
    return [
        _image(entry, name, sizes) for entry in sorted(listed, key=lambda e: -e["Created"]) for name in _names(entry)
    ]


def _image(entry: Mapping[str, Any], name: str, sizes: Mapping[str, int]) -> Leftover:
    return Leftover(
        "images",
        name,
        used=max(float(entry["Created"]), held.last_held(name)),
        size=max(0, int(entry["Size"]) - sizes.get(entry.get("ParentId") or "", 0)),
        in_use="a run that is going on" if held.is_held(name) else "",
        used_for=tuple(uses.repositories(name)),
    )


def _names(entry: Mapping[str, Any]) -> Sequence[str]:
    """The names that devagent gave an image; its short id where it has none at all, nothing where others named it."""
    tags = [tag for tag in entry.get("RepoTags") or () if tag != "<none>:<none>"]
    return [tag for tag in tags if tag.startswith(_OURS)] if tags else [_short(entry["Id"])]


def _short(image: str) -> str:
    return image.removeprefix("sha256:")[:12]


def _environment(path: Path) -> Leftover:
    in_use = "a run that is going on" if held.is_held(str(path)) else ""
    if path.suffix == ".part" and is_held(path.with_suffix(".lock")):
        in_use = "a build that is going on"
    used = max(path.stat().st_mtime, held.last_held(str(path)))
    repositories = tuple(uses.repositories(str(path)))
    return Leftover("environments", str(path), used, path=path, in_use=in_use, used_for=repositories)


async def _remove_container(name: str) -> bool:
    engine = await Engine.connect()
    try:
        for leftover in await _containers(engine):
            if leftover.name == name and not leftover.in_use:
                await engine.remove(name)
                return True
        return False
    finally:
        engine.close()


async def _remove_image(name: str) -> bool:
    from docker.errors import APIError

    engine = await Engine.connect()
    try:
        await engine.call(f"remove the image {name}", engine.client.api.remove_image, name, noprune=True)
    except SandboxError as error:
        cause = error.__cause__
        if isinstance(cause, APIError) and cause.status_code in (404, 409):
            # Gone already, or a container of somebody else's stands on it.
            return bool(cause.status_code == 404)
        raise
    finally:
        engine.close()
    return True


def _remove_environment(path: Path) -> bool:
    lock = path.with_suffix(".lock")
    with trying(lock) as alone:
        if alone:
            # Out of sight in one step: nobody may find half of it.
            leaving = path.with_suffix(".leaving")
            path.rename(leaving)
            shutil.rmtree(leaving)
            lock.unlink(missing_ok=True)
    return alone


def _labelled() -> dict[str, str]:
    return {"label": f"{LABEL}=1"}
