"""The embedded model's server: one background process per user, shared by all devagent processes, stopped when idle.

The child (`devagent.models.serve`) runs in its own session and listens on loopback only, on a port the system picks,
behind a key in a 0600 file. Who uses it holds a shared lock on the lease file: the kernel drops it however that
process ends, so the child knows for certain when nobody is left. Files in the runtime folder, per plan:

    model-PLAN.json    pid, its start time, address: written by the child when it is ready
    model-PLAN.key     the key
    model-PLAN.lease   shared lock: in use; exclusive lock: the child is leaving, or being stopped
    model-PLAN.start   exclusive lock: somebody is starting it
    model-PLAN.log     what the engine says
"""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from devagent.config.resources import runtime_folder
from devagent.errors import CannotRun
from devagent.journal.files import write_atomically
from devagent.journal.journal import fingerprint
from devagent.journal.lock import SHARED, holding, trying, wait_for
from devagent.models.transport import Timeouts, Transport

START_LIMIT = 180.0
"""Seconds the engine may take to load the weights."""

_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "OMP_NUM_THREADS", "XLLAMACPP_BACKEND")


@dataclass(frozen=True)
class Plan:
    """What to serve and how.

    Arguments:
        weights: path of the GGUF file.
        slots: requests decoded at once.
        context: tokens that all slots share.
        threads: processor threads; 0 for all there are.
        idle: seconds without a user after which the server ends.
    """

    weights: str
    slots: int = 4
    context: int = 16384
    threads: int = 0
    idle: float = 600.0

    @property
    def id(self) -> str:
        """Names the files of this plan's server."""
        return fingerprint(asdict(self))[:10]

    def file(self, suffix: str) -> Path:
        """One of the server's files."""
        return runtime_folder() / f"model-{self.id}.{suffix}"


@dataclass(frozen=True)
class Endpoint:
    """Where a server listens. `pid` and `began` (clock ticks since boot) identify its process."""

    base_url: str
    pid: int
    began: int


class Lease:
    """The right to use a running server, until `release`."""

    def __init__(self, plan: Plan, endpoint: Endpoint, api_key: str, lock: int, *, started_here: bool) -> None:
        self.plan, self.endpoint, self.api_key = plan, endpoint, api_key
        self._lock: int | None = lock
        self.started_here = started_here

    async def ended(self, pause: float = 0.5) -> bool:
        """Wait until the server has ended, and say whether somebody stopped it: no is a crash."""
        while _alive(self.endpoint):
            await asyncio.sleep(pause)
        return not self.plan.file("json").exists()

    def release(self) -> None:
        """Leave the server to others, and to its idle time. Safe to call twice."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def stop_if_last(self) -> None:
        """Release, and stop the server if this process started it and nobody else uses it."""
        self.release()
        if not self.started_here:
            return
        with trying(self.plan.file("lease")) as last:
            if last:
                await _end(self.plan, self.endpoint)


async def acquire(plan: Plan) -> Lease:
    """A lease on the plan's server, which is started if it does not run.

    Raises `CannotRun` when it cannot start. Cancelling while it starts ends it.
    """
    lock = await wait_for(plan.file("lease"), SHARED)
    try:
        async with holding(plan.file("start")):
            endpoint = await running(plan)
            started_here = endpoint is None
            endpoint = endpoint or await _start(plan)
        return Lease(plan, endpoint, plan.file("key").read_text(), lock, started_here=started_here)
    except BaseException:  # also when cancelled: an open lock would keep the server alive
        os.close(lock)
        raise


async def running(plan: Plan) -> Endpoint | None:
    """The plan's server, if it runs and answers."""
    endpoint = _recorded(plan.file("json"))
    return endpoint if endpoint is not None and await _answers(endpoint) else None


def is_served(plan: Plan) -> bool:
    """Whether a process of this user serves the plan, or is about to; does not ask it."""
    return _recorded(plan.file("json")) is not None


async def running_servers() -> list[Endpoint]:
    """All servers of this user that run and answer."""
    recorded = [_recorded(path) for path in sorted(runtime_folder().glob("model-*.json"))]
    return [e for e in recorded if e is not None and await _answers(e)]


