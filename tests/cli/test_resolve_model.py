"""`devagent resolve --model` and `merge --model`: what a person sees where no model answers."""

from pathlib import Path

import pytest
from commandline import CommandLine
from conflicted import STATES, photograph

from devagent.proposal.store import list_runs
from devagent.repo.git import find_root

BUILD = {state.name: state.build for state in STATES}
NOBODY = "http://127.0.0.1:9/v1#nobody-1b"


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """One file that can be resolved, one in part, one not at all."""
    return BUILD["merge, three files"](tmp_path / "repo")


def test_where_no_model_answers_one_line_says_so_and_the_rest_is_as_ever(devagent: CommandLine, several: Path) -> None:
    before = photograph(several)
    ended = devagent("resolve", "--model", NOBODY, at=several)
    assert ended.code == 1
    told = [line for line in ended.out.splitlines() if "no model was asked" in line]
    assert told == [
        "no model was asked: nothing answers at http://127.0.0.1:9/v1. "
        "Start the server, or name another with --model or --base-url"
    ]
    assert "1 of 3 can be resolved, 1 in part; nothing was changed." in ended.out
    assert photograph(several) == before
    assert list_runs(find_root(several)) == []


def test_the_note_is_in_the_json_and_stdout_is_nothing_else(devagent: CommandLine, several: Path) -> None:
    found = devagent("resolve", "--model", NOBODY, "--json", at=several).json
    assert found["notes"][0].startswith("no model was asked") and found["evidence"] == [] and found["exit_code"] == 1


def test_a_model_that_cannot_be_meant_is_a_wrong_use(devagent: CommandLine, several: Path) -> None:
    ended = devagent("resolve", "--model", "gibberish", at=several)
    assert ended.code == 2 and "could be a model of any provider" in ended.err


def test_check_asks_no_model(devagent: CommandLine, several: Path) -> None:
    ended = devagent("merge", "--check", "topic", "--model", NOBODY, at=several)
    assert ended.code == 2 and "--check asks no model" in ended.err


def test_restore_takes_no_test(devagent: CommandLine, several: Path) -> None:
    assert devagent("resolve", "--restore", "--test", at=several).code == 2
