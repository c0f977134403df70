"""How a run came to its end, in words for people: read off its journal and its workbench."""

from devagent.journal.journal import Event, Journal
from devagent.team.workbench import Attempt, Workbench


def why_nothing(journal: Journal, bench: Workbench) -> str:
    """Why nothing was proposed, by what was tried."""
    if tried := len(bench.tried):
        every = f"none of {tried} attempts passed every gate"
        return every if tried > 1 else "the only attempt did not pass every gate"
    failed = [str(event.data["why"]) for event in journal.find("phase.failed")]
    errors = [test.headline for test in bench.baseline.bad if test.status == "error"]
    stop = f"the tests stop at {errors[0]}" if errors else ""
    return "; ".join(filter(None, [failed[-1] if failed else "no change was handed in", in_vain(journal, bench), stop]))


def in_vain(journal: Journal, bench: Workbench) -> str:
    """What was tried and came not even as far as the gates, where nothing else did."""
    if bench.tried:
        return ""
    edits = max((e.data["result"]["tried"] for e in journal.find("repair.search.finished")), default=0)
    answers = sum(e.data["result"]["role"] == "coder" for e in journal.find("model.call.finished"))
    if not edits and not answers:
        return ""
    answered = f" and {answers} answers of the model" if answers else ""
    return f"{edits} edits{answered} were tried, and no failing test passes with one"


def awaited(journal: Journal, ended_by: str) -> str:
    """What a run was waiting for when this error ended it: a model, or the tests; empty where it was neither."""
    open_: dict[tuple[str, str], Event] = {}
    for event in journal.events:
        kind, _, what = event.kind.rpartition(".")
        if what == "started" and event.session == journal.session:
            open_[kind, event.place] = event
        elif what == "finished" or (what == "failed" and event.data["error"] != ended_by):
            open_.pop((kind, event.place), None)
    for (kind, _), event in open_.items():
        seconds = f"for {journal.elapsed - event.elapsed:.0f} s"
        if kind == "model.call":
            return f"{event.data['inputs']['model']} has not answered {seconds}"
        if kind == "sandbox.run":
            return f"tests have been running {seconds}"
    return ""


def unobserved(attempt: Attempt) -> str:
    """Why nothing observed an attempt that nothing speaks against."""
    told = next((e.summary for e in attempt.evidence if e.data.get("unobserved") and e.gate != "tests"), "")
    return told or "no test observes the task"


def who(journal: Journal) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The roles that made something, and the models that answered."""
    roles = dict.fromkeys(str(e.data["role"]) for e in journal.find("phase.finished"))
    models = dict.fromkeys(str(e.data["result"]["model"]) for e in journal.find("model.call.finished"))
    return tuple(roles), tuple(models)
