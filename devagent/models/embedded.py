"""The embedded model: its server comes up when first needed, and samples of one prompt share its reading."""

import asyncio
import importlib.util
import os
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

from devagent.errors import CannotRun, DevagentError
from devagent.journal.journal import fingerprint
from devagent.models import trouble
from devagent.models.cards import card_for
from devagent.models.gap import fills_at_once
from devagent.models.model import ModelCard, ModelReply, ModelRequest
from devagent.models.openai import OpenAIModel
from devagent.models.retry import PATIENT, Passing, patiently
from devagent.models.server import Endpoint, Lease, Plan, acquire, is_served, running_servers
from devagent.models.store import EMBEDDED, find
from devagent.models.trouble import BrokenOff, Unreachable

NAME = "embedded/qwen2.5-coder-1.5b"
MEMORY = 2_600_000_000
"""Bytes of memory the server wants: weights, their repacked copy, context and buffers."""

_GATHER = 0.01


class EmbeddedModel:
    """The model that devagent brings along.

    Nothing is started before the first call or `begin`. Requests that come in together and differ only by
    consecutive seeds are sent as one, so that the server reads their prompt once.

    Arguments:
        weights: path of the GGUF file; the pulled one when left out.
        plan: how to serve it; the default for these weights when left out.
    """

    def __init__(self, weights: Path | None = None, plan: Plan | None = None) -> None:
        self._weights, self._plan = weights, plan
        self._card = card_for(NAME)
        self._starting: asyncio.Task[OpenAIModel] | None = None
        self._lease: Lease | None = None
        self._groups: dict[str, list[_Waiting]] = {}
        self._running: set[asyncio.Task[None]] = set()

    @property
    def card(self) -> ModelCard:
        """The facts about this model."""
        return self._card

    def begin(self) -> "asyncio.Task[OpenAIModel]":
        """Start the server in the background, unless that was done; may be awaited, need not be."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
            self._starting.add_done_callback(_looked_at)
        return self._starting

    async def complete(self, request: ModelRequest) -> ModelReply:
        """One completion. Raises `ModelError`, or `CannotRun` when the server cannot be started."""
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        if request.seed is None:
            self._launch([waiting])
        else:
            self._gather(waiting)
        return await waiting.reply

    async def close(self) -> None:
        """Leave the server to the next devagent, or to its idle time. Safe to call twice."""
        await self._let_go()
        if self._lease is not None:
            self._lease.release()

    async def stop(self) -> None:
        """As `close`, but stop the server if this process started it and nobody else uses it: for Ctrl-C."""
        await self._let_go()
        if self._lease is not None:
            await self._lease.stop_if_last()

    def _gather(self, waiting: "_Waiting") -> None:
        key = fingerprint(replace(waiting.request, seed=None).to_json())
        group = self._groups.setdefault(key, [])
        group.append(waiting)
        if len(group) == 1:
            asyncio.get_running_loop().call_later(_GATHER, self._flush, key)

    def _flush(self, key: str) -> None:
        for members in consecutive(self._groups.pop(key), max(self._card.parallel, fills_at_once(self._card))):
            self._launch(members)

    def _launch(self, members: "list[_Waiting]") -> None:
        task = asyncio.create_task(self._run(members))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        for member in members:
            member.reply.add_done_callback(lambda _: task.cancel() if all(m.reply.done() for m in members) else None)

    async def _run(self, members: "list[_Waiting]") -> None:
        starting = self.begin()
        try:
            try:
                await patiently(lambda: self._attempt(starting, members), PATIENT)
            except Unreachable:
                await self._forget(starting)
                await patiently(lambda: self._attempt(self.begin(), members), PATIENT)
        except DevagentError as error:
            for member in members:
                member.fail(error)
        finally:
            for member in members:
                member.reply.cancel()  # those still waiting: this task was cancelled by `close`

    async def _attempt(self, starting: "asyncio.Task[OpenAIModel]", members: "list[_Waiting]") -> None:
        model = await asyncio.shield(starting)
        try:
            async with aclosing(model.answers(members[0].request, len(members))) as answers:
                async for index, reply in answers:
                    members[index].give(reply)
        except BrokenOff as lost:
            raise Passing(lost) from None  # nobody charges for what our own server has lost
        for member in members:
            member.fail(trouble.garbage("the embedded model's server", "it holds fewer answers than were asked for"))

    async def _forget(self, starting: "asyncio.Task[OpenAIModel]") -> None:
        """The server went away (out of memory, killed): the next attempt starts another, once for all who noticed."""
        if self._starting is starting:
            self._starting = None
            if self._lease is not None:
                self._lease.release()
            await starting.result().close()

    async def _start(self) -> OpenAIModel:
        self._lease = lease = await acquire(self._plan or default_plan(self._weights))
        return OpenAIModel(lease.endpoint.base_url, NAME, self._card, api_key=lease.api_key)

    async def _let_go(self) -> None:
        for task in [*self._running, *([self._starting] if self._starting else [])]:
            if task is not asyncio.current_task():
                task.cancel()
        if self._starting is not None and self._starting.done() and not self._starting.cancelled():
            if self._starting.exception() is None:
                await self._starting.result().close()
        elif self._starting is not None:
            await asyncio.gather(self._starting, return_exceptions=True)


@dataclass
class _Waiting:
    request: ModelRequest
    reply: "asyncio.Future[ModelReply]" = field(repr=False)

    def give(self, reply: ModelReply) -> None:
        if not self.reply.done():
            self.reply.set_result(reply)

    def fail(self, error: Exception) -> None:
        if not self.reply.done():
            self.reply.set_exception(error)


def consecutive(waiting: "Sequence[_Waiting]", most: int) -> "list[list[_Waiting]]":
    """Requests in runs of consecutive seeds: the server gives sample i of a request with seed s the seed s + i."""
    runs: list[list[_Waiting]] = []
    for member in sorted(waiting, key=lambda w: w.request.seed or 0):
        last = runs[-1] if runs else []
        if last and len(last) < most and member.request.seed == (last[-1].request.seed or 0) + 1:
            last.append(member)
        else:
            runs.append([member])
    return runs


@dataclass(frozen=True)
class LocalFacts:
    """What is here for the embedded model: weights, the engine, running servers, free memory in bytes.

    `engine` is the version of xllamacpp, `engine_trouble` why it cannot be used.
    """

    weights: Path | None
    engine: str | None
    engine_trouble: str
    servers: tuple[Endpoint, ...]
    memory: int | None


async def local_facts() -> LocalFacts:
    """The facts for `doctor` and `model list`."""
    return LocalFacts(find(), engine_version(), engine_trouble(), tuple(await running_servers()), available_memory())


def engine_version() -> str | None:
    """The version of xllamacpp; `None` when it is not installed."""
    from importlib import metadata

    try:
        return metadata.version("xllamacpp")
    except metadata.PackageNotFoundError:
        return None


def engine_trouble() -> str:
    """Why the engine cannot be used here: not installed, or lacking a library of the system. Empty when it can."""
    if engine_version() is None:
        return "xllamacpp is not installed"
    try:
        import xllamacpp  # noqa: F401
    except ImportError as error:
        return str(error)
    return ""


def available_memory() -> int | None:
    """Bytes of memory that can be had here, under the limit of our cgroup; `None` where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return None
    return min(free, *(_cgroup_room(*names) for names in _CGROUP_FILES))


