"""A whole run over code with secrets in it: none leaves, and the patch has the code as it is."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from scripted_world import FILES, LARGE, ScriptedStaff, run_script

from devagent.config.settings import Settings
from devagent.journal.journal import Event
from devagent.journal.secrets import PREFIX
from devagent.models.model import ModelRequest
from devagent.proposal.store import list_runs
from devagent.repo.git import find_root
from devagent.sandbox.sandbox import Command, Tree
from devagent.sandbox.scripted import Answer, ScriptedSandbox
from devagent.workflows.request import Request
from devagent.workflows.results import RunResult
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, resume, start

MakeRepo = Callable[..., Path]
KEY = "q7Zp0Lw2Rt9vXa41"
SOURCE = f'API_KEY = "{KEY}"\n\n\ndef add(a, b):\n    total = a - b  # {KEY}\n    return total\n'
WORLD = {**FILES, "calc.py": SOURCE}
FIX = Request(kind="fix")


class Seeing:
    """A scripted sandbox that keeps every workspace it was given."""

    def __init__(self) -> None:
        self.paths: set[str] = set()

    async def open(self, *_: object) -> ScriptedSandbox:
        return ScriptedSandbox(self._run)

    def _run(self, command: Command, tree: Tree) -> Answer:
        self.paths |= set(tree)
        answer = run_script(command, tree)
        assert isinstance(answer, Answer)
        return answer


def fix(root: Path, staff: ScriptedStaff, settings: Settings | None = None) -> tuple[RunResult, Seeing, SilentSurface]:
    seeing, surface = Seeing(), SilentSurface()
    work = Work(staff_for=staff, open_sandbox=seeing.open)
    result = asyncio.run(start(find_root(root), FIX, settings or Settings(), surface, work))
    return result, seeing, surface


def copying(request: ModelRequest) -> str:
    """A large model that reads the file, and edits the line with the secret exactly as it was shown."""
    if len(request.messages) == 2:
        return "```read\ncalc.py\n```"
    if len(request.messages) == 4:
        shown = next(line for line in request.messages[-1].text.splitlines() if "total = a - b" in line)
        line = "    total = a - b" + shown.partition("total = a - b")[2]
        new = line.replace("a - b", "a + b")
        return f"```edit\ncalc.py\n<<<<<<< SEARCH\n{line}\n=======\n{new}\n>>>>>>> REPLACE\n```"
    return "```submit\nadds\n```"


def test_a_model_that_copies_a_placeholder_makes_a_patch_with_the_secret_as_it_was(make_repo: MakeRepo) -> None:
    root = make_repo(WORLD)
    staff = ScriptedStaff(copying, LARGE)
    settings = Settings.model_validate({"team": {"strategy": "lite"}})
    result, _, surface = fix(root, staff, settings)
    assert result.outcome == "proposed"
    repo = find_root(root)
    assert repo.git.run("show", f"{result.commit}:calc.py").stdout.decode() == SOURCE.replace("a - b", "a + b")
    patch = Path(result.patch_file).read_text()
    assert PREFIX not in patch and f"+    total = a + b  # {KEY}" in patch
    said = "\n".join(message.text for request in staff.model.requests for message in request.messages)
    assert KEY not in said and PREFIX in said
    (run,) = list_runs(repo)
    assert KEY not in (run.folder / "journal.jsonl").read_text()
    assert KEY not in json.dumps([event.data for event in surface.events])


def inventing(request: ModelRequest) -> str:
    """A model that writes a placeholder of its own."""
    if len(request.messages) > 2:
        return "```submit\nadds\n```"
    line = "def add(a, b):"
    return f"```edit\ncalc.py\n<<<<<<< SEARCH\n{line}\n=======\n{line}  # {PREFIX}0123456789\n>>>>>>> REPLACE\n```"


def test_a_placeholder_that_a_model_made_up_is_refused(make_repo: MakeRepo) -> None:
    settings = Settings.model_validate({"team": {"strategy": "lite", "rounds": 1, "steps": 4}})
    result, _, _ = fix(make_repo(WORLD), ScriptedStaff(inventing, LARGE), settings)
    assert result.outcome == "not resolved"
    assert any("stand-in for a secret" in line for item in result.evidence for line in item.details)


def test_tracked_files_that_look_like_secrets_stay_out_of_the_sandbox_unless_named(make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, ".env": f"KEY={KEY}\n", "tests/server.key": "x"})
    staff = ScriptedStaff(lambda _: "no")
    one = Settings.model_validate({"team": {"samples": 1, "rounds": 1}})
    _, seeing, surface = fix(root, staff, one)
    assert not {".env", "tests/server.key"} & seeing.paths
    (note,) = [note for note in surface.notes if "secret" in note]
    assert note.startswith(".env, tests/server.key look like secrets") and "sandbox.include" in note
    named = Settings.model_validate({**one.model_dump(), "sandbox": {"include": ["tests/server.key"]}})
    _, seeing, _ = fix(root, staff, named)
    assert "tests/server.key" in seeing.paths and ".env" not in seeing.paths


def demanding(request: ModelRequest) -> str:
    """A model that fixes the bug and asks for another dependency with it."""
    edits = [
        "```edit\nrequirements.txt\n<<<<<<< SEARCH\npytest\n=======\npytest\nevil\n>>>>>>> REPLACE\n```",
        "```edit\ncalc.py\n<<<<<<< SEARCH\n    total = a - b\n=======\n    total = a + b\n>>>>>>> REPLACE\n```",
        "```submit\nadds\n```",
    ]
    return edits[min(len(request.messages) // 2 - 1, 2)]


def test_a_candidate_that_asks_for_other_dependencies_is_never_verified_and_nothing_is_built(
    make_repo: MakeRepo,
) -> None:
    settings = Settings.model_validate({"team": {"strategy": "lite", "rounds": 1, "steps": 4}})
    root = make_repo({**FILES, "requirements.txt": "pytest\n"})
    result, _, _ = fix(root, ScriptedStaff(demanding, LARGE), settings)
    assert result.outcome == "unverified" and result.exit_code == 1
    assert "requirements.txt changes what is to be installed" in result.summary
    assert result.evidence[-1].gate == "environment" and result.evidence[-1].verdict == "no-verdict"


class Killed(BaseException):
    """Stands for the end of the process."""


class KillingSurface(SilentSurface):
    """Ends everything when the event of this number is on disk."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._at = at

    def event(self, event: Event) -> None:
        super().event(event)
        if event.seq == self._at:
            raise Killed


