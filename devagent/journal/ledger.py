"""The ledger: what the models of a run took, added up from its journal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from devagent.journal.journal import Event

LOCAL_WATTS = 30.0
"""Power of a few busy server cores, in watts: a coarse constant for the energy estimate of local models."""


@dataclass(frozen=True)
class Line:
    """One sum of the ledger.

    `seconds` adds up the wall time of calls, so parallel calls count each. `cost` is in US dollars and `None` as soon
    as the price of one call is unknown. `joules` estimates local models only: `LOCAL_WATTS` times the time that at
    least one of their calls was under way. `estimated` says that some token counts are ours.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    cost: float | None = 0.0
    joules: float = 0.0
    estimated: bool = False

    @property
    def tokens(self) -> int:
        """Prompt and answer tokens together."""
        return self.prompt_tokens + self.completion_tokens

    def to_json(self) -> dict[str, Any]:
        """The sum as plain data."""
        return dict(vars(self))


@dataclass(frozen=True)
class Ledger:
    """All sums of a run: the total, and per phase, role and model."""

    total: Line = Line()
    phases: dict[str, Line] = field(default_factory=dict)
    roles: dict[str, Line] = field(default_factory=dict)
    models: dict[str, Line] = field(default_factory=dict)

    @classmethod
    def from_events(cls, events: Iterable[Event]) -> "Ledger":
        """The ledger of a run, from its finished model calls."""
        calls = [_Call.from_event(e) for e in events if e.kind == "model.call.finished"]
        return cls(
            total=_line(calls),
            phases=_grouped(calls, lambda c: c.phase),
            roles=_grouped(calls, lambda c: c.role),
            models=_grouped(calls, lambda c: c.model),
        )

    def to_json(self) -> dict[str, Any]:
        """The ledger as plain data."""
        return {
            "total": self.total.to_json(),
            **{
                name: {key: line.to_json() for key, line in getattr(self, name).items()}
                for name in ("phases", "roles", "models")
            },
        }


@dataclass(frozen=True)
class _Call:
    phase: str
    role: str
    model: str
    local: bool
    session: int
    ended: float
    reply: dict[str, Any]

    @classmethod
    def from_event(cls, event: Event) -> "_Call":
        result = event.data["result"]
        return cls(
            phase=result["phase"],
            role=result["role"],
            model=result["model"],
            local=result["local"],
            session=event.session,
            ended=event.elapsed,
            reply=result["reply"],
        )


def _grouped(calls: list[_Call], name: Callable[[_Call], str]) -> dict[str, Line]:
    groups: dict[str, list[_Call]] = {}
    for call in calls:
        groups.setdefault(name(call), []).append(call)
    return {key: _line(members) for key, members in groups.items()}


def _line(calls: list[_Call]) -> Line:
    replies = [c.reply for c in calls]
    costs = [r["cost"] for r in replies]
    return Line(
        calls=len(calls),
        prompt_tokens=sum(r["prompt_tokens"] for r in replies),
        completion_tokens=sum(r["completion_tokens"] for r in replies),
        seconds=round(sum(r["seconds"] for r in replies), 3),
        cost=None if None in costs else round(sum(costs), 6),
        joules=round(LOCAL_WATTS * _busy([c for c in calls if c.local]), 1),
        estimated=any(r["estimated"] for r in replies),
    )


def _busy(calls: list[_Call]) -> float:
    """Seconds in which at least one of these calls was under way: parallel calls share the processor."""
    busy = 0.0
    end: tuple[int, float] = (-1, 0.0)
    for session, start, stop in sorted((c.session, c.ended - c.reply["seconds"], c.ended) for c in calls):
        start = max(start, end[1]) if session == end[0] else start
        busy += max(0.0, stop - start)
        end = max(end, (session, stop))
    return busy
