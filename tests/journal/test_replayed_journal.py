"""A journal read again from its beginning: it answers, compares, and writes nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.errors import OutOfBudget
from devagent.journal.journal import Event, Journal
from devagent.journal.replay import Diverged, FailedThen, JournalEnds, ReplayedJournal

Steps = Callable[[Journal], Awaitable[object]]


async def never() -> object:
    raise AssertionError("a replay performed an effect")


def giving(result: object) -> Callable[[], Awaitable[object]]:
    async def perform() -> object:
        return result

    return perform


def written(folder: Path, steps: Steps) -> bytes:
    with Journal(folder) as journal, suppress(OutOfBudget, ValueError):
        asyncio.run(steps(journal))  # type: ignore[arg-type]
    return (folder / "journal.jsonl").read_bytes()


def replayed(folder: Path, steps: Steps) -> list[Event]:
    seen: list[Event] = []
    with ReplayedJournal(folder) as journal:
        journal.observe(seen.append)
        asyncio.run(steps(journal))  # type: ignore[arg-type]
    return seen


async def usual(journal: Journal) -> None:
    journal.record("run.started", "", {"x": 1})
    assert await journal.effect("call", "here", {"ask": 1}, giving("said")) == "said"
    assert await journal.effect("user.answer", "here", {}, giving(None)) is None
    assert journal.decision("turn", "here", lambda: len(journal.events)) == 5
    journal.record("run.ended", "", {"outcome": "green"}, key=str(journal.session))


def test_the_same_steps_see_the_same_and_leave_no_trace(tmp_path: Path) -> None:
    before = written(tmp_path, usual)
    seen = replayed(tmp_path, usual)
    assert [event.kind for event in seen] == [
        "run.started",
        *("call.started", "call.finished", "user.answer.started", "user.answer.finished"),
        *("turn", "run.ended"),
    ]
    assert (tmp_path / "journal.jsonl").read_bytes() == before


def test_an_effect_with_other_inputs_is_named_with_what_has_changed(tmp_path: Path) -> None:
    async def first(journal: Journal) -> None:
        await journal.effect("call", "here", {"prompt": "one\ntwo\nthree", "seed": 1}, giving(1))
        journal.record("run.ended", "", key="0")

    async def second(journal: Journal) -> None:
        await journal.effect("call", "here", {"prompt": "one\nTWO\nthree", "seed": 1}, never)

    written(tmp_path, first)
    with pytest.raises(Diverged, match='at event 0, call at here: it was "two", it is "TWO"'):
        replayed(tmp_path, second)


def test_an_event_that_tells_something_else_is_a_divergence_and_nobody_gets_past_it(tmp_path: Path) -> None:
    async def second(journal: Journal) -> None:
        with pytest.raises(Diverged):
            journal.record("run.started", "", {"x": 2})
        await journal.effect("call", "here", {"ask": 1}, never)

    written(tmp_path, usual)
    with pytest.raises(Diverged, match=r"run\.started: it was 1, it is 2"):
        replayed(tmp_path, second)


def test_what_the_run_never_did_is_a_divergence_in_a_run_that_ended(tmp_path: Path) -> None:
    async def more(journal: Journal) -> None:
        await usual(journal)
        journal.record("something", "else")

    written(tmp_path, usual)
    with pytest.raises(Diverged, match="at event 7, something at else: the run did not do that"):
        replayed(tmp_path, more)


def test_a_run_that_was_interrupted_ends_where_its_journal_ends(tmp_path: Path) -> None:
    async def half(journal: Journal) -> None:
        journal.record("run.started", "", {"x": 1})

    written(tmp_path, half)
    with pytest.raises(JournalEnds, match="the journal ends at event 0"):
        replayed(tmp_path, usual)


def test_a_limit_ends_the_replay_in_the_words_of_then(tmp_path: Path) -> None:
    async def stopped(journal: Journal) -> None:
        try:
            await journal.effect("call", "here", {"ask": 1}, over)
        except OutOfBudget as error:
            error.why = error.why or "nobody knows when"
            journal.record("budget.reached", "", {"why": str(error)}, key=str(journal.session))
            journal.record("run.ended", "", {"summary": str(error)}, key=str(journal.session))

    async def over() -> object:
        raise OutOfBudget("the limit is reached", why="since 3 s")

    written(tmp_path, stopped)
    assert [e.kind for e in replayed(tmp_path, stopped)][-2:] == ["budget.reached", "run.ended"]


def test_a_failure_that_ended_the_run_fails_again(tmp_path: Path) -> None:
    async def failing(journal: Journal) -> None:
        try:
            await journal.effect("call", "here", {"ask": 1}, broken)
        except (ValueError, FailedThen) as error:
            journal.record("run.stopped", "", {"why": str(error)}, key=str(journal.session))
            raise

    async def broken() -> object:
        raise ValueError("it broke")

    written(tmp_path, failing)
    with pytest.raises(FailedThen, match="it broke"):
        replayed(tmp_path, failing)


Plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), Plain, Plain), max_size=8))
def test_whatever_was_recorded_is_replayed(
    tmp_path_factory: pytest.TempPathFactory, calls: list[tuple[str, str, object, object]]
) -> None:
    async def steps(journal: Journal) -> list[object]:
        return [await journal.effect(kind, place, inputs, giving(result)) for kind, place, inputs, result in calls]

    folder = tmp_path_factory.mktemp("run")
    with Journal(folder) as journal:
        first = asyncio.run(steps(journal))
    before = (folder / "journal.jsonl").read_bytes()
    with ReplayedJournal(folder) as again:
        assert asyncio.run(steps(again)) == first
    assert (folder / "journal.jsonl").read_bytes() == before
