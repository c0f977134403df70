"""The reproduce phase: the tester writes a test that fails by an assertion before anything is changed.

The file is labelled as devagent's, belongs to the proposal, and is out of the coder's reach.
"""

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from devagent.code.edits.answer import apply_answer, has_marks
from devagent.code.edits.fences import code_blocks
from devagent.code.errors import EditError
from devagent.code.language import language_for
from devagent.journal.secrets import is_masked
from devagent.models.model import ModelRequest
from devagent.sandbox.manifests import enclosing, projects
from devagent.sandbox.results import TestRun
from devagent.sandbox.sandbox import File
from devagent.team.agent import PhaseFailed, opening
from devagent.team.context import context_for
from devagent.team.location import settle
from devagent.team.phases import Phase

if TYPE_CHECKING:
    from devagent.team.performers import By
    from devagent.team.room import Room

LABEL = "Written by devagent's tester to reproduce the task; keep it or delete it."
ATTEMPTS = 3

_DOCTEST = re.compile(r"^\s*>>> (?P<call>.+)\n\s*(?P<value>(?!>>>)\S.*)$", re.MULTILINE)


async def reproduce(room: "Room", phase: Phase, place: str) -> tuple[Any, "By"]:
    """A test that fails now, in the workbench's own tests and targets. Raises `PhaseFailed` when none could be had."""
    path = own_test_path(room, "task")
    written = test_from_examples(room, room.task.text)
    if written is not None:
        trouble = await _accept(room, f"{place}/examples", path, written)
        if not trouble:
            return {"path": path}, "program"
    trouble = ""
    for attempt in range(1, ATTEMPTS + 1):
        where = f"{place}/attempt/{attempt}"
        values = await context_for(room, phase, where, test_path=path, trouble=trouble)
        request = ModelRequest(
            opening(phase, phase.prompt(values), tools=False),
            max_tokens=phase.max_tokens,
            temperature=0.0 if attempt == 1 else 0.7,
            seed=attempt,
        )
        reply = await room.ask(phase.by.name, phase.name, where, request)
        text = file_in(reply.text, path)
        if not text:
            trouble = "There was no code block in your answer."
            continue
        trouble = await _accept(room, f"{place}/run/{attempt}", path, text)
        if not trouble:
            return {"path": path}, "model"
    raise PhaseFailed(f"the tester found no test that fails because of the task: {trouble}")


def file_in(answer: str, path: str) -> str:
    """The new file that an answer holds, be it a code block or a patch that makes it; empty where it holds none."""
    if has_marks(answer):
        with suppress(EditError):
            made = [content for content in apply_answer(answer, {}, path=path).changes.values() if content]
            if len(made) == 1:
                return made[0].decode()
    blocks = code_blocks(answer)
    return blocks[-1].text if blocks else ""


async def observe_feedback(room: "Room", place: str) -> bool:
    """Make the examples in the user's feedback a test of devagent's own, and give whether there are any to observe it.

    Those that fail before any change become targets; those that pass already must not break.
    """
    text = test_from_examples(room, room.task.feedback)
    if text is None:
        return False
    path = own_test_path(room, "feedback")
    file = File(labelled(room, text))
    run = await room.bench.run_tests(place, {path: file}, None)
    mine = tuple(r for r in run.results if r.file == path or r.id.startswith(path))
    if not run.counts or not mine or any(r.status == "error" for r in mine):
        room.notes.append("the examples in what you said could not be run as a test")
        return False
    failing = tuple(r for r in mine if r.bad)
    room.bench.own_tests[path] = file
    room.bench.baseline = run
    room.task = room.task.with_failing((*room.task.failing, *failing))
    room.bench.targets = tuple(r.id for r in room.task.failing)
    return True


