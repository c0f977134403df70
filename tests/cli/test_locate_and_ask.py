"""`devagent locate` and `devagent ask` as they are typed."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from commandline import CommandLine
from scripted_world import ScriptedStaff

from devagent.config.settings import Settings
from devagent.repo.git import find_root
from devagent.workflows.ask import ask
from devagent.workflows.request import Request
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work

MakeRepo = Callable[..., Path]
FILES = {
    "shop/cart.py": "def total(items):\n    return sum(items)\n\n\ndef discount(amount):\n    return amount * 0.9\n",
    "README.md": "# Shop\n",
}


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(FILES)


def test_a_text_gives_places_with_reasons_a_line_each(devagent: CommandLine, root: Path) -> None:
    ended = devagent("locate", "the discount is too small", at=root)
    assert ended.code == 0
    line = ended.out.splitlines()[0]
    assert line.startswith("shop/cart.py:5  discount  ") and "named in the task" in line


def test_the_places_come_as_json_too(devagent: CommandLine, root: Path) -> None:
    ended = devagent("locate", "discount", "--json", "--top", "1", at=root)
    result = json.loads(ended.out)
    assert (result["kind"], result["outcome"], result["exit_code"], len(result["found"])) == ("locate", "found", 0, 1)
    assert {"path", "line", "last", "name", "score", "reasons", "lines"} == result["found"][0].keys()


def test_what_fits_nothing_is_one_line_and_exit_code_1(devagent: CommandLine, root: Path) -> None:
    ended = devagent("locate", "zebra migration", at=root)
    assert (ended.code, ended.out) == (1, "No function of this repository has to do with that.\n")


@pytest.mark.parametrize("arguments", [("locate",), ("locate", " "), ("ask", " ")])
def test_nothing_to_look_for_is_a_usage_error(devagent: CommandLine, root: Path, arguments: tuple[str, ...]) -> None:
    ended = devagent(*arguments, at=root)
    assert ended.code == 2 and ended.told.startswith("there is no")


def test_the_checkout_stays_as_it_was(devagent: CommandLine, root: Path) -> None:
    (root / "shop" / "cart.py").write_text("def total(items):\n    return 1\n")
    devagent("locate", "total", at=root)
    assert (root / "shop" / "cart.py").read_text() == "def total(items):\n    return 1\n"


RIGHT = {"claim": "It sums the items.", "path": "shop/cart.py", "line": 2, "quote": "return sum(items)"}


def answered(root: Path) -> str:
    """A question that a scripted model answered; gives its run."""
    staff = ScriptedStaff([json.dumps({"claims": [RIGHT]})])
    asked = ask(find_root(root), Request("ask", "what does total do?"), Settings(), SilentSurface(), Work(staff))
    return asyncio.run(asked).run


def test_a_question_is_listed_and_shown_with_what_was_read_for_it(devagent: CommandLine, root: Path) -> None:
    run = answered(root)
    assert devagent("list", at=root).out == f"{run}  answered  what does total do?\n"
    shown = devagent("show", "--context", at=root).out
    assert f"Run {run}: answered\nTask: what does total do?\n" in shown
    assert "It sums the items.\n      shop/cart.py:2: return sum(items)\n" in shown
    assert "── answer: " in shown and " of 1,200 tokens chosen\n" in shown
    line = next(line for line in shown.splitlines() if "shop/cart.py:1-2" in line)
    assert line.split() == ["excerpts", "whole", line.split()[2], "shop/cart.py:1-2", "(function)"]
    assert "Ended without a proposal" not in shown


def test_there_is_nothing_to_apply_or_revise_of_a_question(devagent: CommandLine, root: Path) -> None:
    run = answered(root)
    assert devagent("apply", at=root).told == "there is no run in this repository yet. Start one with: devagent fix"
    assert devagent("apply", run, at=root).told.startswith(f"run {run} has no proposal (answered)")
    assert devagent("revise", run, "shorter", at=root).told.startswith(f"run {run} answers a question")
