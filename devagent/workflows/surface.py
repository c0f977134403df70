"""What a workflow needs of the outside: somebody to tell, and perhaps somebody to ask."""

from dataclasses import dataclass, field
from typing import Protocol

from devagent.journal.journal import Event
from devagent.models.budget import Budget


@dataclass(frozen=True)
class Option:
    """One of several repairs: its number, how it was found, what each call of the choice comes to with it, its diff."""

    number: int
    way: str
    answers: tuple[str, ...]
    diff: str


@dataclass(frozen=True)
class Choice:
    """Repairs that pass every gate, and the calls on which they differ; the first option is what would be proposed."""

    calls: tuple[str, ...]
    options: tuple[Option, ...]


class Surface(Protocol):
    """A terminal, a log, or nobody. `run` is the id of the run that it was told of; empty until there is one."""

    run: str

    def event(self, event: Event) -> None:
        """An event of the run, just put on disk."""
        ...

    def note(self, text: str) -> None:
        """Something worth telling that is no event of the run: an image is being built, a file was left out."""
        ...

    def watch(self, budget: Budget) -> None:
        """The budget of the run that begins, for showing what is left."""
        ...

    async def ask(self, question: str) -> str | None:
        """The user's answer; `None` when there is nobody to ask."""
        ...

    def agrees(self, question: str) -> bool | None:
        """Whether the user says yes; `None` when there is nobody to ask."""
        ...

    async def choose(self, choice: Choice) -> int | None:
        """The number of the option that the user takes; `None` when they leave it open, or nobody is there."""
        ...


def run_of(event: Event) -> str:
    """The id of the run, from the event with which one of its sessions begins."""
    return str(event.data.get("run", "")) if event.kind in ("run.started", "run.resumed") else ""


@dataclass
class SilentSurface:
    """Keeps what it was told, answers what it was given."""

    answers: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    run: str = ""

    def event(self, event: Event) -> None:
        """Keep an event."""
        self.run = run_of(event) or self.run
        self.events.append(event)

    def note(self, text: str) -> None:
        """Keep a note."""
        self.notes.append(text)

    def watch(self, budget: Budget) -> None:
        """Nothing to show."""

    async def ask(self, question: str) -> str | None:
        """The next answer, if there is one."""
        self.notes.append(question)
        return self.answers.pop(0) if self.answers else None

    def agrees(self, question: str) -> bool | None:
        """Whether the next answer is yes."""
        self.notes.append(question)
        return self.answers.pop(0) == "yes" if self.answers else None

    async def choose(self, choice: Choice) -> int | None:
        """The next answer as a number."""
        self.notes += choice.calls
        return int(self.answers.pop(0)) if self.answers else None