def own_test_path(room: "Room", purpose: str) -> str:
    """Where a test of devagent's goes: beside the tests that the project has, under a name that is free."""
    ecosystem = room.bench.ecosystem
    tests = sorted(
        path
        for path in room.bench.files
        if ecosystem.owns(path) and ecosystem.is_test(path) and "/" in ecosystem.inside(path)
        if not path.endswith("__init__.py")
    )
    home = tests[0].rpartition("/")[0] if tests else ecosystem.folder
    folder = f"{home}/" if home else ""
    javascript = ecosystem.name == "node"
    suffix = "." + tests[0].rpartition(".")[2] if tests and javascript else (".js" if javascript else ".py")
    stem = f"devagent_{purpose}.test" if javascript else f"test_devagent_{purpose}"
    path, number = f"{folder}{stem}{suffix}", 2
    while path in room.bench.files or path in room.bench.own_tests:
        path, number = f"{folder}{stem.replace(purpose, f'{purpose}{number}')}{suffix}", number + 1
    return path


def labelled(room: "Room", text: str) -> bytes:
    """A test file with the line that says whose it is."""
    mark = "//" if room.bench.ecosystem.name == "node" else "#"
    return f"{mark} {LABEL}\n{text.strip()}\n".encode()


def test_from_examples(room: "Room", text: str) -> str | None:
    """A test made of the `>>>` examples in a text, where every name they call can be found in one module."""
    from devagent.code.symbol import symbols

    examples = [(m["call"].strip(), m["value"].strip()) for m in _DOCTEST.finditer(text)]
    ecosystem, files = room.bench.ecosystem, room.bench.files
    if not examples or ecosystem.name != "python":
        return None
    sources = sorted(path for path in files if path.endswith(".py") and not ecosystem.is_test(path))
    # Of several functions with one name the project's own is meant, and not that of another project.
    places = {
        s.name: path
        for path in sorted(sources, key=ecosystem.owns)
        for s in symbols(path, files[path].content)
        if "." not in s.name
    }
    called = {name for call, _ in examples for name in re.findall(r"\b([A-Za-z_]\w*)\s*\(", call) if name in places}
    if not called:
        return None
    imports = [f"from {_module(room, places[name])} import {name}" for name in sorted(called)]
    asserts = [f"    assert ({call}) == ({value})" for call, value in examples]
    return "\n".join([*imports, "", "", "def test_examples_of_the_task():", *asserts])


async def _accept(room: "Room", place: str, path: str, text: str) -> str:
    """Take a test file if it fails by an assertion; otherwise what is wrong with it."""
    language = language_for(path)
    file = File(labelled(room, text))
    if is_masked(text):
        return "It holds a stand-in for a secret; make up a value instead."
    if language is not None:
        from devagent.code.syntax import syntax_errors

        problems = syntax_errors(file.content, language)
        if problems:
            return f"It does not parse: line {problems[0].line - 1}."
    run = await room.bench.run_tests(place, {path: file}, None)
    mine = tuple(r for r in run.results if r.file == path or r.id.startswith(path))
    trouble = _trouble(run, mine)
    if not trouble:
        room.bench.own_tests[path] = file
        room.bench.targets = tuple(r.id for r in mine if r.status == "failed")
        room.bench.baseline = run
        room.task = room.task.with_failing(tuple(r for r in mine if r.status == "failed"))
        await settle(room, place)
    return trouble


def _trouble(run: TestRun, mine: tuple[Any, ...]) -> str:
    if not run.counts:
        return f"The tests could not be run with it: {run.trouble}"
    if not mine:
        return "The runner found no test in it."
    errors = [r for r in mine if r.status == "error" or (r.status == "failed" and not _by_assertion(r))]
    if errors:
        return f"It fails by an error, not by an assertion:\n{errors[0].details or errors[0].message}"
    if not any(r.status == "failed" for r in mine):
        return "It passes already, so it does not show the fault."
    return ""


def _by_assertion(result: Any) -> bool:
    return bool(re.search(r"assert|expect|Failed: DID NOT RAISE", result.message + result.details, re.IGNORECASE))


def _module(room: "Room", path: str) -> str:
    """What a file is imported as, from where its project stands."""
    home = room.bench.ecosystem.folder
    if not room.bench.ecosystem.owns(path):
        sibling = enclosing(path, projects(room.bench.files))
        home = sibling.folder if sibling else ""
    inside = path.removeprefix(f"{home}/").removeprefix("src/")
    return inside.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
