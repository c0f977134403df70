import asyncio
import json
from pathlib import Path

import pytest
from scripted_world import LARGE, RIGHT, WRONG, make_room

from devagent.errors import UsageError
from devagent.journal.journal import Journal
from devagent.team.chain import load_chain
from devagent.team.chain_strategy import ChainStrategy
from devagent.team.location import settle

EDIT = "```edit\ncalc.py\n<<<<<<< SEARCH\n    total = a - b\n=======\n    total = a + b\n>>>>>>> REPLACE\n```"
SUBMIT = "```submit\nadd adds now\n```"
SPEC = json.dumps({"goal": "add adds", "must_hold": ["add(2, 3) is 5"]})
GOOD = json.dumps({"good": True})
SUSPECTS = json.dumps({"suspects": [{"path": "calc.py", "name": "add", "reason": "it subtracts"}]})
REVIEWED = json.dumps({"verdict": "good"})


def test_the_default_chain_is_the_documented_one() -> None:
    chain = load_chain("default")
    assert [[p.name for p in step.phases] for step in chain.steps] == [
        ["analyse"],
        ["locate"],
        ["reproduce"],
        ["code", "test", "review"],
    ]
    assert chain.steps[2].unless == "failing-test"
    assert (chain.steps[3].until, chain.steps[3].rounds) == ("evidence", 3)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[step]\n", "is not TOML"),
        ('[[step]]\nphase = "analyse"\ncycle = ["code"]\n', "either a phase or a cycle"),
        ('[[step]]\nphase = "analyse"\nuntil = "noon"\n', "until is one of"),
        ('[[step]]\nphase = "analyse"\nspeed = 1\n', "a step has no speed"),
        ('[[step]]\nphase = "dance"\n', "no phase called dance"),
    ],
)
def test_a_bad_chain_is_one_line(text: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVAGENT_CONFIG", str(tmp_path))
    folder = tmp_path / "prompts" / "chains"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(text)
    with pytest.raises(UsageError, match=complaint):
        load_chain("mine")


def test_a_role_a_phase_and_a_chain_of_the_user_need_no_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVAGENT_CONFIG", str(tmp_path))
    for folder in ("roles", "phases", "chains"):
        (tmp_path / "prompts" / folder).mkdir(parents=True)
    (tmp_path / "prompts/roles/historian.md").write_text(
        '+++\nname = "historian"\nowns = ["history"]\n+++\nYou know the past.\n'
    )
    (tmp_path / "prompts/phases/remember.md").write_text(
        '+++\nartefact = "history"\nby = "historian"\nwith = "analyst"\n'
        '[schema]\ntype = "object"\nrequired = ["since"]\n'
        '[schema.properties.since]\ntype = "string"\n+++\nSince when is it so? {{ data("task", task.text) }}\n'
    )
    (tmp_path / "prompts/chains/mine.toml").write_text('[[step]]\nphase = "remember"\n')

    async def work() -> dict[str, object]:
        with Journal(tmp_path / "run") as journal:
            room, _ = await make_room(journal, ['{"since": "1998"}'], LARGE)
            async for _ in ChainStrategy("mine").attempts(room):
                pass
            return room.artefacts

    assert asyncio.run(work()) == {"history": {"since": "1998"}}


def run_chain(folder: Path, answers: object, **options: object) -> tuple[list[bool], list[tuple[str, str]], list[str]]:
    async def work() -> tuple[list[bool], list[tuple[str, str]], list[str]]:
        with Journal(folder) as journal:
            room, model = await make_room(journal, answers, **options)  # type: ignore[arg-type]
            await settle(room)
            good = [attempt.good async for attempt in ChainStrategy().attempts(room)]
            who = [(e.data["phase"], e.data["by"]) for e in journal.find("phase.finished")]
            skipped = [e.data["phase"] for e in journal.find("phase.skipped")]
            assert len(model.requests) >= 0
            return good, who, skipped

    return asyncio.run(work())


def test_with_a_small_model_only_code_asks_the_model(tmp_path: Path) -> None:
    good, who, skipped = run_chain(tmp_path / "run", [RIGHT])
    assert good == [True]
    assert who == [
        ("analyse", "program"),
        ("locate", "program"),
        ("code", "model"),
        ("test", "program"),
        ("review", "program"),
    ]
    assert skipped == ["reproduce"]


def test_with_a_large_model_the_roles_work_with_tools(tmp_path: Path) -> None:
    good, who, _ = run_chain(tmp_path / "run", [SPEC, GOOD, SUSPECTS, EDIT, SUBMIT, REVIEWED], card=LARGE)
    assert good == [True]
    assert dict(who)["analyse"] == dict(who)["code"] == dict(who)["review"] == "model"
    assert dict(who)["test"] == "program"


def test_a_failed_round_is_followed_by_another_that_sees_it(tmp_path: Path) -> None:
    wrong_edit = EDIT.replace("a + b", "a * b")
    answers = [SPEC, GOOD, SUSPECTS, wrong_edit, SUBMIT, EDIT, SUBMIT, REVIEWED]
    good, _, _ = run_chain(tmp_path / "run", answers, card=LARGE)
    assert good == [False, True]


def test_a_malformed_artefact_is_asked_for_once_more_then_the_phase_fails(tmp_path: Path) -> None:
    async def work() -> tuple[list[str], list[str]]:
        with Journal(tmp_path / "run") as journal:
            answers = ["no json", '{"goal": 3}', SUSPECTS, EDIT, SUBMIT, REVIEWED]
            room, model = await make_room(journal, answers, LARGE)
            await settle(room)
            async for _ in ChainStrategy().attempts(room):
                pass
            return [e.data["why"] for e in journal.find("phase.failed")], [r.messages[-1].text for r in model.requests]

    failures, prompts = asyncio.run(work())
    assert len(failures) == 1 and "analyst did not give a spec" in failures[0]
    assert "not one JSON object" in prompts[1]


def test_wrong_samples_only_leave_no_good_attempt(tmp_path: Path) -> None:
    good, who, _ = run_chain(tmp_path / "run", lambda _: WRONG)
    assert good and not any(good)
    assert "code" not in dict(who)
