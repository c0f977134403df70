"""Which lines each test runs, and what was called with what: where to look for the cause of a failure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import dirname
from typing import Any

from devagent.sandbox.output import plain
from devagent.sandbox.results import TestResult
from devagent.sandbox.runner import TestRunner

Lines = Mapping[str, Mapping[str, frozenset[int]]]
"""Test id → path → the lines that it ran."""

MAX_PASSING = 200
_PASSING_SHARE = 0.6  # of the time; the rest is for the failing tests and for starting up


@dataclass(frozen=True)
class Call:
    """One call of a function of the workspace, in the order of calling. `depth` counts the callers in the workspace.

    `arguments` and `result` are representations, shortened; `line` is where the function begins.
    """

    test: str
    function: str
    path: str
    line: int
    depth: int
    arguments: str
    result: str


@dataclass(frozen=True)
class Coverage:
    """What was recorded. `lines`: test id → path → lines that ran; files of tests and import time are left out.

    `calls` are those of the failing tests: of each function the first three. `failed_checks` and `passed_checks` are
    the checks of the failing tests, by ids of their own, with the lines that each rests on. All three are empty where
    the language's probe cannot see them.
    """

    lines: Lines = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    failed_checks: Lines = field(default_factory=dict)
    passed_checks: Lines = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The recording as plain data, for the journal."""
        return {
            "lines": _sorted(self.lines),
            "calls": [dict(vars(call)) for call in self.calls],
            "failed_checks": _sorted(self.failed_checks),
            "passed_checks": _sorted(self.passed_checks),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Coverage":
        """The recording a journal holds."""
        calls = tuple(Call(**call) for call in data["calls"])
        return cls(
            _frozen(data["lines"]),
            calls,
            _frozen(data.get("failed_checks", {})),
            _frozen(data.get("passed_checks", {})),
        )


async def coverage(
    runner: TestRunner, failing: Sequence[str], passing: Sequence[str] | None = None, *, timeout: float = 60.0
) -> Coverage:
    """Run tests once more and record what they execute.

    Of the passing tests the nearest to the failing ones are taken, at most 200, and as many as `timeout` (wall
    seconds for all) allows. Whatever cannot be recorded is absent: an empty `Coverage` is no error. The workspace
    must be synced. Raises `SandboxError`.
    """
    chosen = nearest(failing, passing or ())[:MAX_PASSING]
    ids = [*failing, *chosen]
    task = {"detailed": list(failing), "seconds": timeout * _PASSING_SHARE}
    recording, results = await runner.record(ids, task, timeout=timeout)
    records = list(_records(recording or b""))
    told = list(_attributed(records, results, set(ids)))
    failed = _numbered(told, "failed")
    passed = _numbered(told, "passed") if failed else {}
    return Coverage({id_: _lines(record["lines"]) for id_, record in told}, tuple(_calls(records)), failed, passed)


def nearest(failing: Sequence[str], passing: Sequence[str]) -> list[str]:
    """The passing tests, those in the file of a failing test first, then by shared folders; stable otherwise."""
    homes = {id_.split("::")[0] for id_ in failing}

    def distance(id_: str) -> int:
        path = id_.split("::")[0]
        if path in homes:
            return 0
        shared = max((_shared(dirname(path), dirname(home)) for home in homes), default=0)
        return 1000 - min(shared, 999)

    return sorted(dict.fromkeys(passing), key=distance)


def _shared(one: str, other: str) -> int:
    parts = zip(one.split("/"), other.split("/"), strict=False)
    return next((i for i, (a, b) in enumerate(parts) if a != b), min(one.count("/"), other.count("/")) + 1)


def _records(recording: bytes) -> Iterator[dict[str, Any]]:
    """The records that are whole; untrusted code could have written anything."""
    for line in recording.splitlines():
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict) and isinstance(record.get("lines"), dict):
            yield record


def _attributed(
    records: Sequence[Mapping[str, Any]], results: Sequence[TestResult], asked: set[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The id of its test with each record.

    A probe that knows no ids gives file and name instead; of several tests with one name the report's order decides.
    """
    waiting = [result.id for result in results]
    for record in records:
        id_ = str(record.get("test") or "") or _take(waiting, str(record.get("file")), str(record.get("name")))
        if id_ in asked:
            yield id_, record


def _take(waiting: list[str], file: str, name: str) -> str:
    ends = (f"::{name}", f" > {name}")
    for i, id_ in enumerate(waiting):
        plain = id_.rpartition(" #")[0] if id_.rpartition(" #")[2].isdigit() else id_
        if id_.startswith(f"{file}::") and (id_.endswith(ends) or plain.endswith(ends)):
            return waiting.pop(i)
    return ""


def _numbered(told: Sequence[tuple[str, Mapping[str, Any]]], kind: str) -> dict[str, dict[str, frozenset[int]]]:
    """The checks of one kind, by ids of their own."""
    found: dict[str, dict[str, frozenset[int]]] = {}
    for id_, record in told:
        checks = record.get("checks")
        listed = checks.get(kind) if isinstance(checks, dict) else None
        lines = [_lines(item) for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
        found |= {f"{id_}, {kind} check {i}": ran for i, ran in enumerate(lines, 1)}
    return found


def _lines(recorded: Mapping[str, Any]) -> dict[str, frozenset[int]]:
    return {
        path: frozenset(numbers)
        for path, numbers in recorded.items()
        if isinstance(numbers, list) and all(isinstance(number, int) for number in numbers)
    }


def _sorted(lines: Lines) -> dict[str, dict[str, list[int]]]:
    return {test: {path: sorted(numbers) for path, numbers in paths.items()} for test, paths in lines.items()}


def _frozen(data: Mapping[str, Mapping[str, Sequence[int]]]) -> Lines:
    return {test: {path: frozenset(numbers) for path, numbers in paths.items()} for test, paths in data.items()}


def _calls(records: Sequence[Mapping[str, Any]]) -> Iterator[Call]:
    names = Call.__dataclass_fields__.keys()
    for record in records:
        calls = record.get("calls")
        for call in calls if isinstance(calls, list) else ():
            if isinstance(call, dict) and call.keys() == names and _well_typed(call):
                shown: dict[str, Any] = {n: plain(v) if isinstance(v, str) else v for n, v in call.items()}
                yield Call(**shown)


def _well_typed(call: Mapping[str, Any]) -> bool:
    return all(isinstance(value, int if name in ("line", "depth") else str) for name, value in call.items())
