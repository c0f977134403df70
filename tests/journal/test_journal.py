"""The journal: on disk before it is used, whole after a crash, and never twice."""

import asyncio
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.errors import UsageError
from devagent.journal.files import write_atomically
from devagent.journal.journal import INLINE_LIMIT, Event, Journal, fingerprint, read_events


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "run") as opened:
        yield opened


def test_an_event_is_on_disk_before_its_observer_hears_of_it(journal: Journal) -> None:
    seen: list[list[Event]] = []
    journal.observe(lambda _: seen.append(read_events(journal.folder)))
    journal.record("a", "here", {"x": 1})
    assert [(e.kind, e.place, e.data) for e in seen[0]] == [("a", "here", {"x": 1})]


def test_the_same_event_is_recorded_once(journal: Journal) -> None:
    first = journal.record("a", "here", {"x": 1}, key="k")
    again = journal.record("a", "here", {"x": 2}, key="k")
    assert again is first
    assert len(read_events(journal.folder)) == 1


def test_a_finished_effect_is_not_performed_again_after_reopening(tmp_path: Path) -> None:
    performed = []

    async def perform() -> str:
        performed.append(1)
        return "done"

    for _ in range(2):
        with Journal(tmp_path) as journal:
            assert asyncio.run(journal.effect("call", "here", {"ask": 1}, perform)) == "done"
    assert len(performed) == 1


def test_an_effect_with_other_inputs_is_another_effect(journal: Journal) -> None:
    async def perform() -> int:
        return len(journal.events)

    first = asyncio.run(journal.effect("call", "here", {"ask": 1}, perform))
    assert asyncio.run(journal.effect("call", "here", {"ask": 2}, perform)) != first


def test_a_failed_effect_is_told_and_tried_again(journal: Journal) -> None:
    tries: list[int] = []

    async def perform() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("no luck")
        return "done"

    with pytest.raises(ValueError, match="no luck"):
        asyncio.run(journal.effect("call", "here", {}, perform))
    assert asyncio.run(journal.effect("call", "here", {}, perform)) == "done"
    assert [e.data["error"] for e in journal.find("call.failed")] == ["no luck"]


@given(cut=st.integers(min_value=1, max_value=60))
def test_a_line_that_was_being_written_is_cut_off(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("run")
    with Journal(folder) as journal:
        journal.record("a", "1")
        journal.record("b", "2", {"text": "x" * 60})
    path = folder / "journal.jsonl"
    os.truncate(path, path.stat().st_size - cut)
    assert [e.kind for e in read_events(folder)] == ["a"]
    with Journal(folder) as journal:
        assert [e.kind for e in journal.events] == ["a"]
        journal.record("c", "3")
    assert [e.kind for e in read_events(folder)] == ["a", "c"]


def test_events_survive_reopening_and_sessions_are_counted(tmp_path: Path) -> None:
    for number in range(3):
        with Journal(tmp_path) as journal:
            assert journal.session == number
            journal.record("a", str(number))
    assert [(e.seq, e.session) for e in read_events(tmp_path)] == [(0, 0), (1, 1), (2, 2)]
    with Journal(tmp_path) as journal:
        assert journal.earlier_seconds >= 0


def test_large_values_lie_beside_the_journal_and_come_back(journal: Journal) -> None:
    text = "ü" * INLINE_LIMIT
    journal.record("a", "here", {"text": text})
    (line,) = (journal.folder / "journal.jsonl").read_text().splitlines()
    assert len(line) < INLINE_LIMIT
    assert read_events(journal.folder)[0].data == {"text": text}


def test_a_run_is_worked_on_by_one_process_at_a_time(journal: Journal) -> None:
    with pytest.raises(UsageError, match="another process"):
        Journal(journal.folder)
    journal.close()
    Journal(journal.folder).close()


def test_nobody_else_may_read_a_run(journal: Journal) -> None:
    journal.save(b"secret")
    for path in (journal.folder, *journal.folder.rglob("*")):
        if path.name != "journal.jsonl":
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=5))
def test_a_fingerprint_does_not_depend_on_order_and_survives_json(value: dict[str, int | str]) -> None:
    assert (
        fingerprint(value) == fingerprint(dict(reversed(value.items()))) == fingerprint(json.loads(json.dumps(value)))
    )
