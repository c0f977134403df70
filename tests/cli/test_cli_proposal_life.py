"""Life of a proposal on the command line: list, show, apply, undo, discard, for people and as JSON."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from commandline import CommandLine, propose
from hypothesis import given
from hypothesis import strategies as st

from devagent.proposal.store import State, begun, mark_ended, new_run, run_id
from devagent.repo.git import find_root

MakeRepo = Callable[..., Path]
WRONG, RIGHT = "def add(a, b):\n    return a - b\n", "def add(a, b):\n    return a + b\n"
OTHER = "def add(a, b):\n    return a + abs(b)\n"


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
        "context": [],
        "ledger": {"total": SUM, "phases": {}, "roles": {}, "models": {}},
        "revises": "str",
        "feedback": "str",
        "since": "str",
        "alternatives": [],
        "revised_by": [],
        "is_question": "bool",
    }
    assert (seen.json["devagent"], seen.json["kind"], seen.json["state"]) == (1, "show", "proposed")


def test_the_shape_of_list_holds(devagent: CommandLine, root: Path) -> None:
    assert devagent("list", "--json", at=root).json == {"devagent": 1, "kind": "runs", "runs": []}
    proposal = propose(root, {"calc.py": RIGHT})
    (line,) = devagent("list", "--json", at=root).json["runs"]
    assert line == {"run": proposal.run, "state": "proposed", "task": "(nothing was recorded)", "revises": ""}


def test_apply_and_undo_say_what_they_did_and_hold_their_shape(devagent: CommandLine, root: Path) -> None:
    proposal = propose(root, {"calc.py": RIGHT, "new/file.py": "x = 1\n"})
    paths = ["calc.py", "new/file.py"]
    shape = {"run": proposal.run, "paths": paths, "merged": [], "already": [], "staged": [], "commit": "", "ref": ""}
    assert devagent("apply", "--json", at=root).json == {"devagent": 1, "kind": "applied", **shape}
    assert (root / "calc.py").read_text() == RIGHT
    assert devagent("undo", "--json", at=root).json == {"devagent": 1, "kind": "undone", **shape}
    assert (root / "calc.py").read_text() == WRONG and not (root / "new").exists()


def test_the_alternative_of_an_ambiguous_proposal_is_applied_by_its_number(devagent: CommandLine, root: Path) -> None:
    proposal = propose(root, {"calc.py": RIGHT}, instead=[{"calc.py": OTHER}])
    assert devagent("apply", "--alternative", "2", at=root).told == (
        f"run {proposal.run} has no alternative 2: it has 1, from 1 on. devagent show {proposal.run}"
    )
    assert (root / "calc.py").read_text() == WRONG
    assert devagent("apply", "--alternative", "1", at=root).code == 0
    assert (root / "calc.py").read_text() == OTHER
    assert devagent("undo", at=root).code == 0
    assert (root / "calc.py").read_text() == WRONG
    seen = devagent("show", at=root).out
    for told in ("1  another way", "add(1, -1)", "is here   0", "is there  2", "+    return a + abs(b)"):
        assert told in seen


def test_for_people_apply_names_files_and_the_way_back(devagent: CommandLine, root: Path) -> None:
    proposal = propose(root, {"calc.py": RIGHT})
    word = proposal.run.partition("-")[2]
    assert devagent("apply", word[:4], at=root).out == (
        f"wrote calc.py\napplied {proposal.run}; `devagent undo` takes it back\n"
    )
    assert "applied" in devagent("list", at=root).out
    assert devagent("undo", at=root).out == f"restored calc.py\nundone {proposal.run}\n"


def test_a_run_without_a_proposal_has_no_patch_and_that_is_told_beside_stdout(
    devagent: CommandLine, root: Path
) -> None:
    run = new_run(find_root(root))
    shown = devagent("show", "--patch", at=root)
    assert (shown.code, shown.out) == (0, "")
    assert shown.told == f"run {run.id} has no proposal (interrupted): there is no patch"


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


def merged_by_hand(devagent: CommandLine, root: Path, told: str) -> str:
    """What comes of the command that a refusal names."""
    command = told.partition("merge by hand: ")[2].replace("devagent", f"{sys.executable} -m devagent", 1)
    subprocess.run(["bash", "-c", command], cwd=root, env=devagent.environment(), check=False, capture_output=True)
    return (root / "calc.py").read_text()


def test_what_changed_meanwhile_is_merged_and_named(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": LONG})
    proposal = propose(root, {"calc.py": LONG.replace("a - b", "a + b", 1)})
    (root / "calc.py").write_text(LONG + "# mine\n")
    assert devagent("apply", at=root).out == (
        "merged calc.py, which had changed since the run started\n"
        f"applied {proposal.run}; `devagent undo` takes it back\n"
    )
    assert (root / "calc.py").read_text() == LONG.replace("a - b", "a + b", 1) + "# mine\n"
    (root / "calc.py").write_text((root / "calc.py").read_text() + "# more\n")
    assert devagent("undo", at=root).out == (
        f"merged calc.py, which had changed since it was applied\nundone {proposal.run}\n"
    )
    assert (root / "calc.py").read_text() == LONG + "# mine\n# more\n"
    (root / "calc.py").write_text(LONG.replace("a - b", "a + b", 1))
    assert devagent("apply", at=root).out.startswith("left calc.py, which is so already\napplied ")


def test_what_overlaps_is_refused_and_can_be_merged_by_hand_as_told(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": LONG})
    propose(root, {"calc.py": LONG.replace("a - b", "a + b", 1)})
    (root / "calc.py").write_text(LONG.replace("a - b", "b - a", 1))
    told = devagent("apply", at=root).told
    assert told.startswith(
        "nothing was written: changed since the run started, where the proposal changes it too: calc.py"
    )
    assert "<<<<<<<" in merged_by_hand(devagent, root, told)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=root, check=True)
    assert devagent("apply", at=root).code == 0
    (root / "calc.py").write_text(LONG.replace("a - b", "b - a", 1))
    assert "<<<<<<<" in merged_by_hand(devagent, root, devagent("undo", at=root).told)


def test_apply_says_how_far_it_went_and_undo_how_far_back(devagent: CommandLine, root: Path) -> None:
    proposal = propose(root, {"calc.py": RIGHT})
    last = f"applied {proposal.run}; `devagent undo` takes it back\n"
    assert devagent("apply", "--index", at=root).out == f"wrote calc.py\nstaged 1 file\n{last}"
    assert devagent("undo", at=root).out == f"restored calc.py\nunstaged 1 file\nundone {proposal.run}\n"
    out = devagent("apply", "--commit", at=root).out
    commit = (find_root(root).head() or "")[:10]
    assert out == f"wrote calc.py\ncommitted {commit} on main\n{last}"
    took_back = f"took back commit {commit} on main"
    assert devagent("undo", at=root).out == f"restored calc.py\n{took_back}\nundone {proposal.run}\n"
    out = devagent("apply", "-b", "fix/sum", at=root).out
    assert out.startswith("made branch fix/sum at ") and out.endswith(last)
    assert devagent("undo", "--json", at=root).json["ref"] == "refs/heads/fix/sum"
    assert devagent("apply", "--commit", "--branch", "x", at=root).code == 2


def test_undo_takes_back_what_was_applied_last_in_this_work_tree(
    devagent: CommandLine, make_repo: MakeRepo, tmp_path: Path
) -> None:
    root, other = make_repo({"a": "1\n", "b": "1\n", "c": "1\n"}), tmp_path / "other"
    subprocess.run(["git", "worktree", "add", "-q", "--detach", str(other)], cwd=root, check=True)
    first, second, third = (propose(root, {name: "2\n"}).run for name in "abc")
    for name, place in ((second, root), (first, root), (third, other)):
        assert devagent("apply", name, at=place).code == 0
    assert devagent("undo", at=root).out == f"restored a\nundone {first}\n"
    assert devagent("undo", at=root).out == f"restored b\nundone {second}\n"
    assert devagent("undo", at=root).told == "nothing is applied. See devagent list"
    assert devagent("undo", at=other).out == f"restored c\nundone {third}\n"


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
    assert devagent("undo", at=root).told == "nothing is applied. See devagent list"
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
        {"run": proposal.run, "state": "applied", "task": "(nothing was recorded)", "revises": ""}
    ]
    assert (root / "calc.py").read_text() == RIGHT


def test_a_run_that_begins_after_the_clock_went_back_is_the_latest_all_the_same(
    devagent: CommandLine, make_repo: MakeRepo
) -> None:
    repo = find_root(make_repo({"calc.py": "x = 1\n"}))
    tomorrow = new_run(repo, time.time() + 86_400)
    runs = [new_run(repo).id for _ in range(3)]
    assert sorted([tomorrow.id, *runs]) == [tomorrow.id, *runs]
    listed = devagent("list", "--json", at=repo.root).json["runs"]
    assert [line["run"] for line in listed] == [tomorrow.id, *runs]


@given(st.floats(0, 3_000_000_000))
def test_the_id_of_a_run_says_when_it_began(at: float) -> None:
    assert 0 <= at - begun(run_id(at)) < 1.4


@pytest.mark.parametrize("name", ["", "notes", "261340-babab", "261009-bab", "261009-aaaaa", "261009"])
def test_what_is_no_id_says_nothing(name: str) -> None:
    assert begun(name) == 0
