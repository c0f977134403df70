"""Progress: plain lines where stderr is no terminal, JSON lines on stdout, nothing with --quiet."""

import asyncio
import io
import json

import pytest

from devagent.journal.journal import Event
from devagent.models.budget import Budget
from devagent.report.surface import LiveSurface, PlainSurface, closing, surface

STARTED = Event(0, "run.started", "", {"run": "261009-lusab"})
SILENT = Event(1, "snapshot.taken", "", {"commit": "c0ffee"})


def test_plain_lines_tell_events_and_notes(capsys: pytest.CaptureFixture[str]) -> None:
    shown = surface(quiet=False, events=False, yes=False)
    for event in (STARTED, SILENT):
        shown.event(event)
    shown.note("building the image")
    told = capsys.readouterr()
    assert told.out == ""
    assert [line.partition("] ")[2] for line in told.err.splitlines()] == ["run 261009-lusab", "building the image"]


def test_a_log_says_that_the_tests_run(capsys: pytest.CaptureFixture[str]) -> None:
    shown = PlainSurface()
    shown.event(Event(0, "sandbox.run.started", "baseline", {}))
    shown.event(Event(1, "sandbox.run.started", "code/1", {}))
    assert capsys.readouterr().err.endswith(" s] running the tests\n")


def test_the_live_line_fits_into_eighty_columns() -> None:
    shown = LiveSurface()
    with closing(shown):
        shown.watch(Budget(tokens=400_000, seconds=900))
        shown.event(Event(0, "phase.started", "3/reproduce", {"phase": "reproduce", "role": "tester"}))
        reply = {"prompt_tokens": 123_456, "completion_tokens": 20}
        shown.event(Event(1, "model.call.finished", "3/reproduce", {"result": {"reply": reply}}))
        shown.event(Event(2, "model.call.started", "3/reproduce", {}))
        assert "400k)" in shown.line() and len(shown.line()) <= 75


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    shown = surface(quiet=True, events=False, yes=False)
    shown.event(STARTED)
    shown.note("building the image")
    assert capsys.readouterr() == ("", "")


def test_every_event_is_a_line_of_json_also_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    shown = PlainSurface(events=True, quiet=True)
    shown.event(STARTED)
    shown.event(SILENT)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["devagent"], line["kind"]) for line in lines] == [(1, "run.started"), (1, "snapshot.taken")]
    assert set(lines[0]) == {"devagent", "seq", "kind", "place", "data", "key", "session", "elapsed", "at"}


@pytest.mark.parametrize("yes", [True, False])
def test_nobody_is_asked_where_there_is_no_terminal(yes: bool) -> None:
    shown = surface(quiet=False, events=False, yes=yes)
    assert shown.agrees("May I?") is (True if yes else None)
    assert asyncio.run(shown.ask("Which one?")) is None


@pytest.mark.parametrize(("typed", "agreed"), [("y\n", True), ("n\n", False), ("\n", False), ("", None)])
def test_a_person_is_asked_and_an_end_of_input_is_nobody(
    typed: str, agreed: bool | None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    shown = LiveSurface()
    with closing(shown):
        assert shown.agrees("May I?") is agreed
    assert "? May I? [y/N] " in capsys.readouterr().err


def test_the_live_line_says_phase_role_tokens_seconds_and_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    shown = LiveSurface()
    with closing(shown):
        shown.watch(Budget(tokens=1000, seconds=60))
        shown.event(Event(0, "phase.started", "1/code", {"phase": "code", "role": "coder"}))
        shown.event(Event(1, "model.call.started", "1/code", {}))
        assert shown.line().startswith("code: coder (asking the model) · 0 s, 0 tokens (left: ")
        reply = {"prompt_tokens": 100, "completion_tokens": 20}
        shown.event(Event(2, "model.call.finished", "1/code", {"result": {"reply": reply}}))
        shown.event(Event(3, "sandbox.run.started", "1/code", {}))
        assert shown.line().startswith("code: coder (running tests) · 0 s, 120 tokens (left: ")
        assert shown.line().endswith(" s, 1k)")
        shown.event(Event(4, "run.started", "", {"run": "[red]not markup"}))
    assert "[red]not markup" in capsys.readouterr().err


def test_a_note_is_shown_whole_and_an_event_is_cut_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    shown, long = LiveSurface(), "word " * 60
    with closing(shown):
        shown.note(f"{long}end of the note")
        shown.event(Event(0, "run.started", "", {"run": f"{long}end of the event"}))
    told = capsys.readouterr().err
    assert "end of the note" in told and "end of the event" not in told


def test_events_name_the_files_of_an_edit_and_leave_out_what_is_in_them(capsys: pytest.CaptureFixture[str]) -> None:
    found = {"files": {"b.py": "Yg==", "a.py": "YQ=="}, "near": {}, "what": "a swap", "tried": 3}
    data = {"result": {**found, "found": [{"files": {"c.py": "Yw=="}}]}}
    PlainSurface(events=True, quiet=True).event(Event(2, "repair.search.finished", "code/search/1", data))
    shown = json.loads(capsys.readouterr().out)["data"]["result"]
    assert (shown["files"], shown["near"], shown["tried"]) == (["a.py", "b.py"], [], 3)
    assert shown["found"] == [{"files": ["c.py"]}]
    assert data["result"]["files"] == found["files"]
