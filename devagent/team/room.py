"""The room a team works in: the task, the workbench, the models, and what the phases have produced so far."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from devagent.code.locate import Suspect
from devagent.config.settings import TeamSettings
from devagent.journal.journal import Journal
from devagent.models.absent import NONE
from devagent.models.gateway import Gateway
from devagent.models.model import ModelReply, ModelRequest
from devagent.sandbox.coverage import Coverage
from devagent.sandbox.results import TestResult
from devagent.team.location import guess, settle
from devagent.team.prompts import OWN, Library
from devagent.team.workbench import Attempt, Changes, Workbench

if TYPE_CHECKING:
    from devagent.team.indexed import AskIndex

AskUser = Callable[[str], Awaitable[str | None]]


@dataclass(frozen=True)
class Task:
    """What is asked: a text, failing tests, or both. `context` is text of files the user pointed to.

    `feedback` is what the user says of an earlier proposal; it is part of the text as well.
    """

    text: str
    failing: tuple[TestResult, ...] = ()
    context: str = ""
    feedback: str = ""

    def with_failing(self, failing: tuple[TestResult, ...]) -> "Task":
        """The same task, observed by these tests."""
        return replace(self, failing=failing)


@dataclass
class Room:
    """Everything the phases of one run share. `gateways` maps a role to the model it speaks with; "" is the default.

    `ground` are the changes of an earlier proposal that the user wants revised; empty where there is none. `library`
    has the prompt files, `index` leads to the index of the checkout where there is one.
    """

    task: Task
    bench: Workbench
    journal: Journal
    gateways: Mapping[str, Gateway]
    team: TeamSettings
    ask_user: AskUser | None = None
    library: Library = OWN
    index: "AskIndex | None" = None
    ground: Changes = field(default_factory=dict)
    artefacts: dict[str, Any] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    suspects: list[Suspect] = field(default_factory=list)
    coverage: Coverage | None = None
    attempts: list[Attempt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _settling: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Guess the suspects, and start finding out in the background which failures are real and what they run."""
        self.suspects = guess(self)
        self._settling = asyncio.create_task(settle(self))

    async def settled(self) -> None:
        """Wait until failures and suspects are known. Raises `NothingFails`, `SandboxError`."""
        if self._settling is None:
            self.begin()
        assert self._settling is not None
        await asyncio.shield(self._settling)

    async def close(self) -> None:
        """Stop what is still under way in the background."""
        if self._settling is not None:
            self._settling.cancel()
            await asyncio.gather(self._settling, return_exceptions=True)

    @property
    def steps(self) -> int:
        """Most steps of one agent."""
        return self.team.steps

    @property
    def best(self) -> Attempt | None:
        """The attempt that came nearest; the first good one if there is any."""
        good = [a for a in self.attempts if a.good] or [a for a in self.attempts if a.unverified]
        if good:
            return good[-1]
        return max([*self.attempts, *self.bench.tried], key=lambda a: a.rank, default=None)

    def gateway(self, role: str) -> Gateway:
        """The gateway a role speaks through."""
        return self.gateways.get(role, self.gateways[""])

    async def ask(self, role: str, phase: str, place: str, request: ModelRequest) -> ModelReply:
        """One completion for a role."""
        return await self.gateway(role).ask(place, request, role=role, phase=phase)

    def is_small(self, role: str) -> bool:
        """Whether the role's model is of the small class: the program then does what it can itself."""
        return self.gateway(role).card.size == "small"

    def has_model(self, role: str) -> bool:
        """Whether there is a model for the role at all."""
        return self.gateway(role).card.name != NONE

    def uses_tools(self, role: str) -> bool:
        """Whether the role may work with tools."""
        return not self.is_small(role)

    def takes_schema(self, role: str) -> bool:
        """Whether the role's model can be held to a JSON schema by its server."""
        return self.gateway(role).card.schema

    def window(self, role: str) -> int:
        """Tokens the role's model can take in, answer included."""
        return self.gateway(role).card.window

    def holds(self, condition: str) -> bool:
        """Whether a condition of a chain holds now."""
        match condition:
            case "failing-test":
                return bool(self.bench.targets)
            case "evidence":
                return any(a.good for a in self.attempts)
            case _:
                return False

    def diff(self, attempt: Attempt) -> str:
        """What an attempt changes, as a unified diff for reading."""
        return self.diff_of(attempt.changes)

    def diff_of(self, changes: Changes) -> str:
        """Changes to the snapshot, as a unified diff for reading."""
        import difflib

        parts: list[str] = []
        for path, file in sorted(changes.items()):
            old = self.bench.files.get(path)
            before = old.content.decode(errors="replace").splitlines(keepends=True) if old else []
            after = file.content.decode(errors="replace").splitlines(keepends=True) if file else []
            parts += difflib.unified_diff(before, after, f"a/{path}", f"b/{path}")
        return "".join(line if line.endswith("\n") else line + "\n" for line in parts)
