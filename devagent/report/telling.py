"""What each event of a run is called in one line for people; most events are not worth one."""

from collections.abc import Callable, Mapping
from typing import Any

from devagent.journal.journal import Event

Data = Mapping[str, Any]


def tell(event: Event) -> str:
    """The line for an event; empty for one that only the journal needs."""
    teller = _TELLERS.get(event.kind)
    return teller(event.data, event.place) if teller else ""


def _baseline(data: Data, place: str) -> str:
    run = data["result"]
    if place != "baseline":
        return ""
    if run["trouble"]:
        return f"tests: {run['trouble']}"
    bad = [r["id"] for r in run["results"] if r["status"] in ("failed", "error")]
    told = f"tests: {len(run['results'])} run in {run['seconds']:.1f} s, {len(bad)} failing"
    return told + (f" ({', '.join(bad[:3])}{', …' if len(bad) > 3 else ''})" if bad else "")


def _suspects(data: Data, place: str) -> str:
    del place
    names = [f"{path}:{name}" for path, name, _ in data["suspects"][:3]]
    return f"suspects: {', '.join(names)}" if names else "suspects: none found"


def _finished(data: Data, place: str) -> str:
    del place
    artefact = data["artefact"]
    said = ""
    if data["phase"] == "analyse":
        said = f": {artefact['goal']}"
    elif data["phase"] == "locate":
        said = ": " + ", ".join(f"{s['path']}:{s['name']}" for s in artefact["suspects"][:2])
    elif data["phase"] == "review":
        said = f": {artefact.get('comment') or 'no finding'}"
    elif data["phase"] == "test":
        said = f": {artefact['verdict']}"
    elif data["phase"] == "reproduce":
        said = f": {artefact['path']}"
    elif isinstance(artefact, dict) and "paths" in artefact:
        said = f": {', '.join(artefact['paths'])} ({artefact['summary']})"
    return f"{data['phase']} — {data['role']}, done by the {data['by']}{said}"


def _tried(data: Data, place: str) -> str:
    del place
    bad = [(gate, summary) for gate, (verdict, summary) in data["gates"].items() if verdict != "pass"]
    outcome = f"{bad[0][0]}: {bad[0][1]}" if bad else "passes"
    return f"attempt ({data['way']}) on {', '.join(data['paths'])}: {outcome}"


_TELLERS: dict[str, Callable[[Data, str], str]] = {
    "run.started": lambda d, _: f"run {d['run']}",
    "run.resumed": lambda *_: "going on",
    "sandbox.run.finished": _baseline,
    "suspects.found": _suspects,
    "phase.skipped": lambda d, _: f"{d['phase']} — skipped: {d['why']}",
    "phase.finished": _finished,
    "phase.failed": lambda d, _: f"{d['phase']} — {d['role']}: failed: {d['why']}",
    "attempt.tried": _tried,
    "question.settled": lambda d, _: f"question: {d['question']} {d['answer'] or '(nobody knows; the team decided)'}",
    "budget.reached": lambda d, _: str(d["why"]),
    "model.call.failed": lambda d, _: f"model: {d['error']}",
}
