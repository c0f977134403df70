"""`devagent map` as a person and a script meet it."""

import re
from pathlib import Path

import pytest
from commandline import CommandLine, make_repository

from devagent.errors import ExitCode

FILES = {
    "shapes.py": (
        "class Shape:\n    def area(self, unit='cm'):\n        return 0\n\n\n"
        "def draw(shape):\n    return shape.area()\n"
    ),
    "tests/test_shapes.py": "from shapes import Shape\n\n\ndef test_area():\n    assert Shape().area() == 0\n",
}


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "shapes", FILES)


def test_the_map_is_on_stdout_and_what_it_leaves_out_on_stderr(devagent: CommandLine, shapes: Path) -> None:
    ended = devagent("map", "shapes.py", at=shapes)
    assert ended.code == 0
    assert ended.out == "shapes.py:\nclass Shape\n  def area(self, unit='cm')\ndef draw(shape)\n"
    assert re.fullmatch(r"devagent: 3 of 4 definitions in 1 of 2 files, about \d+ tokens\n", ended.err)


def test_quiet_says_nothing_beside_the_map(devagent: CommandLine, shapes: Path) -> None:
    assert devagent("map", "-q", at=shapes).err == ""


def test_a_focus_that_nothing_answers_to_is_named(devagent: CommandLine, shapes: Path) -> None:
    ended = devagent("map", "--focus", "zygote", at=shapes)
    assert ended.code == 0
    assert "devagent: nothing here answers to 'zygote'\n" in ended.err


def test_what_could_not_be_read_is_told_beside_the_map(devagent: CommandLine, shapes: Path) -> None:
    (shapes / "broken.py").write_text("def fine(): pass\ndef worse(( :\n")
    told = "something may be missing in a place that could not be read: broken.py:2: does not parse"
    assert f"devagent: not sure: {told}\n" in devagent("map", at=shapes).err
    assert devagent("map", "--json", at=shapes).json["not_sure"] == ["broken.py:2: does not parse"]


def test_json_has_lines_ranks_and_reasons(devagent: CommandLine, shapes: Path) -> None:
    answer = devagent("map", "--json", "--focus", "draw", at=shapes).json
    assert (answer["devagent"], answer["kind"], answer["limit"]) == (1, "map", 4096)
    entry = next(d for file in answer["files"] for d in file["definitions"] if d["name"] == "draw")
    assert entry == {
        "name": "draw",
        "kind": "function",
        "line": 6,
        "end_line": 7,
        "signature": "def draw(shape)",
        "rank": entry["rank"],
        "why": ["named in the focus"],
    }
    assert answer["tokens"] <= 4096 and answer["text"].startswith("shapes.py:\n")


def test_json_is_without_secrets(devagent: CommandLine, shapes: Path) -> None:
    key = "ghp_" + "a1B2c3D4e5" * 4
    (shapes / "keys.py").write_text(f"def connect(token='{key}'):\n    return token\n")
    answer = devagent("map", "--json", "--focus", "keys.py", at=shapes)
    assert "def connect(token=" in answer.out
    assert key not in answer.out


def test_a_folder_may_be_named_from_where_one_stands(devagent: CommandLine, shapes: Path) -> None:
    assert devagent("map", ".", at=shapes / "tests").out == "tests/test_shapes.py:\ndef test_area()\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("map", "nowhere"), ExitCode.USAGE, "nowhere does not exist"),
        (("map", "-C", "/"), ExitCode.USAGE, "/ is not in a git repository"),
    ],
)
def test_what_cannot_be_mapped_is_told_in_a_line(
    devagent: CommandLine, shapes: Path, arguments: tuple[str, ...], code: ExitCode, said: str
) -> None:
    ended = devagent(*arguments, at=shapes)
    assert ended.code == code
    assert said in ended.told


def test_too_few_tokens_are_refused(devagent: CommandLine, shapes: Path) -> None:
    ended = devagent("map", "--tokens", "3", at=shapes)
    assert ended.code == ExitCode.USAGE
    assert "--tokens" in ended.err
