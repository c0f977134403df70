import asyncio
from pathlib import Path

import pytest
from scripted_world import LARGE, make_room

from devagent.journal.journal import Journal
from devagent.sandbox.sandbox import File
from devagent.team.agent import PhaseFailed, opening, work
from devagent.team.lite import LiteStrategy
from devagent.team.phases import load_phase
from devagent.team.tools import Action, Toolbox, find_action

EDIT = "calc.py\n<<<<<<< SEARCH\n    total = a - b\n=======\n    total = a + b\n>>>>>>> REPLACE"


def test_only_the_tools_of_the_role_are_calls() -> None:
    answer = "I look.\n```edit\nx\n```\n```search\nadd\n```\n"
    assert find_action(answer, ("search", "read")) == Action("search", "add")


def test_prose_and_other_code_blocks_are_no_calls() -> None:
    assert find_action("```python\nsearch\n```", ("search",)) is None


@pytest.mark.parametrize("fence", ["```", "````"])
def test_an_edit_may_hold_code_blocks(fence: str) -> None:
    body = "notes.md\n```markdown\n# A\n```sh\nrun\n```\n```"
    assert find_action(f"So:\n{fence}edit\n{body}\n{fence}\n", ("edit",)) == Action("edit", body)


def test_marks_may_be_searched_for() -> None:
    answer = "```search\n<<<<<<< SEARCH\n```\n"
    assert find_action(answer, ("search", "edit")) == Action("search", "<<<<<<< SEARCH")


def test_an_edit_outside_of_a_block_is_a_call() -> None:
    answer = "*** Begin Patch\n*** Delete File: calc.py\n*** End Patch\n"
    assert find_action(answer, ("search", "edit")) == Action("edit", answer, closed=False)
    assert find_action(answer, ("search", "read")) is None


def use(folder: Path, *actions: Action) -> list[str]:
    async def work_with() -> list[str]:
        with Journal(folder) as journal:
            room, _ = await make_room(journal, [], LARGE)
            toolbox = Toolbox(room.bench, "here")
            return [await toolbox.perform(action) for action in actions]

    return asyncio.run(work_with())


def test_tools_see_the_working_copy(tmp_path: Path) -> None:
    changed, found, shown, tested = use(
        tmp_path / "run",
        Action("edit", EDIT),
        Action("search", "a + b"),
        Action("read", "calc.py:1-3"),
        Action("test", ""),
    )
    assert "was changed" in changed
    assert "calc.py:2" in found
    assert "total = a + b" in shown
    assert "pass" in tested


PATCH = """\
*** Begin Patch
*** Update File: calc.py
*** Move to: lib/calc.py
@@
-    total = a - b
+    total = a + b
*** Add File: new.py
+NEW = 1
*** End Patch
"""


def test_the_edit_tool_takes_every_format(tmp_path: Path) -> None:
    moved, shown, gone, deleted = use(
        tmp_path / "run",
        Action("edit", PATCH),
        Action("read", "lib/calc.py:1-3"),
        Action("read", "calc.py"),
        Action("edit", "diff --git a/new.py b/new.py\ndeleted file mode 100644\n"),
    )
    assert moved == "calc.py was deleted.\nlib/calc.py was made.\nnew.py was made."
    assert "total = a + b" in shown
    assert gone.startswith("That could not be done")
    assert deleted == "new.py was deleted."


def edited(folder: Path, files: dict[str, File], answer: str) -> tuple[str, dict[str, File | None]]:
    async def go() -> tuple[str, dict[str, File | None]]:
        with Journal(folder) as journal:
            room, _ = await make_room(journal, [], LARGE)
            toolbox = Toolbox(room.bench, "here", dict(files))
            return await toolbox.perform(Action("edit", answer)), toolbox.changes

    return asyncio.run(go())


SCRIPT = {"run.sh": File(b"#!/bin/sh\necho one\n", "100755")}


