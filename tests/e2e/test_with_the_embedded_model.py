"""The real thing: real repository, real model, real containers, as a person would call it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cli.commandline import CommandLine

pytestmark = [pytest.mark.docker, pytest.mark.model, pytest.mark.usefixtures("engine", "embedded_model")]

MakeRepo = Callable[..., Path]
LIMIT = 300.0
ROMAN = {
    "roman/__init__.py": "",
    "roman/numerals.py": (
        'VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}\n\n\n'
        "def to_number(numeral):\n"
        '    """The number that a Roman numeral stands for."""\n'
        "    total = 0\n"
        "    for letter in numeral:\n"
        "        total += VALUES[letter]\n"
        "    return total\n"
    ),
    "tests/test_numerals.py": (
        "import pytest\n\nfrom roman.numerals import to_number\n\n\n"
        '@pytest.mark.parametrize(("numeral", "number"), [("VI", 6), ("IV", 4), ("XL", 40), ("MCMXCIV", 1994)])\n'
        "def test_to_number(numeral, number):\n    assert to_number(numeral) == number\n"
    ),
}

UNSEEN = """from datetime import date, timedelta

from lending.calendar import is_open, open_days_between
from lending.fees import late_fee

START = date(2024, 2, 26)
DAYS = [START + timedelta(days=n) for n in range(21)]
HOLIDAYS = frozenset({date(2024, 3, 6), date(2024, 3, 9)})


def test_opening_days():
    for day in DAYS:
        assert is_open(day, HOLIDAYS) == (day.isoweekday() <= 5 and day not in HOLIDAYS)


def test_days_between():
    for start in DAYS:
        for end in DAYS:
            after = [day for day in DAYS if start < day <= end and is_open(day, HOLIDAYS)]
            assert open_days_between(start, end, HOLIDAYS) == len(after)
            assert late_fee(start, end, HOLIDAYS) == min(500, 20 * len(after))
"""
"""What a right patch of the demo also passes: the docstrings of the sample, taken at their word."""


def photograph(root: Path) -> dict[str, bytes]:
    """Every file of a work tree."""
    files = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.relative_to(root).parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_the_demo_ends_as_a_proposal_that_applies_passes_and_can_be_undone(
    devagent: CommandLine, tmp_path: Path
) -> None:
    root = tmp_path / "demo"
    ended = devagent.process("demo", "--into", str(root), "--json", "--sandbox", "docker", timeout=LIMIT)
    assert ended.code == 0, ended.err
    assert ended.json["outcome"] == "proposed"
    assert {e["gate"]: e["verdict"] for e in ended.json["evidence"]}["tests"] == "pass"
    before = photograph(root)
    assert devagent.process("test", "--quiet", at=root).code == 1
    assert devagent.process("apply", at=root).code == 0
    assert photograph(root) != before
    tested = devagent.process("test", "--json", at=root)
    assert (tested.code, tested.json["outcome"]) == (0, "green")
    (root / "tests" / "test_unseen.py").write_text(UNSEEN)
    assert devagent.process("test", "--json", at=root).json["outcome"] == "green", ended.json["diff"]
    (root / "tests" / "test_unseen.py").unlink()
    assert devagent.process("undo", at=root).code == 0
    assert photograph(root) == before


def test_the_model_writes_what_no_small_edit_mends(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo(ROMAN)
    ended = devagent.process("fix", "--json", "--max-seconds", str(LIMIT), at=root, timeout=LIMIT + 60)
    assert ended.code == 0, ended.err + ended.out
    result = ended.json
    assert result["outcome"] == "proposed" and result["paths"] == ["roman/numerals.py"]
    (model,) = result["ledger"]["models"]
    assert model.startswith("embedded/") and result["ledger"]["total"]["completion_tokens"] > 0
    shown = devagent.process("show", "--json", at=root).json
    assert any("by the model" in step for step in shown["steps"])
    assert shown["conversation"]
