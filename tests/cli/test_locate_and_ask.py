"""`devagent locate` and `devagent ask` as they are typed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from commandline import CommandLine

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
