"""Progress on stderr while a workflow runs: a live line in a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from devagent.journal.journal import Event
from devagent.models.budget import Budget
from devagent.report.asking import typed_line, typed_line_now
from devagent.report.choice import chosen
from devagent.report.shown import json_text, shown
from devagent.report.telling import tell
from devagent.workflows.surface import Choice, Surface, run_of

if TYPE_CHECKING:
    from rich.status import Status


def surface(*, quiet: bool, events: bool, yes: bool) -> Surface:
    """The surface that suits the terminal and the flags."""
    if quiet:
        return PlainSurface(events=events, yes=yes, quiet=True)
    if sys.stderr.isatty():
        return LiveSurface(events=events, yes=yes)
    return PlainSurface(events=events, yes=yes)


@contextmanager
def closing(shown: Surface) -> Iterator[None]:
    """Take the live line away at the end, whatever the end is."""
    try:
        yield
    finally:
        calm(shown)


def calm(shown: Surface) -> None:
    """Take the live line away for good: something else will have the terminal. Safe to call twice."""
    if isinstance(shown, LiveSurface):
        shown.close()


class PlainSurface:
    """One plain line on stderr for each thing worth telling. Nobody is asked."""

    def __init__(self, *, events: bool = False, yes: bool = False, quiet: bool = False) -> None:
        self.yes, self.run = yes, ""
        self._events, self._quiet = events, quiet
        self._started = time.monotonic()

    def event(self, event: Event) -> None:
        """Tell an event of the run."""
        self.run = run_of(event) or self.run
        if self._events:
            print(json_text(_public(event)), flush=True)
        line = tell(event)
        # A log shows no live line: without this, nothing would be in it until the tests have ended.
        line = line or _first_run(event)
        if line:
            self._say(line, event)

    def note(self, text: str) -> None:
        """Tell something that is no event."""
        self._say(text)

    def watch(self, budget: Budget) -> None:
        """Plain lines show no budget: the result does."""

    async def ask(self, question: str) -> str | None:
        """Nobody is there."""
        del question
        return None

    def agrees(self, question: str) -> bool | None:
        """Only what `--yes` said beforehand."""
        del question
        return self.yes or None

    async def choose(self, choice: Choice) -> int | None:
        """Nobody is there."""
        del choice
        return None

    def _seconds(self, event: Event | None) -> float:
        """Where on the clock a line stands."""
        del event
        return time.monotonic() - self._started

    def _say(self, line: str, event: Event | None = None) -> None:
        if not self._quiet:
            print(f"[{self._seconds(event):6.1f} s] {shown(line)}", file=sys.stderr, flush=True)


class RecordedSurface(PlainSurface):
    """Tells events of long ago, at the seconds at which they came."""

    def _seconds(self, event: Event | None) -> float:
        return super()._seconds(event) if event is None else event.elapsed


class LiveSurface:
    """Finished things as lines that stay, and one live line: phase, role, tokens, seconds, what the budget leaves."""

    def __init__(self, *, events: bool = False, yes: bool = False) -> None:
        from rich.console import Console

        self.yes, self.run = yes, ""
        self._events = events
        self._console: Console = Console(stderr=True, highlight=False)
        self._started = time.monotonic()
        self._budget: Budget | None = None
        self._doing = "looking at the repository"
        self._tokens = 0
        self._closed = False
        self._status: Status = self._console.status(_Live(self), spinner="dots")
        self._status.start()

    def event(self, event: Event) -> None:
        """Tell an event of the run."""
        self.run = run_of(event) or self.run
        if self._events:
            print(json_text(_public(event)), flush=True)
        self._follow(event)
        line = tell(event)
        if line:
            self._print(f"[dim]{time.monotonic() - self._started:6.1f} s[/dim]  {_escaped(line)}")

    def note(self, text: str) -> None:
        """Tell something that is no event."""
        # Nothing else will say it again: it is shown whole, on more than one line where it has to be.
        self._console.print(f"[dim]{time.monotonic() - self._started:6.1f} s  {_escaped(text)}[/dim]", soft_wrap=True)

    def watch(self, budget: Budget) -> None:
        """Show what this budget leaves."""
        self._budget = budget

    async def ask(self, question: str) -> str | None:
        """Ask on the terminal; an empty answer is no answer."""
        self._status.stop()
        try:
            self._console.print(f"[bold]?[/bold] {_escaped(question)}")
            answer = await typed_line()
        finally:
            self._status.start()
        return answer.strip() or None

    def agrees(self, question: str) -> bool | None:
        """Ask on the terminal, unless `--yes` said so beforehand."""
        if self.yes:
            return True
        self._status.stop()
        try:
            self._console.print(f"[bold]?[/bold] {_escaped(question)} \\[y/N] ", end="")
            answer = typed_line_now()
            return answer.strip().lower() in ("y", "yes") if answer else None
        finally:
            self._status.start()

    async def choose(self, choice: Choice) -> int | None:
        """Let the user choose on the terminal."""
        self._status.stop()
        try:
            return await chosen(self._console, choice)
        finally:
            self._status.start()

    def close(self) -> None:
        """Take the live line away, and leave a gap before what comes next. Safe to call twice."""
        if not self._closed:
            self._closed = True
            self._status.stop()
            self._console.print()

    def line(self) -> str:
        """The live line as of now."""
        told = f"{self._doing} · {time.monotonic() - self._started:.0f} s, {_short(self._tokens)} tokens"
        if self._budget is None:
            return told
        left = self._budget.remaining
        rest = [
            f"{left.seconds:.0f} s" if left.seconds is not None else "",
            _short(left.tokens) if left.tokens is not None else "",
        ]
        return told + (f" (left: {', '.join(filter(None, rest))})" if any(rest) else "")

    def _print(self, line: str) -> None:
        # A line too long for the terminal is cut: the run's journal and `devagent show` have all of it.
        self._console.print(line, no_wrap=True, overflow="ellipsis")

    def _follow(self, event: Event) -> None:
        data = event.data
        if event.kind == "phase.started":
            self._doing = f"{data['phase']}: {data['role']}"
        elif first := _first_run(event):
            self._doing = first
        elif event.kind == "sandbox.run.started":
            self._doing = f"{self._doing.partition(' (')[0]} (running tests)"
        elif event.kind == "model.call.started":
            self._doing = f"{self._doing.partition(' (')[0]} (asking the model)"
        elif event.kind == "model.call.finished":
            reply = data["result"]["reply"]
            self._tokens += reply["prompt_tokens"] + reply["completion_tokens"]


class _Live:
    """A renderable that asks for the live line each time it is drawn."""

    def __init__(self, owner: LiveSurface) -> None:
        self._owner = owner

    def __rich__(self) -> Any:
        from rich.text import Text

        return Text(self._owner.line(), style="cyan", no_wrap=True, overflow="ellipsis")


def _short(number: int) -> str:
    """A number of tokens in few characters: `950`, `12k`."""
    return str(number) if number < 1000 else f"{number // 1000}k"


def _escaped(text: str) -> str:
    """Text as it is: neither markup nor terminal sequences in it do anything."""
    from rich.markup import escape

    return escape(shown(text))


def _first_run(event: Event) -> str:
    """What is being done while tests run before anything was changed; empty for every other event."""
    where, _, folder = event.place.partition("/")
    begins = event.kind == "sandbox.run.started" and where == "baseline"
    return (f"running the tests of {folder}" if folder else "running the tests") if begins else ""


def _public(event: Event) -> dict[str, Any]:
    return {"devagent": 1, **vars(event), "data": _without_contents(event.data)}


def _without_contents(data: Any) -> Any:
    """Data with the names of files in place of their contents, which a run keeps for itself to be resumed."""
    if isinstance(data, list):
        return [_without_contents(item) for item in data]
    if not isinstance(data, dict):
        return data
    whole = {name: sorted(data[name]) for name in ("files", "near") if isinstance(data.get(name), dict)}
    return {name: _without_contents(value) for name, value in data.items()} | whole
