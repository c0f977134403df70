"""Choosing among repairs on a terminal."""

import os
import pty
import subprocess
import sys

import pytest

ASK = """
import asyncio
from rich.console import Console
from devagent.report.choice import chosen
from devagent.workflows.surface import Choice, Option

options = (
    Option(0, "search: line 4: `<` to `<=`", ("6",), "-<\\n+<=\\n"),
    Option(1, "search: line 4: `price` to `found`", ("raises KeyError\\x1b[2J",), "-price\\n+found\\n"),
)
print("took", asyncio.run(chosen(Console(width=200), Choice(("total([5, 1], 5)",), options))))
"""


def at_terminal(*typed: str) -> list[str]:
    """The lines that are shown while these lines are typed."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", ASK], stdin=theirs, stdout=subprocess.PIPE) as process:
        os.close(theirs)
        for line in typed:
            os.write(ours, line.encode())
        try:
            said, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    os.close(ours)
    return [line.strip() for line in said.decode().splitlines()]


def test_the_call_and_each_answer_are_shown_and_a_number_is_taken() -> None:
    lines = at_terminal("1\n")
    at = lines.index("total([5, 1], 5)")
    assert lines[at + 1 : at + 3] == ["0  6", r"1  raises KeyError\x1b[2J"]
    assert "0  line 4: `<` to `<=`" in lines
    assert lines[-1].endswith("took 1")


def test_a_diff_is_shown_on_demand_and_what_makes_no_sense_is_told() -> None:
    lines = at_terminal("7\n", "d 1\n", "d\n", "0\n")
    assert any(line.endswith("'7' is none of these.") for line in lines)
    assert (lines.count("+found"), lines.count("+<=")) == (2, 1)
    assert lines[-1].endswith("took 0")


@pytest.mark.parametrize("typed", ["q\n", "\x04"], ids=["q", "end of input"])
def test_it_can_be_left_open(typed: str) -> None:
    assert at_terminal(typed)[-1].endswith("took None")
