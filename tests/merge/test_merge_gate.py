"""The last look: decisions that do not parse together are opened again, the least sure first."""

from dataclasses import replace

from devagent.merge.decision import Confidence, Decision
from devagent.merge.engine import Step, merge_text
from devagent.merge.gate import open_again
from devagent.merge.limits import Limits
from devagent.merge.regions import Conflict, Regions, settled
from devagent.merge.versions import Lines, Versions

BASE = b"a = 1\nb = 2\nc = 3\n"
OURS = b"a = 10\nb = 2\nc = 30\n"
THEIRS = b"a = 11\nb = 2\nc = 31\n"


def answering(*answers: tuple[bytes, float]) -> Step:
    """A step that puts these texts, as likely as that, in the place of the conflicts."""

    def step(_versions: Versions, regions: Regions, _limits: Limits) -> Regions:
        waiting = iter(answers)
        return tuple(
            settled(region, decision(*next(waiting))) if isinstance(region, Conflict) else region for region in regions
        )

    return step


def decision(text: bytes, probability: float) -> Decision:
    lines: Lines = (text,) if text else ()
    return Decision(lines, "test", "because", Confidence.LIKELY, probability)


def left(path: str, *answers: tuple[bytes, float]) -> list[int]:
    merged = merge_text(Versions(path, BASE, OURS, THEIRS), accept=Confidence.LIKELY, steps=[answering(*answers)])
    return [conflict.number for conflict in merged.unresolved]


def test_what_parses_stays() -> None:
    assert left("a.py", (b"a = 4\n", 0.9), (b"c = 4\n", 0.8)) == []


def test_of_two_decisions_the_one_that_breaks_the_file_is_opened_again_when_it_is_the_less_sure() -> None:
    assert left("a.py", (b"a = 4\n", 0.9), (b"c = (\n", 0.8)) == [1]


def test_both_are_opened_again_when_the_surer_one_breaks_the_file() -> None:
    assert left("a.py", (b"a = (\n", 0.9), (b"c = 4\n", 0.8)) == [0, 1]


def test_what_has_no_grammar_is_not_judged() -> None:
    assert left("notes", (b"a = (\n", 0.9), (b"c = (\n", 0.8)) == []


def test_a_conflict_that_is_opened_again_keeps_the_likelier_proposal() -> None:
    conflict = Conflict((), (), (), spans=None, proposal=decision(b"x", 0.9))  # type: ignore[arg-type]
    assert open_again(settled(conflict, decision(b"y", 0.8))) == conflict
    reopened = open_again(settled(conflict, decision(b"z", 0.95)))
    assert reopened == replace(conflict, proposal=decision(b"z", 0.95))
