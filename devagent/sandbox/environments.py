"""Environment folders: what an image is to Docker, for process isolation.

A folder is built inside namespaces whose only way out is a forwarder here, at `/opt/env`, where every sandbox shows it
read-only later. Its key covers the recipe, the interpreters of the host and its system, which the environment links to.
"""

import asyncio
import contextlib
import fcntl
import os
import platform
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from devagent.config.resources import cache_folder
from devagent.errors import SandboxError
from devagent.sandbox import addresses, container, refusals, view
from devagent.sandbox.container import FILES
from devagent.sandbox.forward import WAY_OUT, Forwarder
from devagent.sandbox.network import FILTERED, BuildNetwork, NetworkSettings, network_settings, without_secrets
from devagent.sandbox.output import Output, line_of_error
from devagent.sandbox.recipe import BUILD, Limits, Recipe
from devagent.sandbox.sandbox import File
from devagent.sandbox.supervised import Ended, Supervised

Progress = Callable[[str], None]

_SCRIPT = ".devagent-install.sh"
_LIMITS = Limits(memory=4 << 30, cpus=float(os.cpu_count() or 1), processes=2048, disk=4 << 30)
_TIMEOUT = 1800.0
_LOG_BYTES = 200_000
_LOCK_INTERVAL = 0.2
_NOTHING_LEFT = 1 << 20  # bytes that no environment fits into


async def find(recipe: Recipe) -> Path | None:
    """The environment folder for `recipe` on this machine, if it was built before."""
    folder = _folder(recipe)
    return folder if folder.is_dir() else None


async def build(recipe: Recipe, *, progress: Progress, network: BuildNetwork = FILTERED) -> Path:
    """The environment folder for `recipe`, built unless another process was quicker.

    Raises `SandboxError` with the tail of the log in its details when the installation fails.
    """
    folder = _folder(recipe)
    folder.parent.mkdir(parents=True, exist_ok=True)
    async with _locked(folder.with_suffix(".lock"), progress):
        if folder.is_dir():
            return folder
        part = folder.with_suffix(".part")
        await asyncio.to_thread(shutil.rmtree, part, ignore_errors=True)
        part.mkdir(mode=0o755)
        # Not left to the umask: programs see this folder as nobody in particular.
        part.chmod(0o755)
        if ids := view.unprivileged_ids():
            os.chown(part, ids[1], ids[1])
        try:
            refusals.remember(str(folder), await _install(recipe, part, progress, network))
            part.rename(folder)
        except BaseException:  # also when cancelled: no half of an environment may stay behind
            await asyncio.to_thread(shutil.rmtree, part, ignore_errors=True)
            raise
    return folder


async def _install(recipe: Recipe, target: Path, progress: Progress, network: BuildNetwork) -> list[str]:
    """Install into `target`; gives what was told of what the build was refused."""
    settings = network_settings(FILES, way_out="" if network.open else WAY_OUT, allowed=network)
    forwarder = None if network.open else Forwarder.of(settings, network, progress)
    if forwarder:
        addresses.check(recipe, forwarder.reach.hosts)
    for note in settings.notes:
        progress(note)
    progress(f"installing the dependencies for {recipe.ecosystem}")
    output = Output(_LOG_BYTES)

    def take(chunk: bytes) -> bool:
        output.add(chunk)
        return not output.flooded

    async with _started(recipe, target, forwarder) as supervised:
        await _lend(supervised, recipe, settings)
        ended = await supervised.run(_request(settings), b"", take, _TIMEOUT)
    if not ended.by_itself or ended.status != 0:
        raise SandboxError(
            f"the environment for {recipe.ecosystem} could not be built",
            why=_why(ended, without_secrets(output.text())),
            hint=(forwarder and forwarder.hint) or _what_to_do(target),
            details=without_secrets(output.text()[-8000:]),
        )
    return forwarder.told if forwarder else []


@contextlib.asynccontextmanager
async def _started(recipe: Recipe, target: Path, forwarder: Forwarder | None) -> AsyncIterator[Supervised]:
    """Namespaces to build in, whose only way out is the forwarder; without one, the host's network."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        place = view.plan(
            _LIMITS,
            environment=target,
            workspace=BUILD,
            building=True,
            network=forwarder is None,
            way_out=theirs.fileno() if forwarder else -1,
        )
        supervised = await Supervised.start(place, f"build {recipe.ecosystem}")
        try:
            if forwarder is None:
                yield supervised
                return
            async with _serving(ours, forwarder):
                yield supervised
        finally:
            await supervised.close()


@contextlib.asynccontextmanager
async def _serving(line: socket.socket, forwarder: Forwarder) -> AsyncIterator[None]:
    """Serve what connects to the socket that comes over `line`."""
    _, descriptors, *_ = socket.recv_fds(line, 1, 1)
    server = await asyncio.start_server(forwarder.accept, sock=socket.socket(fileno=descriptors[0]))
    try:
        yield
    finally:
        server.close()
        await forwarder.close()


async def _lend(supervised: Supervised, recipe: Recipe, settings: NetworkSettings) -> None:
    files = {**recipe.inputs, _SCRIPT: File(recipe.install.encode())}
    listing = [(path, file.mode, len(file.content)) for path, file in files.items()]
    content = b"".join(file.content for file in files.values())
    await supervised.ask({"op": "sync", "removed": [], "files": listing}, content)
    for name, data in settings.files.items():
        await supervised.ask({"op": "write", "path": name}, data)


def _request(settings: NetworkSettings) -> dict[str, object]:
    environment = container.environment({"Env": [f"PATH={view.search_path()}"]})
    argv = ["/bin/sh", f"{BUILD}/{_SCRIPT}"]
    return {"op": "run", "argv": argv, "cwd": BUILD, "env": {**environment, **settings.env}}


def _what_to_do(target: Path) -> str:
    if shutil.disk_usage(target).free < _NOTHING_LEFT:
        return f"Make room in {target.parent}, or name another cache folder with DEVAGENT_CACHE"
    return "--verbose shows the log"


def _why(ended: Ended, log: str) -> str:
    if ended.timed_out:
        return f"not done after {_TIMEOUT:g} s"
    if ended.reason == "memory":
        return f"it needs more than {_LIMITS.memory >> 30} GiB of memory"
    return line_of_error(log) or f"exit code {ended.status}"


def _folder(recipe: Recipe) -> Path:
    return cache_folder() / "environments" / recipe.key(_host())


def _host() -> str:
    """What an environment depends on beside its recipe: interpreters by place and version, the system's libraries."""
    release = platform.freedesktop_os_release()
    system = f"{release.get('ID', '')} {release.get('VERSION_ID', '')}"
    return "\n".join([sys.version, system, *map(str, view.runtimes()), _node_version()])


def _node_version() -> str:
    # The binary's own time and size stand for its version: asking it would cost more than all the rest.
    node = shutil.which("node")
    if not node:
        return ""
    facts = Path(node).resolve().stat()
    return f"{facts.st_size} {facts.st_mtime_ns}"


@contextlib.asynccontextmanager
async def _locked(path: Path, progress: Progress) -> AsyncIterator[None]:
    """Hold a lock between processes; the kernel releases it with its holder, however that ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        waited = False
        while not _try_lock(descriptor):
            if not waited:
                progress("waiting for another devagent that builds the same environment")
            waited = True
            await asyncio.sleep(_LOCK_INTERVAL)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
