"""`revise`, `replay` and `clean` on the command line: what they ask for, what they refuse, and how that is told."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from commandline import CommandLine, propose
from scripted_world import FILES, RIGHT, ScriptedStaff, run_script

from devagent.config.settings import Settings
from devagent.proposal.store import find_run, new_run
from devagent.repo.git import find_root
from devagent.sandbox.sandbox import Sandbox
from devagent.sandbox.scripted import ScriptedSandbox
from devagent.workflows.request import Request
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, start

MakeRepo = Callable[..., Path]


@pytest.fixture
def devagent(devagent: CommandLine, tmp_path: Path) -> CommandLine:
    """The command, with folders of its own for all that `clean` looks at."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    nowhere = f"unix://{tmp_path}/no-engine"
    more = {"DEVAGENT_CACHE": str(tmp_path / "cache"), "TMPDIR": str(temporary), "DOCKER_HOST": nowhere}
    return CommandLine(devagent.home, more)


def run(root: Path, files: Mapping[str, str] = FILES) -> str:
    """A run with a scripted model; of green files none is asked."""

    async def opened(*_: object) -> Sandbox:
        return ScriptedSandbox(run_script)

    work = Work(staff_for=ScriptedStaff([] if "a + b" in files["calc.py"] else [RIGHT]), open_sandbox=opened)
    return asyncio.run(start(find_root(root), Request(kind="fix"), Settings(), SilentSurface(), work)).run


GREEN = {**FILES, "calc.py": FILES["calc.py"].replace("a - b", "a + b")}


@pytest.mark.parametrize(
    ("arguments", "stdin", "told"),
    [
        ((), "", 'nothing was said. Write devagent revise "FEEDBACK", or devagent revise RUN "FEEDBACK"'),
        (("a", "b", "c"), "", "unexpected extra argument(s) (c)"),
        (("",), "", "the feedback is empty. Say what should be different"),
        (("-",), " \n", "the feedback is empty. Say what should be different"),
        (("nobody", "shorter"), "", "there is no run 'nobody'. See devagent list"),
    ],
)
def test_what_revise_cannot_do_is_one_line(
    devagent: CommandLine, make_repo: MakeRepo, arguments: tuple[str, ...], stdin: str, told: str
) -> None:
    root = make_repo(FILES)
    ended = devagent("revise", *arguments, at=root, stdin=stdin)
    assert ended.code == 2 and told in ended.err


