"""Progress on stderr while a workflow runs: a live line in a terminal, plain lines elsewhere."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from devagent.journal.journal import Event
from devagent.models.budget import Budget
from devagent.report.telling import tell
from devagent.sandbox.output import plain
from devagent.workflows.surface import Surface

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
        if isinstance(shown, LiveSurface):
            shown.close()


class PlainSurface:
    """One plain line on stderr for each thing worth telling. Nobody is asked."""

    def __init__(self, *, events: bool = False, yes: bool = False, quiet: bool = False) -> None:
        self.yes = yes
        self._events, self._quiet = events, quiet
        self._started = time.monotonic()

    def event(self, event: Event) -> None:
        """Tell an event of the run."""
        if self._events:
            print(json.dumps(_public(event), ensure_ascii=False), flush=True)
        line = tell(event)
        if event.kind == "sandbox.run.started" and event.place == "baseline":
            # A log shows no live line: without this, nothing would be in it until the tests have ended.
            line = "running the tests"
        if line:
            self._say(line)

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

    def _say(self, line: str) -> None:
        if not self._quiet:
            print(f"[{time.monotonic() - self._started:6.1f} s] {plain(line)}", file=sys.stderr, flush=True)


class LiveSurface:
    """Finished things as lines that stay, and one live line: phase, role, tokens, seconds, what the budget leaves."""

    def __init__(self, *, events: bool = False, yes: bool = False) -> None:
        from rich.console import Console

        self.yes = yes
        self._events = events
        self._console: Console = Console(stderr=True, highlight=False)
        self._started = time.monotonic()
        self._budget: Budget | None = None
        self._doing = "looking at the repository"
        self._tokens = 0
        self._status: Status = self._console.status(_Live(self), spinner="dots")
        self._status.start()

    def event(self, event: Event) -> None:
        """Tell an event of the run."""
        if self._events:
            print(json.dumps(_public(event), ensure_ascii=False), flush=True)
        self._follow(event)
        line = tell(event)
        if line:
            self._print(f"[dim]{time.monotonic() - self._started:6.1f} s[/dim]  {_escaped(line)}")

    def note(self, text: str) -> None:
        """Tell something that is no event."""
        self._print(f"[dim]{time.monotonic() - self._started:6.1f} s  {_escaped(text)}[/dim]")

    def watch(self, budget: Budget) -> None:
        """Show what this budget leaves."""
        self._budget = budget

    async def ask(self, question: str) -> str | None:
        """Ask on the terminal; an empty answer is no answer."""
        import asyncio

        self._status.stop()
        try:
            self._console.print(f"[bold]?[/bold] {_escaped(question)}")
            answer = await asyncio.to_thread(sys.stdin.readline)
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
            answer = sys.stdin.readline()
            return answer.strip().lower() in ("y", "yes") if answer else None
        finally:
            self._status.start()

    def close(self) -> None:
        """Take the live line away, and leave a gap before what comes next."""
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
        elif event.kind == "sandbox.run.started" and event.place == "baseline":
            self._doing = "running the tests"
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

    return escape(plain(text))


def _public(event: Event) -> dict[str, Any]:
    return {"devagent": 1, **vars(event)}
