"""The context of a phase: what its template uses, of the repository as much as the model's budget allows.

Which sections there are the template says, by the names it uses. What was asked stands in a prompt whatever its length;
everything else competes for room (`devagent.code.context.parts`): the functions under suspicion whole, what calls them
and what they call as signatures, the tests that run them, the project's conventions, a map. The journal tells for every
prompt what was chosen, how much of it, and why.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devagent.code.context.conventions import conventions
from devagent.code.context.definitions import CODE, NEIGHBOURS, definition, signatures
from devagent.code.context.exercising import TESTS, example, parts_of_tests, source_of, that_ran
from devagent.code.context.neighbours import symbol_named
from devagent.code.context.overview import FILES, file_list
from devagent.code.context.parts import EVENT, WHOLE, Assembled, Form, Part, Placed, assemble, given
from devagent.code.roles import is_test
from devagent.code.symbol import Symbol, symbols
from devagent.models.model import SizeClass
from devagent.sandbox.output import one_line
from devagent.team.indexed import map_for, neighbours_of

if TYPE_CHECKING:
    from devagent.sandbox.results import TestResult
    from devagent.team.phases import Phase
    from devagent.team.room import Room

LIMITS: Mapping[SizeClass, int] = {"small": 2_500, "large": 12_000}
"""Most tokens for all parts together; never more than half of the model's window."""

MOST_SUSPECTS: Mapping[SizeClass, int] = {"small": 2, "large": 8}
CORE = 3
"""So many functions are shown with their neighbours and tests."""

MAP_TOKENS = 3_000
LISTED_SUSPECTS = 8
DETAILED_FAILURES = 5
MOST_TESTS = 6
_LEAST_EXAMPLE = 200

_FAILURE, _CENTRE, _TEST, _MAP, _NEIGHBOUR, _CONVENTION, _AROUND, _OTHER = range(8)
"""Who comes first where there is not room for all."""

_ASKED = {
    "task": "what is asked",
    "artefacts": "what earlier phases gave",
    "context": "files that the user gave, and answers to questions",
    "feedback": "what the user says of the earlier proposal",
    "suspects": "where coverage, tracebacks and names point",
    "diff": "what the last attempt changes",
    "evidence": "what the gates saw of it",
    "last_attempt": "what was tried and why it was not good enough",
    "trouble": "what was wrong with the last answer",
}