async def stop_all() -> int:
    """Stop every server of this user, used or not; gives how many there were."""
    stopped = 0
    for path in sorted(runtime_folder().glob("model-*.json")):
        endpoint = _recorded(path)
        if endpoint is not None:
            await _kill(endpoint)
            stopped += 1
        path.unlink(missing_ok=True)
    return stopped


def began(pid: int) -> int:
    """When a process began, in clock ticks since boot; 0 where the system does not tell or it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    fields = stat.rpartition(")")[2].split()
    return 0 if fields[0] in "ZX" else int(fields[19])


async def _start(plan: Plan) -> Endpoint:
    plan.file("json").unlink(missing_ok=True)
    write_atomically(plan.file("key"), secrets.token_urlsafe(32).encode())
    reader, writer = os.pipe()
    try:
        pid = await asyncio.to_thread(_spawn, plan, reader, writer)
    except BaseException:  # also when cancelled: no descriptor may stay open
        os.close(reader)
        raise
    finally:
        os.close(writer)
    try:
        async with asyncio.timeout(START_LIMIT):
            said = await _read_all(reader)
    except BaseException as error:  # also when cancelled: no server may stay behind
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        if isinstance(error, TimeoutError):
            raise _not_started(plan, f"it took more than {START_LIMIT:.0f} s") from None
        raise
    endpoint = _recorded(plan.file("json")) if said == b"ready" else None
    if endpoint is None:
        raise _not_started(plan, said.decode(errors="replace"))
    return endpoint


def _spawn(plan: Plan, reader: int, writer: int) -> int:
    """Start the child, detached by a second fork; gives its pid, which is the first thing it writes."""
    command = [sys.executable, "-m", "devagent.models.serve", json.dumps(asdict(plan)), str(writer)]
    log = os.open(plan.file("log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        subprocess.run(
            command,
            check=True,
            cwd="/",
            env=_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(writer,),
            start_new_session=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise _not_started(plan, str(error)) from None
    finally:
        os.close(log)
    return int.from_bytes(os.read(reader, 4), "big")


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What the child needs of our environment: no keys."""
    package = str(Path(__file__).resolve().parents[2])
    kept = {k: v for k, v in environ.items() if k in _KEPT or k.startswith(("DEVAGENT_", "XDG_", "LC_", "VIRTUAL_ENV"))}
    path = os.pathsep.join(filter(None, [package, environ.get("PYTHONPATH", "")]))
    # OpenMP's threads spin at barriers by default. Beside a running test suite that cost a factor of five to ten.
    return {**kept, "PYTHONPATH": path, "OMP_WAIT_POLICY": "passive"}


async def _read_all(descriptor: int) -> bytes:
    """Everything that is written to a pipe until all writers closed it; closes the reading end."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
    )
    try:
        return await reader.read()
    finally:
        transport.close()


def _not_started(plan: Plan, why: str) -> CannotRun:
    log = plan.file("log")
    tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    library = "Install that library (Debian: apt-get install libgomp1)" if "libgomp" in why else ""
    return CannotRun(
        "the embedded model's server did not start",
        why=why.strip() or "the engine gave up",
        hint=library or f"See {log}, or name another model with --model",
        details=tail,
    )


def _recorded(path: Path) -> Endpoint | None:
    try:
        endpoint = Endpoint(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return endpoint if _alive(endpoint) else None


def _alive(endpoint: Endpoint) -> bool:
    try:
        os.kill(endpoint.pid, 0)
    except OSError:
        return False
    return began(endpoint.pid) == endpoint.began


async def _answers(endpoint: Endpoint) -> bool:
    transport = Transport(endpoint.base_url.removesuffix("/v1"), {}, Timeouts(connect=5.0))
    try:
        return await transport.get("/health") is not None
    finally:
        await transport.close()


async def _end(plan: Plan, endpoint: Endpoint) -> None:
    await _kill(endpoint)
    plan.file("json").unlink(missing_ok=True)


async def _kill(endpoint: Endpoint, patience: float = 5.0) -> None:
    """End a server process, the hard way after `patience` seconds."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(endpoint.pid, number)
        for _ in range(int(patience / 0.05)):
            if not _alive(endpoint):
                return
            await asyncio.sleep(0.05)
