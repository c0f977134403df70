"""What each event of a run is called in one line for people; most events are not worth one.

Lines of a run are columns: what was done, by which role, by program or model, and what came of it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from devagent.journal.journal import Event
from devagent.sandbox.results import TestResult
from devagent.team.chain import CONDITIONS

Data = Mapping[str, Any]

_HUNG = re.compile(r"still running after (\S+) s")


def tell(event: Event) -> str:
    """The line for an event; empty for one that only the journal needs."""
    teller = _TELLERS.get(event.kind)
    return teller(event.data, event.place).rstrip() if teller else ""


def plural(number: int, noun: str) -> str:
    """A number with its noun: `1 test`, `2 tests`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _columns(what: str, role: str, by: str, said: str) -> str:
    return f"{what:10} {role:9} {by:8} {said}"


def _told(what: str, said: str) -> str:
    return f"{what:10} {said}"


def _started(data: Data, _: str) -> str:
    revises = data.get("request", {}).get("revises")
    return f"run {data['run']}" + (f", revises {revises['run']}" if revises else "")


def _baseline(data: Data, place: str) -> str:
    run = data["result"]
    where, _, folder = place.partition("/")
    if where != "baseline":
        return ""
    project = f"{folder}: " if folder else ""
    if run["trouble"]:
        return _told("tests", f"{project}no verdict: {run['trouble']}")
    bad = [result for r in run["results"] if (result := TestResult(**r)).bad]
    told = f"{project}{plural(len(run['results']), 'test')} in {run['seconds']:.1f} s, "
    if not bad:
        return _told("tests", told + "none failing")
    others = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
    return _told("tests", f"{told}{len(bad)} failing{_hung(bad)}: {_bad(bad[0])}{others}")


def _bad(test: TestResult) -> str:
    """A failing test; with the reason where it is no assertion that failed."""
    return f"{test.id} ({test.headline})" if test.status == "error" and test.headline else test.id


def _hung(tests: Sequence[TestResult]) -> str:
    limits = [limit[1] for test in tests if (limit := _HUNG.search(test.message))]
    return f" ({len(limits)} did not end within {limits[0]} s)" if limits else ""


def _finished(data: Data, _: str) -> str:
    by = "both" if data["by"] == "program and model" else data["by"]
    return _columns(data["phase"], data["role"], by, _said(data["phase"], data["artefact"]))


def _said(phase: str, artefact: Any) -> str:
    match phase:
        case "analyse":
            return str(artefact["goal"])
        case "locate":
            first, *others = [f"{s['path']}:{s['name']}" for s in artefact["suspects"]] or ["nowhere"]
            return first + (f" and {len(others)} more" if others else "")
        case "review":
            return str(artefact.get("comment") or "no finding")
        case "test":
            return str(artefact["verdict"]).replace("-", " ")
        case "reproduce":
            return str(artefact["path"])
    return ", ".join(artefact["paths"]) if isinstance(artefact, dict) and "paths" in artefact else "done"


def _tried(data: Data, _: str) -> str:
    bad = [f"{gate}: {summary}" for gate, (verdict, summary) in data["gates"].items() if verdict != "pass"]
    kind, colon, what = data["way"].partition(": ")
    way = _WAYS.get(kind, kind) + colon + what
    return _told("attempt", f"{', '.join(data['paths'])} ({way}): {bad[0] if bad else 'passes'}")


def _skipped(data: Data, _: str) -> str:
    return _columns(data["phase"], "", "skipped", CONDITIONS.get(data["why"], str(data["why"])))


def _settled(data: Data, _: str) -> str:
    return _told("question", f"{data['question']} {data['answer'] or '(nobody knows; the team decided)'}")


_WAYS = {
    "greedy": "function rewritten",
    "sample": "function rewritten",
    "filled": "statement filled in",
    "agent": "edited with tools",
    "rework": "function reworked",
}
_FINISHED = "this run is finished; so it ended"

_TELLERS: dict[str, Callable[[Data, str], str]] = {
    "run.started": _started,
    "run.resumed": lambda d, _: _FINISHED if d["finished"] else "going on where the run was left",
    "sandbox.run.finished": _baseline,
    "phase.skipped": _skipped,
    "phase.finished": _finished,
    "phase.failed": lambda d, _: _columns(d["phase"], d["role"], "failed", d["why"]),
    "attempt.tried": _tried,
    "question.settled": _settled,
    "budget.reached": lambda *_: "a limit is reached",
}
