import asyncio
from pathlib import Path

from scripted_world import FAILS, RIGHT, WRONG, make_room

from devagent.config.settings import TeamSettings
from devagent.journal.journal import Journal
from devagent.models.budget import Budget
from devagent.team.location import settle
from devagent.team.sampling import FunctionSampler
from devagent.team.workbench import Attempt


def attempts(folder: Path, answers: object, **options: object) -> tuple[list[Attempt], list[str]]:
    async def work() -> tuple[list[Attempt], list[str]]:
        with Journal(folder) as journal:
            room, model = await make_room(journal, answers, **options)  # type: ignore[arg-type]
            await settle(room)
            found = []
            async for attempt in FunctionSampler(room, "code").attempts():
                found.append(attempt)
                if attempt.good:
                    break
            return found, [request.messages[-1].text for request in model.requests]

    return asyncio.run(work())


def test_a_right_first_answer_is_a_good_attempt(tmp_path: Path) -> None:
    found, prompts = attempts(tmp_path / "run", [RIGHT])
    assert [a.good for a in found] == [True]
    assert "total = a - b" in prompts[0]
    assert FAILS.message.split("\n")[0] in prompts[0]


def test_a_wrong_answer_is_tried_and_a_later_question_shows_what_it_gave(tmp_path: Path) -> None:
    found, prompts = attempts(tmp_path / "run", lambda request: WRONG if request.temperature == 0 else RIGHT)
    assert [a.good for a in found][-1]
    assert not found[0].good
    assert "total = a * b" in prompts[-1]


def test_each_of_the_likeliest_functions_is_asked_for_once_before_anything_is_asked_twice(tmp_path: Path) -> None:
    _, prompts = attempts(tmp_path / "run", lambda _: "I do not know.", team=TeamSettings(samples=4))
    assert [prompt.partition(" in ")[0] for prompt in prompts[:2]] == ["This python function"] * 2
    assert "def add" in prompts[0]
    assert "def double" in prompts[1]
    assert prompts[2].startswith("This test fails")


def test_the_same_answer_is_tried_once(tmp_path: Path) -> None:
    found, _ = attempts(tmp_path / "run", lambda _: WRONG, team=TeamSettings(samples=6))
    assert sum("a * b" in str(a.changes) for a in found) == 1


def test_an_answer_without_code_is_no_attempt(tmp_path: Path) -> None:
    found, _ = attempts(tmp_path / "run", lambda _: "I would look at add.", team=TeamSettings(samples=5))
    assert found == []


def test_a_line_answer_takes_the_place_of_the_line(tmp_path: Path) -> None:
    def answer(request: object) -> str:
        return "```python\ntotal = a + b\n```" if "Look closely" in request.messages[-1].text else WRONG  # type: ignore[attr-defined]

    found, _ = attempts(tmp_path / "run", answer)
    assert found[-1].good
    assert found[-1].changes["calc.py"].content.count(b"    total = a + b\n") == 1  # type: ignore[union-attr]


def test_nothing_is_sent_beyond_the_token_budget(tmp_path: Path) -> None:
    async def work() -> int:
        with Journal(tmp_path / "run") as journal:
            budget = Budget(tokens=1500)
            room, _ = await make_room(journal, lambda _: WRONG, budget=budget)
            await settle(room)
            try:
                async for _ in FunctionSampler(room, "code").attempts():
                    pass
            finally:
                assert budget.spent.tokens <= 1500
            return 0

    from devagent.errors import OutOfBudget

    try:
        asyncio.run(work())
    except OutOfBudget:
        return
    raise AssertionError("the budget did not end the work")