async def context_for(room: "Room", phase: "Phase", place: str, **own: str) -> dict[str, Any]:
    """The values for the template of a phase, at this place of the run. `own` are those that only this phase has."""
    wanted = phase.template.names
    asked = {**{name: value(room) for name, value in _VALUES.items() if name in wanted}, **own}
    scene = _scene(room, phase)
    parts = [part for name, gather in _SECTIONS.items() if name in wanted for part in gather(scene)]
    if scene.size == "large":
        for name in ("map", NEIGHBOURS):
            parts += await _LOOKED_UP[name](scene) if name in wanted else []
    chosen = assemble(parts, min(LIMITS[scene.size], room.window(phase.by.name) // 2))
    always = [given(name, name, _ASKED[name], _told(value)) for name, value in asked.items() if name in _ASKED]
    tell(room, place, chosen, [placed for placed in always if placed.tokens])
    return {**asked, **{name: chosen.text(name) for name in (*_SECTIONS, *_LOOKED_UP)}}


def tell(room: "Room", place: str, chosen: Assembled, always: Sequence[Placed] = (), *, key: str = "") -> None:
    """Say in the journal what a prompt shows and why. `always` is what stands in it whatever its length."""
    given_too = Assembled(chosen.limit, tuple(always)).to_json()["parts"]
    room.journal.record(EVENT, place, {**chosen.to_json(), "given": given_too}, key=key)


@dataclass(frozen=True)
class _Scene:
    """What the sections of one prompt are taken from. `centre` are the functions that it is about, each with why."""

    room: "Room"
    size: SizeClass
    files: Mapping[str, bytes]
    centre: Sequence[tuple[Symbol, str]]

    @property
    def core(self) -> list[Symbol]:
        """Those of them that are shown with their neighbours and tests."""
        return [symbol for symbol, _ in self.centre[:CORE]]


def _scene(room: "Room", phase: "Phase") -> _Scene:
    size = room.gateway(phase.by.name).card.size
    attempt = room.attempts[-1] if room.attempts and "diff" in phase.template.names else None
    changes = attempt.changes if attempt else room.ground
    files = {path: file.content for path, file in room.bench.workspace(changes).items() if file.mode != "120000"}
    found = _changed(room, files, changes) if attempt else _suspected(room, files)
    return _Scene(room, size, files, list(found)[: MOST_SUSPECTS[size]])


def _suspected(room: "Room", files: Mapping[str, bytes]) -> Iterator[tuple[Symbol, str]]:
    for suspect in room.suspects:
        symbol = symbol_named(files, suspect.symbol.path, suspect.symbol.name)
        if symbol is not None:
            yield symbol, "; ".join(suspect.reasons) or "under suspicion"


def _changed(room: "Room", files: Mapping[str, bytes], paths: Mapping[str, Any]) -> Iterator[tuple[Symbol, str]]:
    """The functions that an attempt changed, as they are in it."""
    for path in sorted(paths.keys() & files.keys()):
        old = room.bench.files.get(path)
        before = {s.name: s.text(old.content) for s in symbols(path, old.content)} if old else {}
        for symbol in symbols(path, files[path]):
            if symbol.kind != "class" and before.get(symbol.name) != symbol.text(files[path]):
                yield symbol, "the change is in it"


def _code(scene: _Scene) -> Iterator[Part]:
    for number, (symbol, why) in enumerate(scene.centre):
        yield definition(symbol, scene.files[symbol.path], why, _CENTRE if number < CORE else _OTHER)


def _failures(scene: _Scene) -> Iterator[Part]:
    for number, test in enumerate(scene.room.task.failing):
        yield _failure(test, _FAILURE, detailed=True) if number < DETAILED_FAILURES else _failure(test, _OTHER)


def _failure(test: "TestResult", rank: int, *, detailed: bool = False) -> Part:
    name = f"{test.id} {test.status}"
    forms = [Form("its message", f"{name}\n{test.message}"), Form("its name", name)]
    whole = Form(WHOLE, f"{name}\n{test.details or test.message}")
    return Part("failures", test.id, "it fails", (whole, *forms) if detailed else tuple(forms[1:]), rank)


def _tests(scene: _Scene) -> list[Part]:
    """The sources of the tests that fail; beside them, of others that run the functions this is about."""
    room = scene.room
    if scene.size == "small":
        return []
    failing = [(test.id, test.file) for test in room.task.failing]
    lines = room.coverage.lines if room.coverage else {}
    home = {test.id: test.file for test in room.bench.baseline.results}
    others = [(test, home[test]) for test in that_ran(lines, scene.core) if home.get(test)]
    others = [it for it in others if it not in failing][:MOST_TESTS]
    return [
        *parts_of_tests(_sources(scene, failing[:DETAILED_FAILURES]), "it fails", _TEST),
        *parts_of_tests(_sources(scene, others), "it passes, and runs one of these functions", _OTHER),
    ]


def _sources(scene: _Scene, found: Sequence[tuple[str, str]]) -> dict[str, str]:
    known = {**{path: file.content for path, file in scene.room.bench.own_tests.items()}, **scene.files}
    return {test: source_of(path, known[path], test) if path in known else "" for test, path in found}


def _example(scene: _Scene) -> list[Part]:
    """The smallest test file of the project that holds anything."""
    ecosystem, files = scene.room.bench.ecosystem, scene.room.bench.files
    paths = [path for path in files if ecosystem.owns(path) and ecosystem.is_test(path)]
    sizes = sorted((size, path) for path in paths if (size := len(files[path].content)) > _LEAST_EXAMPLE)
    return [example(path, files[path].content, "example_test", _TEST) for _, path in sizes[:1]]


def _conventions(scene: _Scene) -> list[Part]:
    paths = [symbol.path for symbol, _ in scene.centre]
    return conventions(scene.files, paths, _CONVENTION) if scene.size == "large" else []


def _files(scene: _Scene) -> list[Part]:
    return [file_list(scene.room.bench.files, one_line, _MAP)]


async def _map(scene: _Scene) -> list[Part]:
    text = await map_for(scene.room, scene.files, scene.room.task.text, MAP_TOKENS)
    form = Form(f"in {MAP_TOKENS} tokens", text)
    return [Part("map", "the map of the repository", "where things are", (form,), _MAP)] if text else []


async def _neighbours(scene: _Scene) -> list[Part]:
    """Callers and callees; tests among them stand in a section of their own."""
    around = await neighbours_of(scene.room, scene.files, scene.core)
    shown = [symbol for symbol, _ in scene.centre]
    hidden = [s for _, found in around for s in (*found.callers, *found.callees) if is_test(s.path)]
    return list(signatures(around, [*shown, *hidden], _NEIGHBOUR))


def _suspects(room: "Room") -> str:
    found = [f"{s.symbol.path}: {s.symbol.name} ({'; '.join(s.reasons)})" for s in room.suspects[:LISTED_SUSPECTS]]
    more = len(room.suspects) - len(found)
    return "\n".join([*found, f"({more} less suspicious ones are left out)"] if more > 0 else found)


def _evidence(room: "Room") -> str:
    return "\n".join(f"{e.gate}: {e.summary}" for e in room.attempts[-1].evidence) if room.attempts else ""


def _last_attempt(room: "Room") -> str:
    last = room.attempts[-1] if room.attempts else None
    if last is None or last.good:
        return ""
    observed = "\n".join(f"{e.gate}: {e.summary}\n" + "\n".join(e.details) for e in last.evidence)
    return f"{room.diff(last)}\n{observed}"


def _told(value: Any) -> str:
    """A value as the text that it is about, for counting its tokens."""
    if isinstance(value, dict):
        return json.dumps({name: part for name, part in value.items() if part}, ensure_ascii=False)
    return value if isinstance(value, str) else str(value.text)


_VALUES: Mapping[str, Callable[["Room"], Any]] = {
    "task": lambda room: room.task,
    "feedback": lambda room: room.task.feedback,
    "context": lambda room: "\n\n".join(filter(None, [room.task.context, "\n".join(room.answers)])),
    "artefacts": lambda room: {"spec": "", "suspects": "", **room.artefacts},
    "suspects": _suspects,
    "test_style": lambda room: room.bench.ecosystem.test_style,
    "diff": lambda room: room.diff(room.attempts[-1]) if room.attempts else "",
    "evidence": _evidence,
    "last_attempt": _last_attempt,
}
_SECTIONS: Mapping[str, Callable[[_Scene], Iterator[Part] | list[Part]]] = {
    "failures": _failures,
    CODE: _code,
    TESTS: _tests,
    "example_test": _example,
    "conventions": _conventions,
    FILES: _files,
}
_LOOKED_UP = {"map": _map, NEIGHBOURS: _neighbours}
