"""`devagent ask`: the program looks up what the model claims."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_world import FILES, LARGE, SMALL, ScriptedStaff

from devagent.config.settings import BudgetSettings, Settings
from devagent.errors import ModelError, UsageError
from devagent.models.model import ModelCard
from devagent.models.scripted import Answer as Said
from devagent.proposal.store import find_run, list_runs, new_run
from devagent.repo.git import find_root
from devagent.workflows.ask import Answer, ask, resume, verified
from devagent.workflows.looking import view
from devagent.workflows.replay import replay
from devagent.workflows.request import Request
from devagent.workflows.revise import revising
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, raised

MakeRepo = Callable[[Mapping[str, str | bytes]], Path]
RIGHT = {"claim": "It calls add.", "path": "calc.py", "line": 7, "quote": "return add(a, a)"}
QUESTION = "what does double do?"


def said(*claims: object) -> str:
    return json.dumps({"claims": list(claims)})


def asked(root: Path, staff: ScriptedStaff, question: str = QUESTION, settings: Settings | None = None) -> Answer:
    work = Work(staff_for=staff)
    return asyncio.run(ask(find_root(root), Request("ask", question), settings or Settings(), SilentSurface(), work))


def test_a_claim_whose_line_is_there_is_the_answer(make_repo: MakeRepo) -> None:
    staff = ScriptedStaff([said(RIGHT)])
    answer = asked(make_repo(FILES), staff)
    assert (answer.outcome, answer.exit_code, answer.dropped) == ("answered", 0, 0)
    assert [(c.path, c.line, c.quote) for c in answer.claims] == [("calc.py", 7, "return add(a, a)")]
    assert staff.closed == 1
    prompt = staff.model.requests[0].messages[-1].text
    assert "7     return add(a, a)" in prompt and QUESTION in prompt


def test_claims_whose_line_is_not_there_are_dropped_and_counted(make_repo: MakeRepo) -> None:
    invented = {**RIGHT, "quote": "return multiply(a, 2)"}
    answer = asked(make_repo(FILES), ScriptedStaff([said(invented, RIGHT, {**RIGHT, "quote": "}"})], LARGE))
    assert answer.dropped == 2 and len(answer.claims) == 1


def test_without_one_claim_that_holds_there_is_no_answer_but_places(make_repo: MakeRepo) -> None:
    answer = asked(make_repo(FILES), ScriptedStaff([said()]))
    assert (answer.outcome, answer.exit_code) == ("no answer", 1)
    assert answer.places[0].name == "double"


def test_an_answer_in_another_form_may_be_given_once_more(make_repo: MakeRepo) -> None:
    staff = ScriptedStaff(["It doubles.", said(RIGHT)], LARGE)
    assert asked(make_repo(FILES), staff).outcome == "answered"
    assert "Try once more" in staff.model.requests[1].messages[-1].text


@pytest.mark.parametrize("failure", [ModelError("the server is gone")])
def test_where_no_model_answers_the_places_are_shown_and_why(make_repo: MakeRepo, failure: Said) -> None:
    answer = asked(make_repo(FILES), ScriptedStaff([failure]))
    assert (answer.outcome, answer.exit_code) == ("no model", 1)
    assert answer.summary == "no model answered: the server is gone"
    place = answer.places[0]
    assert (place.name, place.reasons[0], place.lines) == ("double", "named in the question", ())


def test_what_the_budget_does_not_allow_is_not_asked(make_repo: MakeRepo) -> None:
    staff = ScriptedStaff([said(RIGHT)])
    answer = asked(make_repo(FILES), staff, settings=Settings(budget=BudgetSettings.model_validate({"tokens": 10})))
    assert (answer.outcome, answer.exit_code) == ("out of budget", 4)
    assert staff.model.requests == []


def test_a_small_model_picks_its_quotes_from_the_lines_it_was_shown(make_repo: MakeRepo) -> None:
    card = ModelCard(name="small", size="small", schema=True, price_in=0.0, price_out=0.0)
    staff = ScriptedStaff([said(RIGHT)], card)
    asked(make_repo(FILES), staff)
    schema = staff.model.requests[0].schema
    assert schema is not None
    fields = schema["properties"]["claims"]["items"]["properties"]
    assert "return add(a, a)" in fields["quote"]["enum"] and fields["path"]["enum"] == ["calc.py"]


def test_a_question_about_nothing_here_asks_no_model(make_repo: MakeRepo) -> None:
    staff = ScriptedStaff([], SMALL)
    assert asked(make_repo(FILES), staff, "zebra migrations?").outcome == "no answer"
    assert staff.model.requests == []


def test_a_secret_in_the_repository_does_not_leave_the_machine(make_repo: MakeRepo) -> None:
    secret = "sk-proj-" + "Ab3dEf6hIj9kLmN0pQr" * 2
    staff = ScriptedStaff([said()], LARGE)
    asked(
        make_repo({**FILES, "calc.py": f"{FILES['calc.py']}\n\ndef key():\n    return '{secret}'\n"}), staff, "the key?"
    )
    assert staff.model.requests and secret not in staff.model.requests[0].messages[-1].text


def test_an_answer_is_a_run_that_can_be_shown_and_is_no_proposal(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    answer = asked(root, ScriptedStaff([said(RIGHT)]))
    seen = view(find_root(root), None)
    assert (seen.run, seen.state, seen.task, seen.failure) == (answer.run, "answered", QUESTION, "")
    assert [(e.summary, e.details) for e in seen.evidence] == [("It calls add.", ("calc.py:7: return add(a, a)",))]
    assert seen.ledger["total"]["calls"] == 1 and len(seen.conversation) == 1
    (chosen,) = seen.context
    assert next((part["name"], part["why"]) for part in chosen["parts"]) == ("calc.py:6-7", "function")
    with pytest.raises(UsageError, match="there is no run"):
        find_run(find_root(root))


def test_an_answer_changes_nothing_in_the_checkout(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and ".git" not in path.parts}
    head = find_root(root).git.run("status", "--porcelain").stdout
    asked(root, ScriptedStaff([said(RIGHT)]))
    after = {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and ".git" not in path.parts}
    assert after == before and find_root(root).git.run("status", "--porcelain").stdout == head


def test_an_answer_is_replayed_offline(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    asked(root, ScriptedStaff([said(RIGHT)]))
    (root / "calc.py").write_text("nothing is left\n")
    run = find_run(find_root(root), questions=True)
    done = asyncio.run(replay(find_root(root), run, SilentSurface(), Work(staff_for=ScriptedStaff([]))))
    assert (done.outcome, done.why) == ("same", "")


def test_a_question_that_reached_a_limit_goes_on_with_a_higher_one_and_pays_once(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    first = ScriptedStaff(["not in this form"])
    few = Settings(budget=BudgetSettings.model_validate({"tokens": 1400}))
    assert asked(root, first, settings=few).outcome == "out of budget" and len(first.model.requests) == 1
    run = find_run(find_root(root), questions=True)
    second = ScriptedStaff([said(RIGHT)])
    more = raised(tokens=100_000, cost=None, seconds=None)
    answer = asyncio.run(resume(find_root(root), run, more, SilentSurface(), Work(staff_for=second)))
    assert answer.outcome == "answered" and len(second.model.requests) == 1
    assert "Try once more" in second.model.requests[0].messages[-1].text


def test_a_question_that_no_model_answered_is_not_kept_and_that_is_said(make_repo: MakeRepo) -> None:
    repo, surface = find_root(make_repo(FILES)), SilentSurface()
    work = Work(staff_for=ScriptedStaff([ModelError("the server is gone")]))
    answer = asyncio.run(ask(repo, Request("ask", QUESTION), Settings(), surface, work))
    assert (list_runs(repo), answer.run) == ([], "")
    assert surface.notes[-1] == f"no model answered: run {surface.run} is not kept"


def test_a_question_is_not_the_latest_run_for_those_who_change_something(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    work = new_run(find_root(root))
    answer = asked(root, ScriptedStaff([said(RIGHT)]))
    assert find_run(find_root(root)).id == work.id
    assert find_run(find_root(root), questions=True).id == answer.run
    with pytest.raises(UsageError, match="answers a question"):
        revising(find_root(root), find_run(find_root(root), answer.run), "shorter")


def test_what_there_is_no_room_for_is_named_in_the_prompt_and_in_the_journal(make_repo: MakeRepo) -> None:
    body = "".join(f"    a = double(a) + {n}\n" for n in range(70))
    files = {**FILES, "more.py": "".join(f"def double_{n}(a):\n{body}\n\n" for n in range(6))}
    root = make_repo(files)
    staff = ScriptedStaff([said(RIGHT)])
    asked(root, staff)
    (chosen,) = view(find_root(root), None).context
    left = [part["name"] for part in chosen["left_out"]]
    assert left and chosen["tokens"] <= chosen["limit"] == 1200
    assert f"(left out for want of room: {left[0]}" in staff.model.requests[0].messages[-1].text


LINES = {"a.py": b"first = 1\nsecond = compute(first)\nfirst = 1\n", "b.py": b"third = 3\n"}


def claim(**other: object) -> dict[str, object]:
    return {"claim": "c", "path": "a.py", "line": 1, "quote": "first = 1", **other}


def test_of_equal_lines_the_one_nearest_to_the_number_is_meant() -> None:
    assert [held.line for n in (1, 3, 99) if (held := verified(claim(line=n), LINES))] == [1, 3, 3]


def test_a_quote_counts_with_its_number_before_it_in_part_and_from_the_one_other_file() -> None:
    for quote, path, line in (
        ("2 second = compute(first)", "a.py", 2),
        ("compute(first)", "a.py", 2),
        ("third = 3", "b.py", 1),
    ):
        held = verified(claim(quote=quote), LINES)
        assert held is not None and (held.path, held.line) == (path, line), quote


@pytest.mark.parametrize("quote", ["", "= 1", "first", "fourth = 4", "def first"])
def test_a_quote_that_shows_nothing_does_not_count(quote: str) -> None:
    assert verified(claim(quote=quote), LINES) is None


@given(st.text(), st.integers(), st.binary())
def test_what_holds_stands_in_the_file(quote: str, line: int, content: bytes) -> None:
    held = verified(claim(quote=quote, line=line), {"a.py": content})
    assert held is None or held.quote in content.decode("utf-8", "replace") or held.quote in content.decode("latin-1")
