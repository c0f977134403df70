"""What the prompts of the phases show of the repository, and what the journal says of that."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scripted_world import FILES, LARGE, RIGHT, SMALL, make_room

from devagent.code.context.parts import EVENT
from devagent.code.index.index import Index
from devagent.journal.journal import Event, Journal
from devagent.models.model import ModelCard, ModelRequest
from devagent.repo.git import find_root
from devagent.team.chain_strategy import ChainStrategy
from devagent.team.context import LIMITS, context_for
from devagent.team.indexed import AskIndex
from devagent.team.location import settle
from devagent.team.phases import load_phase
from devagent.team.questions import settle_questions
from devagent.team.room import Room
from devagent.workflows.checkout_index import index_for
from devagent.workflows.indexing import ask_index
from devagent.workflows.request import Request

GUIDE = "Keep it simple.\n"
WITH_GUIDE = {"AGENTS.md": GUIDE, "app.py": "from calc import double\n\n\ndef main():\n    return double(2)\n"}
MakeRepo = Callable[..., Path]


def shown(
    folder: Path,
    phase: str = "code",
    card: ModelCard = LARGE,
    files: dict[str, str] | None = None,
    change: Callable[[Room], object] = lambda _: None,
) -> tuple[dict[str, Any], Event]:
    """The values for a phase in the scripted world, and the event that tells of them."""

    async def work() -> tuple[dict[str, Any], Event]:
        with Journal(folder) as journal:
            room, _ = await make_room(journal, [], card, files=files)
            await settle(room)
            room.suspects = room.suspects[:1]
            change(room)
            values = await context_for(room, load_phase(phase), "here")
            (event,) = journal.find(EVENT, "here")
            return values, event

    return asyncio.run(work())


def told(event: Event, section: str) -> list[tuple[str, str]]:
    return [(part["name"], part["form"]) for part in event.data["parts"] if part["section"] == section]


def test_a_large_model_sees_suspects_whole_their_neighbours_their_tests_and_the_conventions(tmp_path: Path) -> None:
    values, event = shown(tmp_path / "run", files=WITH_GUIDE)
    assert "# calc.py: add, line 1\ndef add(a, b):\n    total = a - b\n" in values["code"]
    assert told(event, "code") == [("calc.py: add", "whole")]
    assert values["neighbours"] == "calc.py:6: def double(a)  (calls add)"
    assert "def test_add():\n    assert add(2, 3) == 5" in values["tests"]
    assert values["conventions"] == f"# AGENTS.md\n{GUIDE.strip()}"


def test_the_journal_tells_of_every_part_how_much_of_it_is_shown_and_why(tmp_path: Path) -> None:
    _, event = shown(tmp_path / "run", files=WITH_GUIDE)
    assert told(event, "conventions") == [("AGENTS.md", "whole")]
    assert told(event, "neighbours") == [("calc.py: double", "signature")]
    assert all(part["why"] and part["tokens"] for part in event.data["parts"])
    assert event.data["limit"] == LIMITS["large"] and event.data["left_out"] == []
    assert event.data["tokens"] == sum(part["tokens"] for part in event.data["parts"])
    assert {part["section"]: part["why"] for part in event.data["given"]}["suspects"].startswith("where coverage")


def test_a_small_model_sees_the_function_and_nothing_around_it(tmp_path: Path) -> None:
    more = f"{FILES['tests/test_calc.py']}\n\ndef test_more():\n    assert add(1, 1) == 2  # {'more ' * 20}.\n"
    values, event = shown(tmp_path / "run", "reproduce", SMALL, {**WITH_GUIDE, "tests/test_more.py": more})
    assert "def add(a, b)" in values["code"] and values["example_test"] == more
    assert event.data["tokens"] <= LIMITS["small"]
    code, _ = shown(tmp_path / "other", "code", SMALL, WITH_GUIDE)
    assert [code[name] for name in ("neighbours", "tests", "conventions", "map")] == ["", "", "", ""]


def test_what_a_template_does_not_use_is_not_gathered(tmp_path: Path) -> None:
    values, event = shown(tmp_path / "run", "analyse", files=WITH_GUIDE)
    assert {part["section"] for part in event.data["parts"]} == {"failures", "file_list"}
    assert "diff" not in values and values["code"] == ""


def test_what_there_is_no_room_for_is_named_in_the_prompt(tmp_path: Path) -> None:
    long = "def helper():\n" + "    x = 1\n" * 9000
    narrow = ModelCard(name="narrow", size="large", window=1200, price_in=0.0, price_out=0.0)
    values, event = shown(tmp_path / "run", "code", narrow, {"AGENTS.md": "do this " * 500, "long.py": long})
    assert values["conventions"] == "(left out for want of room: AGENTS.md)"
    assert [part["name"] for part in event.data["left_out"]] == ["AGENTS.md"]
    assert event.data["tokens"] <= event.data["limit"] == 600


def test_a_review_is_shown_what_was_changed_as_it_stands_now(tmp_path: Path) -> None:
    async def work() -> str:
        with Journal(tmp_path / "run") as journal:
            room, _ = await make_room(journal, [RIGHT], SMALL)
            await settle(room)
            async for _ in ChainStrategy().attempts(room):
                pass
            return str((await context_for(room, load_phase("review"), "here"))["code"])

    assert asyncio.run(work()) == "# calc.py: add, line 1\ndef add(a, b):\n    total = a + b\n    return total"


def test_every_prompt_of_a_chain_is_told_of(tmp_path: Path) -> None:
    async def work() -> tuple[list[str], list[str]]:
        with Journal(tmp_path / "run") as journal:
            room, _ = await make_room(journal, [RIGHT], SMALL)
            await settle(room)
            async for _ in ChainStrategy().attempts(room):
                pass
            return [e.place for e in journal.find(EVENT)], [e.place for e in journal.find("model.call.started")]

    assembled, asked = asyncio.run(work())
    assert asked and assembled == asked


def test_all_rounds_of_a_phase_begin_alike_so_that_a_server_need_not_read_twice(tmp_path: Path) -> None:
    spec = json.dumps({"goal": "add adds", "must_hold": ["add(2, 3) is 5"]})
    suspects = json.dumps({"suspects": [{"path": "calc.py", "name": "add", "reason": "it subtracts"}]})
    edit = "```edit\ncalc.py\n<<<<<<< SEARCH\n    total = a - b\n=======\n    total = a * b\n>>>>>>> REPLACE\n```"
    script = [spec, '{"good": true}', suspects, edit, "```submit\ndone\n```"]

    def answer(_: ModelRequest) -> str:
        return script.pop(0) if script else "I give up."

    async def work() -> list[str]:
        with Journal(tmp_path / "run") as journal:
            room, model = await make_room(journal, answer, LARGE, files=WITH_GUIDE)
            await settle(room)
            async for _ in ChainStrategy().attempts(room):
                pass
            return [r.messages[1].text for r in model.requests if r.messages[1].text.startswith("Make this true")]

    first, *_, last = dict.fromkeys(asyncio.run(work()))
    assert "The last attempt was not good enough" in last
    assert last.startswith(first.rstrip("\n"))


def test_what_is_read_for_a_question_of_the_team_is_told_too(tmp_path: Path) -> None:
    answer = json.dumps({"answer": "It adds.", "quote": "def double(a):"})

    async def work() -> tuple[list[str], dict[str, Any]]:
        with Journal(tmp_path / "run") as journal:
            room, _ = await make_room(journal, [answer], LARGE)
            await settle_questions(room, "1/analyse", ["What does double do?"])
            (event,) = journal.find(EVENT)
            return room.answers, event.data

    answers, facts = asyncio.run(work())
    assert answers == ["What does double do? It adds. (from the repository)"]
    assert [(part["name"], part["form"]) for part in facts["parts"]] == [("lines with double", "whole")]


CALLER = "from calc import add\n\n\ndef triple(a):\n    return add(a, add(a, a))\n"
NAMESAKE = "def add(a, b):\n    return [a, b]\n\n\ndef pair(a):\n    return add(a, a)\n"


@pytest.fixture
def indexed(make_repo: MakeRepo) -> AskIndex:
    """The index of a checkout of the scripted world with two more files."""
    root = make_repo({**FILES, "triple.py": CALLER, "pairs.py": NAMESAKE})
    ask_index(root, lambda *_: None)
    index = index_for(find_root(root), Request("fix"))
    assert index is not None
    return index


def with_index(index: AskIndex) -> Callable[[Room], None]:
    def change(room: Room) -> None:
        room.index = index

    return change


def test_where_there_is_an_index_callers_are_those_that_mean_the_function(tmp_path: Path, indexed: AskIndex) -> None:
    files = {"triple.py": CALLER, "pairs.py": NAMESAKE}
    values, _ = shown(tmp_path / "run", files=files, change=with_index(indexed))
    assert "triple.py:4: def triple(a)  (calls add)" in values["neighbours"]
    assert not any(line.startswith("pairs.py:5") and "(calls add)" in line for line in values["neighbours"].split("\n"))


def test_the_map_leaves_out_files_that_have_changed_since_the_index_was_made(tmp_path: Path, indexed: AskIndex) -> None:
    files = {"triple.py": CALLER, "pairs.py": f"LATER = 1\n\n\n{NAMESAKE}" + "# more\n" * 9}
    values, _ = shown(tmp_path / "run", "analyse", files=files, change=with_index(indexed))
    assert "def triple(a)" in values["map"]
    assert "def pair" not in shown(tmp_path / "other", "analyse", change=with_index(indexed))[0]["map"]


def test_what_the_index_said_once_holds_for_the_whole_run(tmp_path: Path, indexed: AskIndex) -> None:
    first, _ = shown(tmp_path / "run", "analyse", change=with_index(indexed))

    def gone(_: Callable[[Index], object]) -> object:
        raise AssertionError("it was asked twice")

    assert shown(tmp_path / "run", "analyse", change=with_index(gone))[0]["map"] == first["map"] != ""  # type: ignore[arg-type]


def test_a_damaged_index_is_done_without(tmp_path: Path) -> None:
    def damaged(_: Callable[[Index], object]) -> object:
        raise ValueError("no index at all")

    values, _ = shown(tmp_path / "run", files=WITH_GUIDE, change=with_index(damaged))  # type: ignore[arg-type]
    assert values["neighbours"] == "calc.py:6: def double(a)  (calls add)"


@pytest.mark.parametrize("request_", [Request("fix", base="HEAD"), Request("fix")])
def test_without_an_index_or_away_from_the_checkout_there_is_none(make_repo: MakeRepo, request_: Request) -> None:
    root = make_repo(FILES)
    if request_.base == "HEAD":
        ask_index(root, lambda *_: None)
    assert index_for(find_root(root), request_) is None