def test_a_run_alone_is_not_taken_for_feedback(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    word = run(root).partition("-")[2]
    assert devagent("revise", word, at=root).told == (f'nothing was said about it. devagent revise {word} "FEEDBACK"')


def test_an_applied_proposal_is_not_revised_and_the_two_ways_on_are_told(
    devagent: CommandLine, make_repo: MakeRepo
) -> None:
    root = make_repo(FILES)
    name = run(root)
    devagent("apply", at=root)
    assert devagent("revise", "shorter", at=root).told == (
        f"run {name} cannot be revised (it is applied). First take it back: devagent undo {name}; or leave it, and "
        'devagent run "TASK" goes on from what is there'
    )


def test_a_bad_flag_of_revise_is_told_before_anything_runs(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    run(root)
    ended = devagent("revise", "shorter", "--role-model", "nobody=embedded", at=root)
    assert ended.code == 2 and "there is no role called nobody" in ended.told
    assert len(devagent("list", "--json", at=root).json["runs"]) == 1


def test_replay_tells_the_events_and_the_same_end(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo(GREEN)
    name = run(root, GREEN)
    ended = devagent("replay", at=root)
    assert ended.code == 0
    assert ended.out == f"Replayed {name} (5 of 5 events): the same end: 2 of 2 tests pass, there is nothing to fix.\n"
    assert f"run {name}" in ended.err and "2 tests in 0.1 s, none failing" in ended.err


def test_the_shape_of_replay_holds(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo(GREEN)
    name = run(root, GREEN)
    ended = devagent("replay", "--json", at=root)
    assert ended.err == "" and ended.json == {
        "devagent": 1,
        "kind": "replay",
        "run": name,
        "outcome": "same",
        "ended": "2 of 2 tests pass, there is nothing to fix",
        "events": 5,
        "replayed": 5,
        "commit": "",
        "event": None,
        "why": "",
        "exit_code": 0,
    }


def test_events_of_a_replay_are_those_of_the_run_and_the_result_is_the_last(
    devagent: CommandLine, make_repo: MakeRepo
) -> None:
    root = make_repo(GREEN)
    run(root, GREEN)
    lines = [json.loads(line) for line in devagent("replay", "--events", "-q", at=root).out.splitlines()]
    assert [line["kind"] for line in lines] == [
        "run.started",
        "snapshot.taken",
        "sandbox.run.started",
        "sandbox.run.finished",
        "run.ended",
        "replay",
    ]


def test_a_run_of_other_models_goes_another_way_and_that_is_one_line(
    devagent: CommandLine, make_repo: MakeRepo
) -> None:
    root = make_repo(FILES)
    name = run(root)
    ended = devagent("replay", "-q", at=root)
    assert ended.code == 1 and ended.out.count("\n") == 1
    assert ended.out.startswith(f"Run {name} goes another way today: at event ")


def test_clean_shows_everything_and_asks(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    green, name = run(make_repo(GREEN, "green"), GREEN), run(root)
    assert green
    shown = devagent("clean", "runs", "images", "--dry-run", at=root)
    assert shown.code == 0
    assert f"runs  {name}  " in shown.out and "kept: a verified proposal that is not applied" in shown.out
    assert "Nothing to remove; 1 is kept." in shown.out
    assert "containers and images are not looked at" in shown.out
    asked = devagent("clean", "runs", "--proposals", at=root)
    assert asked.code == 2 and "nobody is here to ask. Say so with --yes" in asked.err
    assert find_run(find_root(root)).id == name


def test_clean_with_yes_removes_and_tells_how_much(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo(GREEN)
    name = run(root, GREEN)
    ended = devagent("clean", "runs", "--yes", at=root)
    assert ended.code == 0 and f"{name}  " in ended.out and "removed 1 thing, " in ended.out
    assert devagent("list", "--json", at=root).json["runs"] == []


def test_the_shape_of_clean_holds(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    proposal = propose(root, {"calc.py": "x = 1\n"})
    result = devagent("clean", "runs", "--json", "--yes", "--proposals", at=root).json
    (thing,) = result["things"]
    assert result["removed"] == [thing] and result["freed"] == thing["size"] > 0
    assert (result["devagent"], result["kind"], result["notes"]) == (1, "clean", [])
    assert thing.keys() == {"kind", "name", "age", "size", "about", "kept"}
    assert (thing["kind"], thing["name"], thing["kept"]) == ("runs", proposal.run, "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("everything",), "there is nothing called everything to clean. There are: runs, refs, index, containers"),
        (("--older-than", "soon"), "--older-than soon: that is no age. It is written like 30m, 12h, 7d or 2w"),
    ],
)
def test_what_clean_does_not_understand_is_one_line(
    devagent: CommandLine, make_repo: MakeRepo, arguments: tuple[str, ...], told: str
) -> None:
    ended = devagent("clean", *arguments, at=make_repo(FILES))
    assert ended.code == 2 and ended.told.startswith(told)


def test_clean_works_outside_of_a_repository_unless_runs_are_named(devagent: CommandLine) -> None:
    assert devagent("clean", "environments", "-n").out == "Nothing to remove.\n"
    ended = devagent("clean", "runs", "-n")
    assert ended.code == 2 and "is not in a git repository" in ended.told


def test_an_age_keeps_what_is_younger(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo(GREEN)
    run(root, GREEN)
    ended = devagent("clean", "runs", "--yes", "--older-than", "7d", at=root)
    assert "kept: younger than --older-than" in ended.out and "Nothing to remove" in ended.out


def test_list_and_show_tell_of_a_revision(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    repo, first = find_root(root), run(root)
    second = new_run(repo)
    request = {"kind": "fix", "text": "", "revises": {"run": first, "feedback": "shorter", "ground": ""}}
    event = {"seq": 0, "kind": "run.started", "place": "", "data": {"request": request, "run": second.id}}
    (second.folder / "journal.jsonl").write_text(json.dumps(event) + "\n")
    assert f"{second.id}  interrupted  revises {first}: shorter\n" in devagent("list", at=root).out
    assert f"Revises {first}: shorter\n" in devagent("show", second.id, at=root).out
    assert f"Revised by {second.id}\n" in devagent("show", first, at=root).out