def test_an_edited_or_moved_file_stays_executable(tmp_path: Path) -> None:
    patch = "*** Begin Patch\n*** Update File: run.sh\n*** Move to: go.sh\n@@\n-echo one\n+echo two\n*** End Patch"
    _, changes = edited(tmp_path / "run", SCRIPT, patch)
    assert changes == {"go.sh": File(b"#!/bin/sh\necho two\n", "100755")}


def test_a_diff_can_take_away_the_mode(tmp_path: Path) -> None:
    _, changes = edited(tmp_path / "run", SCRIPT, "diff --git a/run.sh b/run.sh\nold mode 100755\nnew mode 100644\n")
    assert changes == {"run.sh": File(SCRIPT["run.sh"].content, "100644")}


@pytest.mark.parametrize("answer", ["link\n```\nx\n```\n", "*** Begin Patch\n*** Add File: link\n+x\n*** End Patch"])
def test_a_symlink_is_not_written_through_nor_over(answer: str, tmp_path: Path) -> None:
    link = {"link": File(b"/etc/passwd", "120000")}
    said, changes = edited(tmp_path / "run", link, answer.replace("link\n```", "`link`\n```"))
    assert said.startswith("That could not be done")
    assert changes == link


def test_the_edit_tool_says_what_it_understood_otherwise(tmp_path: Path) -> None:
    (said,) = use(
        tmp_path / "run", Action("edit", EDIT.replace("calc.py", "/work/calc.py").replace("    total", "total"))
    )
    assert said.startswith("calc.py was changed.\n(`/work/calc.py` was taken to be `calc.py`)")
    assert "the indentation did not fit at line 2" in said


@pytest.mark.parametrize(
    "action",
    [
        Action("edit", "calc.py\nnothing"),
        Action("edit", EDIT.replace("a - b", "a / b")),
        Action("edit", EDIT[:-10]),
        Action("edit", "--- /dev/null\n+++ b/../x.py\n@@ -0,0 +1 @@\n+x = 1"),
        Action("read", "nowhere.py"),
        Action("read", "calc.py:900-901"),
        Action("search", ""),
    ],
)
def test_a_tool_that_cannot_do_its_work_says_so(action: Action, tmp_path: Path) -> None:
    (said,) = use(tmp_path / "run", action)
    assert said.startswith("That could not be done")


def test_an_agent_that_goes_round_in_circles_is_stopped(tmp_path: Path) -> None:
    async def go() -> None:
        with Journal(tmp_path / "run") as journal:
            room, _ = await make_room(journal, lambda _: "```search\nadd\n```", LARGE)
            phase = load_phase("lite")
            messages = opening(phase, "Do it.", tools=True)
            await work(room, phase, "lite", messages, Toolbox(room.bench, "lite"), lambda text: text)

    with pytest.raises(PhaseFailed, match="repeated `search`"):
        asyncio.run(go())


@pytest.mark.parametrize("told", ["", "As a diff:\n"])
def test_an_agent_that_ends_with_a_diff_of_what_it_did_has_submitted(told: str, tmp_path: Path) -> None:
    diff = f"{told}```diff\n--- a/calc.py\n+++ b/calc.py\n@@ -2 +2 @@\n-    total = a - b\n+    total = a + b\n```\n"

    async def go() -> tuple[str, Toolbox]:
        with Journal(tmp_path / "run") as journal:
            room, _ = await make_room(journal, [diff, diff], LARGE)
            phase, toolbox = load_phase("lite"), Toolbox(room.bench, "lite")
            opened = opening(phase, "Do it.", tools=True)
            return await work(room, phase, "lite", opened, toolbox, lambda text: text), toolbox

    said, toolbox = asyncio.run(go())
    assert said == diff
    assert b"a + b" in (toolbox.content("calc.py") or b"")


def test_lite_submits_through_the_same_gates(tmp_path: Path) -> None:
    async def go() -> list[bool]:
        with Journal(tmp_path / "run") as journal:
            room, _ = await make_room(journal, [f"```edit\n{EDIT}\n```", "```submit\ndone\n```"], LARGE)
            found = []
            async for attempt in LiteStrategy().attempts(room):
                found.append(attempt.good)
                break
            return found

    assert asyncio.run(go()) == [True]