_CGROUP_FILES = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def _cgroup_room(limit: str, usage: str) -> int:
    try:
        return max(0, int(Path(limit).read_text()) - int(Path(usage).read_text()))
    except (OSError, ValueError):
        return 1 << 62


def default_plan(weights: Path | None = None) -> Plan:
    """How these weights (the pulled ones when left out) are served to all who ask for the embedded model.

    Raises `CannotRun` where the engine, the weights or the memory are missing.
    """
    if importlib.util.find_spec("xllamacpp") is None:
        raise CannotRun("the embedded model needs xllamacpp", hint="pip install 'devagent[local]'")
    path = weights or find()
    if path is None:
        raise CannotRun(f"{EMBEDDED.name} is not on this machine", hint="`devagent model pull` downloads it")
    plan = Plan(os.fspath(path.resolve()))
    memory = available_memory()
    # A server that another run has started is shared: it needs no memory beside what it has.
    if memory is not None and memory < MEMORY and not is_served(plan):
        raise CannotRun(
            f"the embedded model needs {MEMORY / 1e9:.1f} GB of memory",
            why=f"{memory / 1e9:.1f} GB are free",
            hint="Close something, or name a model on another machine with --model",
        )
    return plan


def _looked_at(task: "asyncio.Task[OpenAIModel]") -> None:
    # `begin` need not be awaited; the first call raises what went wrong.
    if not task.cancelled():
        task.exception()
