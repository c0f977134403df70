"""Life of a proposal on the command line: list, show, apply, undo, discard, for people and as JSON."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from commandline import CommandLine, propose

from devagent.proposal.store import State, mark_ended, new_run
from devagent.repo.git import find_root

MakeRepo = Callable[..., Path]
WRONG, RIGHT = "def add(a, b):\n    return a - b\n", "def add(a, b):\n    return a + b\n"


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo({"calc.py": WRONG})


def shape(value: Any) -> Any:
    """A JSON value with types for leaves, and one example of each list."""
    if isinstance(value, Mapping):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return type(value).__name__


SUM = {
    "calls": "int",
    "prompt_tokens": "int",
    "completion_tokens": "int",
    "seconds": "int",
    "cost": "int",
    "joules": "float",
    "estimated": "bool",
}


def test_the_shape_of_show_holds(devagent: CommandLine, root: Path) -> None:
    propose(root, {"calc.py": RIGHT})
    seen = devagent("show", "--json", at=root)
    assert seen.code == 0
    assert shape(seen.json) == {
        "devagent": "int",
        "kind": "str",
        "run": "str",
        "state": "str",
        "task": "str",
        "failure": "str",
        "verified": "bool",
        "commit": "str",
        "diff": "str",
        "patch": "str",
        "evidence": [{"gate": "str", "verdict": "str", "summary": "str", "details": []}],
        "assumptions": ["str"],
        "notes": [],
        "steps": [],
        "conversation": [],
        "ledger": {"total": SUM, "phases": {}, "roles": {}, "models": {}},
    }
    assert (seen.json["devagent"], seen.json["kind"], seen.json["state"]) == (1, "show", "proposed")


def test_the_shape_of_list_holds(devagent: CommandLine, root: Path) -> None:
    assert devagent("list", "--json", at=root).json == {"devagent": 1, "kind": "runs", "runs": []}
    proposal = propose(root, {"calc.py": RIGHT})
    (line,) = devagent("list", "--json", at=root).json["runs"]
    assert line == {"run": proposal.run, "state": "proposed", "task": "(nothing was recorded)"}


def test_apply_and_undo_say_what_they_did_and_hold_their_shape(devagent: CommandLine, root: Path) -> None:
    proposal = propose(root, {"calc.py": RIGHT, "new/file.py": "x = 1\n"})
    applied = devagent("apply", "--json", at=root)
    assert applied.json == {"devagent": 1, "kind": "applied", "run": proposal.run, "paths": ["calc.py", "new/file.py"]}
    assert (root / "calc.py").read_text() == RIGHT
    undone = devagent("undo", "--json", at=root)
    assert undone.json == {"devagent": 1, "kind": "undone", "run": proposal.run, "paths": ["calc.py", "new/file.py"]}
    assert (root / "calc.py").read_text() == WRONG and not (root / "new").exists()


def test_for_people_apply_names_files_and_the_way_back(devagent: CommandLine, root: Path) -> None:
    proposal = propose(root, {"calc.py": RIGHT})
    word = proposal.run.partition("-")[2]
    assert devagent("apply", word[:4], at=root).out == (
        f"wrote calc.py\napplied {proposal.run}; `devagent undo` takes it back\n"
    )
    assert "applied" in devagent("list", at=root).out
    assert devagent("undo", at=root).out == f"restored calc.py\nundone {proposal.run}\n"


def test_the_patch_of_show_is_one_that_git_applies(devagent: CommandLine, root: Path) -> None:
    propose(root, {"calc.py": RIGHT})
    patch = devagent("show", "--patch", at=root).out
    subprocess.run(["git", "apply", "-"], cwd=root, input=patch, text=True, check=True)
    assert (root / "calc.py").read_text() == RIGHT


def test_show_for_people_has_diff_evidence_assumptions_and_ledger(devagent: CommandLine, root: Path) -> None:
    propose(root, {"calc.py": RIGHT})
    shown = devagent("show", at=root).out
    assert "-    return a - b\n+    return a + b\n" in shown
    assert "✓ tests: 1 failing test(s) now pass" in shown
    assert "assumed: sums are sums" in shown
    assert "no model was called" in shown
    assert "\x1b" not in shown


LONG = WRONG + "\n" * 8 + "def sub(a, b):\n    return a - b\n"


def merged(devagent: CommandLine, root: Path, told: str) -> str:
    """What comes of the command that a refusal names."""
    command = told.partition("merge: ")[2].replace("devagent", f"{sys.executable} -m devagent", 1)
    subprocess.run(["bash", "-c", command], cwd=root, env=devagent.environment(), check=True, capture_output=True)
    return (root / "calc.py").read_text()


def test_what_cannot_be_applied_or_undone_any_more_can_be_merged_as_told(
    devagent: CommandLine, make_repo: MakeRepo
) -> None:
    root = make_repo({"calc.py": LONG})
    propose(root, {"calc.py": LONG.replace("a - b", "a + b", 1)})
    (root / "calc.py").write_text(LONG + "# mine\n")
    assert merged(devagent, root, devagent("apply", at=root).told) == LONG.replace("a - b", "a + b", 1) + "# mine\n"
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=root, check=True)
    assert devagent("apply", at=root).code == 0
    (root / "calc.py").write_text((root / "calc.py").read_text() + "# mine\n")
    assert merged(devagent, root, devagent("undo", at=root).told) == LONG + "# mine\n"


def test_apply_names_the_proposal_there_is_where_the_latest_run_has_none(devagent: CommandLine, root: Path) -> None:
    proposal = propose(root, {"calc.py": RIGHT})
    later = new_run(find_root(root))
    mark_ended(later, "nothing passed")
    told = f"run {later.id} has no proposal (failed). The latest proposal: devagent apply {proposal.run}"
    assert devagent("apply", at=root).told == told


def test_discarding_what_is_applied_says_that_it_stays(devagent: CommandLine, root: Path) -> None:
    proposal = propose(root, {"calc.py": RIGHT})
    devagent("apply", at=root)
    assert devagent("discard", "--yes", at=root).out == (
        f"discarded {proposal.run}; calc.py stays changed and can no longer be undone\n"
    )
    assert devagent("undo", at=root).told == "nothing is applied"
    assert (root / "calc.py").read_text() == RIGHT


@pytest.mark.parametrize(
    ("state", "shown"),
    [(State.GREEN, "nothing to fix"), (State.STOPPED, "stopped by limit"), (State.FAILED, "failed")],
)
def test_how_a_run_without_a_proposal_ended_is_listed(
    devagent: CommandLine, root: Path, state: State, shown: str
) -> None:
    run = new_run(find_root(root))
    mark_ended(run, "that is why", state)
    assert devagent("list", "--json", at=root).json["runs"][0]["state"] == shown
    assert f"Run {run.id}: {shown}" in devagent("show", at=root).out
    assert "Ended without a proposal: that is why" in devagent("show", at=root).out


def test_a_command_works_from_a_folder_inside(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo({"pkg/calc.py": WRONG})
    proposal = propose(root, {"pkg/calc.py": RIGHT})
    assert devagent("apply", "--json", at=root / "pkg").json["run"] == proposal.run
    assert (root / "pkg" / "calc.py").read_text() == RIGHT


def test_settings_are_shown_with_their_layer(devagent: CommandLine, root: Path) -> None:
    subprocess.run(["git", "config", "devagent.budget.tokens", "9"], cwd=root, check=True)
    shown = devagent("config", "show", "--json", at=root, DEVAGENT_BUDGET__SECONDS="5").json
    assert shown["kind"] == "settings"
    assert shown["settings"]["budget.tokens"] == {"value": 9, "from": "git config"}
    assert shown["settings"]["budget.seconds"] == {"value": 5.0, "from": "environment"}
    assert shown["settings"]["sandbox.kind"] == {"value": "auto", "from": "default"}
    plain = devagent("config", "show", at=root).out
    assert "budget.tokens" in plain and "(git config)" in plain


def test_the_way_to_set_something_for_one_repository_works_as_shown(devagent: CommandLine, root: Path) -> None:
    (line,) = (x for x in devagent("config", "show", at=root).out.splitlines() if x.startswith("For one repository: "))
    command = line.removeprefix("For one repository: ").partition(" (")[0]
    subprocess.run(command.split(), cwd=root, check=True)
    shown = devagent("config", "show", "--json", at=root).json["settings"]
    assert shown["sandbox.memory_mib"] == {"value": 4096, "from": "git config"}


def test_models_are_listed_with_the_shape_that_holds(devagent: CommandLine) -> None:
    listed = devagent("model", "list", "--json").json
    assert shape(listed) == {
        "devagent": "int",
        "kind": "str",
        "models": [{"name": "str", "size": "str", "window": "int", "price": "str", "state": "str"}],
    }
    assert listed["models"][0]["name"].startswith("embedded/")


def test_doctor_examines_this_machine_and_this_repository(devagent: CommandLine, root: Path) -> None:
    ended = devagent("doctor", "--json", at=root)
    assert ended.code in (0, 3)
    assert shape(ended.json) == {
        "devagent": "int",
        "kind": "str",
        "checks": [{"name": "str", "state": "str", "found": "str", "mend": "str"}],
        "summary": "str",
        "exit_code": "int",
    }
    names = [check["name"] for check in ended.json["checks"]]
    assert names[:2] == ["git", "repository"] and "Docker" in names and "process isolation" in names
    assert ended.json["exit_code"] == ended.code


def test_an_apply_that_was_killed_is_finished_by_the_next_command(devagent: CommandLine, root: Path) -> None:
    # How it is killed at every step is tested in tests/proposal; here, that each command recovers first.
    proposal = propose(root, {"calc.py": RIGHT})
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom devagent.proposal.apply import apply\n"
        "from devagent.proposal.store import find_run\nfrom devagent.repo.git import find_root\n"
        "repo = find_root(Path('.'))\n"
        "def step(what):\n    if what.startswith('after: publish'):\n        os._exit(9)\n"
        "apply(repo, find_run(repo).proposal(), step=step)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 9
    assert devagent("list", "--json", at=root).json["runs"] == [
        {"run": proposal.run, "state": "applied", "task": "(nothing was recorded)"}
    ]
    assert (root / "calc.py").read_text() == RIGHT
