"""The events of `go test -json`, read as what they are: a file that untrusted code wrote.

A test is `folder::TestName/subtest`, with the folder as seen from the module's own. Our script (sandboxes/go) puts the
module's path into the first event.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from devagent.sandbox.junit import MAX_DETAILS, MAX_MESSAGE, Report, ReportError, clip
from devagent.sandbox.output import plain
from devagent.sandbox.results import Status, TestResult

_ENDS: dict[str, Status] = {"pass": "passed", "fail": "failed", "skip": "skipped"}
_FRAMES = ("=== ", "--- ", "PASS", "FAIL", "ok ", "exit status", "coverage:")


@dataclass
class _Package:
    """What is known about one package so far. Outputs by test; "" is the package's own."""

    outputs: dict[str, list[str]] = field(default_factory=dict)
    ends: dict[str, tuple[Status, float]] = field(default_factory=dict)


def parse_events(content: bytes) -> Report:
    """The report in the output of `go test -json`. Raises `ReportError`."""
    module, loose = "", []
    packages: dict[str, _Package] = {}
    for line in content.decode("utf-8", "replace").splitlines():
        event = _event(line)
        if event is None:
            loose.append(plain(line))
        elif "Module" in event:
            module = str(event["Module"])
        else:
            _take(packages.setdefault(str(event.get("Package", "")), _Package()), event)
    if not packages and loose:
        raise ReportError(f"the test report cannot be read: {loose[0][:200]}")
    return Report(
        tuple(r for name, package in packages.items() for r in _results(_place(name, module), package, loose))
    )


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _take(package: _Package, event: dict[str, Any]) -> None:
    test, action = plain(str(event.get("Test", ""))), event.get("Action")
    if action == "output":
        package.outputs.setdefault(test, []).append(plain(str(event.get("Output", ""))))
    elif action in _ENDS:
        elapsed = event.get("Elapsed", 0.0)
        seconds = float(elapsed) if isinstance(elapsed, int | float) and 0 <= elapsed < 1e9 else 0.0
        package.ends[test] = _ENDS[str(action)], seconds
    elif action == "run":
        # A test that never ends took its package with it.
        package.ends.setdefault(test, ("error", 0.0))


def _place(package: str, module: str) -> str:
    if module and (package == module or package.startswith(f"{module}/")):
        return package[len(module) + 1 :] or "."
    return package


def _results(place: str, package: _Package, loose: list[str]) -> Iterator[TestResult]:
    for test, (status, seconds) in package.ends.items():
        if test:
            yield _result(f"{place}::{test}", status, seconds, package.outputs.get(test, []))
    whole = package.ends.get("", ("passed", 0.0))[0]
    if whole == "failed" and not any(status in ("failed", "error") for t, (status, _) in package.ends.items() if t):
        # It did not compile, or ended before a test could: what was said about it is in the package's own output.
        yield _result(place, "error", 0.0, [*package.outputs.get("", []), *(f"{line}\n" for line in loose)])


def _result(id_: str, status: Status, seconds: float, output: list[str]) -> TestResult:
    if status == "passed":
        return TestResult(id_, status, seconds)
    lines = [line for line in "".join(output).splitlines() if line.strip() and not line.strip().startswith(_FRAMES)]
    text = "\n".join(line.strip() for line in lines)
    message = clip(text or f"the test {status}", MAX_MESSAGE)
    return TestResult(id_, status, seconds, message, clip("\n".join(lines), MAX_DETAILS) if status != "skipped" else "")
