"""A user who is let choose among repairs: what they take is proposed, with a test that says so, and stays so."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sandbox.local_sandbox import LocalSandbox, tree

from devagent.config.settings import Settings
from devagent.journal.journal import Journal
from devagent.models.budget import Budget
from devagent.repair.behaviour import Answer, Call, Code
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.sandbox import File
from devagent.team.room import Room, Task
from devagent.team.workbench import Alternative, Attempt, Origin, Workbench
from devagent.workflows.choosing import settled
from devagent.workflows.request import Request
from devagent.workflows.surface import SilentSurface

CART = """def total(prices, limit):
    found = 0
    for price in prices:
        if price < limit:
            found += price
    return found
"""
FILES = {
    "cart.py": CART,
    "test_cart.py": "from cart import total\n\n\ndef test_limit():\n    assert total([1, 5], 5) == 6\n",
}
REPAIRS = {"line 4: price <= limit": "price <= limit", "line 4: found < limit": "found < limit"}
"""Whether it is the price or the sum that must be below the limit, the test does not say."""

TOLD = Call(
    "total([5, 1], 5)", ("6", "5"), Code("cart", "total", "[5, 1], 5"), (Answer("returns", "6"), Answer("returns", "5"))
)
ADDED = b"\n\ndef test_total_returns_%d():\n    assert total([5, 1], 5) == %d\n"
ASKED = Request(kind="fix", interactive=True, add_test=True)


def chosen(
    folder: Path, request: Request, surface: SilentSurface, *, told: Call = TOLD, alternatives: bool = True
) -> tuple[Attempt, list[str], list[str]]:
    """What is proposed of two repairs, the notes, and the kinds of the journal's events."""

    async def opened() -> LocalSandbox:
        sandbox = LocalSandbox(folder / f"box{len(list(folder.iterdir()))}")
        await sandbox.start()
        return sandbox

    async def go() -> tuple[Attempt, list[str], list[str]]:
        with Journal(folder / "run") as journal:
            files = tree(FILES)
            bench = Workbench(journal, files, detect(files), opened)
            bench.baseline = await bench.run_tests("baseline", {}, None)
            bench.targets = tuple(r.id for r in bench.baseline.bad)
            room = Room(Task("fix it", bench.baseline.bad), bench, journal, {}, Settings().team)
            best, other = [
                await bench.judged(way, {"cart.py": File(CART.replace("price < limit", text).encode())}, Origin(way))
                for way, text in REPAIRS.items()
            ]
            if alternatives:
                others = (Alternative(replace(other, option=1), told.text, *told.came_to),)
                best = replace(best, alternatives=others, told=(told,))
            try:
                attempt, notes = await settled(room, best, request, surface, Budget())
            finally:
                await bench.close()
            return attempt, notes, [event.kind for event in journal.events]

    return asyncio.run(go())


def content(attempt: Attempt, path: str) -> bytes:
    file = attempt.changes[path]
    assert file is not None
    return file.content


def test_what_the_user_takes_is_proposed_with_a_test_and_stays_so(tmp_path: Path) -> None:
    attempt, notes, kinds = chosen(tmp_path, ASKED, SilentSurface(answers=["1"]))
    assert attempt.good and not attempt.alternatives and not notes
    assert b"found < limit" in content(attempt, "cart.py")
    assert content(attempt, "test_cart.py") == FILES["test_cart.py"].encode() + ADDED % (5, 5)
    told = {e.gate: e.summary for e in attempt.evidence}
    assert told["choice"] == "the user chose it: total([5, 1], 5) is to be 5"
    assert told["added test"] == "test_cart.py::test_total_returns_5 passes, and fails with the other repair"
    assert told["scope"].startswith("2 changed file(s)")
    assert kinds.count("user.answer.finished") == 1

    again, _, later = chosen(tmp_path, ASKED, SilentSurface(answers=["0"]))
    assert again.changes == attempt.changes
    assert later == kinds, "a resumed run asks nothing, and runs nothing"


def test_what_the_user_leaves_open_stays_ambiguous_and_the_test_is_that_of_the_first(tmp_path: Path) -> None:
    attempt, _, _ = chosen(tmp_path, ASKED, SilentSurface())
    assert attempt.alternatives and b"price <= limit" in content(attempt, "cart.py")
    assert content(attempt, "test_cart.py").endswith(ADDED % (6, 6))


def test_where_nothing_is_ambiguous_nobody_is_asked_and_it_is_said_that_no_test_was_added(tmp_path: Path) -> None:
    surface = SilentSurface(answers=["1"])
    attempt, notes, _ = chosen(tmp_path, ASKED, surface, alternatives=False)
    assert list(attempt.changes) == ["cart.py"] and surface.answers == ["1"]
    assert notes == ["no test was added: nothing else was found that passes every gate and does otherwise"]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (replace(TOLD, code=None), "the call total([5, 1], 5) cannot be written down exactly"),
        (replace(TOLD, answers=(None, None)), "what total([5, 1], 5) comes to cannot be written down exactly"),
        (
            replace(TOLD, code=Code("cart", "total", "[], 5"), answers=(Answer("returns", "0"),) * 2),
            "the test that was written passes with the others as well",
        ),
        (
            replace(TOLD, answers=(Answer("returns", "7"),) * 2),
            "with it, tests: test_cart.py::test_total_returns_7",
        ),
    ],
    ids=["no call", "no answer", "passes anyway", "fails"],
)
def test_a_test_that_cannot_be_written_or_shows_nothing_is_not_added(tmp_path: Path, told: Call, why: str) -> None:
    attempt, (note,), _ = chosen(tmp_path, replace(ASKED, interactive=False), SilentSurface(), told=told)
    assert list(attempt.changes) == ["cart.py"] and attempt.alternatives
    assert note.startswith(f"no test was added: {why}")