def patch_after_a_kill(
    root: Path, at: int, answers: Callable[[ModelRequest], str], lite: Settings
) -> tuple[bytes, int]:
    """The patch of a run that was killed at this event and resumed, and how often the model was asked in all."""
    repo, staff = find_root(root), ScriptedStaff(answers, LARGE)
    work = Work(staff_for=staff, open_sandbox=Seeing().open)
    try:
        asyncio.run(start(repo, FIX, lite, KillingSurface(at), work))
    except Killed:
        asyncio.run(resume(repo, list_runs(repo)[-1], lambda settings: settings, SilentSurface(), work))
    return (list_runs(repo)[-1].folder / "proposal.patch").read_bytes(), len(staff.model.requests)


def making_up(request: ModelRequest) -> str:
    """A model that writes something that looks like a key, and copies what it was shown."""
    answer = copying(request)
    return answer.replace("a + b", 'a + b if (token := "Zx81Kq07Wn45Ty") else 0')


@pytest.mark.parametrize("answers", [copying, making_up])
def test_a_run_with_secrets_that_is_killed_anywhere_makes_the_same_patch(
    make_repo: MakeRepo, answers: Callable[[ModelRequest], str]
) -> None:
    lite = Settings.model_validate({"team": {"strategy": "lite"}})
    whole, asked = patch_after_a_kill(make_repo(WORLD, "whole"), -1, answers, lite)
    assert KEY in whole.decode() and asked == 3
    for at in range(2, 20, 3):
        patch, calls = patch_after_a_kill(make_repo(WORLD, f"killed-{at}"), at, answers, lite)
        # A call that was cut off is made again.
        assert patch == whole and calls <= asked + 1, at
