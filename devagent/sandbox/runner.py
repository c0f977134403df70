"""Running tests in a sandbox, and saying of each run whether it counts.

A run counts when the exit status, a fresh report of that very run, and the tests that were asked for agree.
Everything else is trouble, told in one line; nothing is guessed from the text that a command prints.

What this cannot see: tests share a process with their runner, so code that sets out to forge a whole run (report, word
of proof and exit status together) can. Hence the gates that read the patch itself.
"""

import re
import secrets
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

from devagent.errors import SandboxError
from devagent.sandbox import services
from devagent.sandbox.definition import Runner
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.goevents import parse_events
from devagent.sandbox.invocation import PROBES, Invocation, Wish, invocation
from devagent.sandbox.junit import MAX_DETAILS, Report, ReportError, clip, parse_report
from devagent.sandbox.output import one_line, plain
from devagent.sandbox.results import TestResult, TestRun
from devagent.sandbox.sandbox import Command, Execution, Sandbox

COMMAND_ID = "command"
NO_TESTS, LACKS = "no tests were found", "the sandbox lacks the package"
MANIFESTS = ("requirements*.txt", "pyproject.toml", "package.json", "go.mod", "pom.xml")
_HANG_SHARE = 3
_MOST_NOTES, _NOTE_LENGTH = 20, 400
_LINGER = 0.5  # seconds in which what the tests left running may end: some helpers see their parent off
_HOST_PROGRAMS = "process isolation has this machine's programs only: install it here, or use --sandbox docker"
_NOT_STARTED = (126, 127)  # what a shell answers for a program that is absent or not executable

# The probes that each sandbox holds already: writing them anew would cost every run two round trips.
_placed: WeakKeyDictionary[Sandbox, set[str]] = WeakKeyDictionary()
# What was said when the project was installed in them: it stays what it is as long as they do.
_notes: WeakKeyDictionary[Sandbox, tuple[str, ...]] = WeakKeyDictionary()


class TestRunner:
    """Runs the tests of one workspace.

    Arguments:
        sandbox: where; started, and synced by the caller before each run.
        ecosystem: what is known about the repository.
        command: the user's own test command; the ecosystem's when `None`.
        timeout: wall seconds for a run.
        hang_after: seconds for one test, after which it fails where it stands (where the ecosystem's probe can do
            that), a third of `timeout` at most and when `None`; 0 for no limit.
    """

    __test__ = False

    def __init__(
        self,
        sandbox: Sandbox,
        ecosystem: Ecosystem,
        command: Sequence[str] | None = None,
        timeout: float = 300.0,
        hang_after: float | None = None,
    ) -> None:
        self.sandbox, self.ecosystem = sandbox, ecosystem
        self.command = tuple(command or ecosystem.command)
        self.timeout, self._hang_after = timeout, hang_after

    async def run(
        self, select: Sequence[str] | None = None, *, timeout: float | None = None, fail_fast: bool = False
    ) -> TestRun:
        """Run all tests, or those with the ids in `select`.

        `fail_fast` stops at the first failure where the runner can; tests behind it are then not reported.
        Raises `SandboxError` when the sandbox itself fails.
        """
        timeout = timeout or self.timeout
        wish = Wish(tuple(select or ()), self._limit(timeout), fail_fast)
        nonce, plan = self._plan(wish)
        # The services of a suite are there to its end, and no news.
        execution = await self._execute(plan, timeout, linger=0.0 if self.ecosystem.services else _LINGER)
        run = TestRun(
            exit_code=execution.exit_code,
            seconds=execution.seconds,
            output=execution.output,
            command=self.command,
            notes=(*await self._notes(), *_left_running(execution.left)),
        )
        if execution.ended != "exited":
            return replace(run, trouble=cut_short(execution, timeout, await self._unfinished(plan)))
        if execution.exit_code == services.NOT_READY and (said := services.trouble(execution.output)):
            absent = said.endswith("not found") and self.sandbox.kind == "process"
            return replace(run, trouble=f"{said}; {_HOST_PROGRAMS}" if absent else said)
        try:
            content = await self.sandbox.read(plan.report) if plan.report else None
        except SandboxError as error:
            return replace(run, trouble=f"the test report cannot be read: {error.why or error.what}")
        if content is None and execution.exit_code in _NOT_STARTED:
            return replace(run, trouble=f"the test command cannot be started: {_last_line(execution.output)}")
        if plan.report is None:
            return by_exit_status(run)
        return self._with_a_way_on(judge(run, content, nonce, wish, plan.runner, self.ecosystem.folder))

    async def record(
        self, ids: Sequence[str], task: Mapping[str, object], *, timeout: float
    ) -> tuple[bytes | None, tuple[TestResult, ...]]:
        """Run tests under the coverage probe: its recording, and what the report says (in the order of the run).

        `task` is what the probe is asked for beside `output` and `tests`; see sandboxes/*/ for their probes.
        """
        output = f"/tmp/devagent-{secrets.token_hex(8)}.lines"
        detect = self.ecosystem.definition.detect
        up = self.ecosystem.way_up
        full = {**task, "output": output, "tests": [*detect.tests, *detect.helpers], "root": up}
        _, plan = self._plan(Wish(tuple(ids), self._limit(timeout), coverage=full))
        if plan.report is None or plan.runner is None or not plan.runner.coverage:
            return None, ()
        await self._execute(plan, timeout)
        content = await self.sandbox.read(plan.report)
        try:
            results = parse_report(content).results if content is not None else ()
        except ReportError:
            results = ()
        return await self.sandbox.read(output), results

    def _with_a_way_on(self, run: TestRun) -> TestRun:
        """The run, with what to do about the two troubles that newcomers have."""
        definition = self.ecosystem.definition
        if run.trouble.startswith(NO_TESTS):
            where = (
                f"`{shlex.join(self.command)}` looks for them in files like {', '.join(definition.detect.tests[:3])}"
            )
        elif run.trouble.startswith(LACKS):
            manifests = [name for name in MANIFESTS if name in definition.image.inputs]
            where = f"name it in {' or '.join(manifests)}"
        else:
            return run
        return replace(run, trouble=f"{run.trouble}; {where}")

    async def _notes(self) -> tuple[str, ...]:
        """What the making of the environment, or the installation of the project, left to be said."""
        place = self.ecosystem.definition.project.note
        if not place:
            return ()
        if self.sandbox not in _notes:
            content = await self.sandbox.read(place) or b""
            lines = plain(content.decode("utf-8", "replace")).splitlines()[:_MOST_NOTES]
            _notes[self.sandbox] = tuple(line[:_NOTE_LENGTH] for line in lines)
        return _notes[self.sandbox]

    def _limit(self, timeout: float) -> float:
        return timeout / _HANG_SHARE if self._hang_after is None else min(self._hang_after, timeout / _HANG_SHARE)

    def _plan(self, wish: Wish) -> tuple[str, Invocation]:
        nonce = secrets.token_hex(8)
        return nonce, invocation(self.ecosystem, self.command, nonce, wish)

    async def _execute(self, plan: Invocation, timeout: float, *, linger: float = 0.0) -> Execution:
        placed = _placed.setdefault(self.sandbox, set())
        for name in plan.probes:
            if name not in placed:
                await self.sandbox.write(f"{PROBES}/{name}", self.ecosystem.definition.text(name).encode())
                placed.add(name)
        for path, content in plan.files.items():
            await self.sandbox.write(path, content)
        folder = self.ecosystem.folder or "."
        command = Command(plan.argv, timeout=timeout, env=plan.environment, cwd=folder, linger=linger)
        return await self.sandbox.run(command)

    async def _unfinished(self, plan: Invocation) -> list[str]:
        """The tests that had started and not ended."""
        notes = await self.sandbox.read(plan.running) if plan.report else None
        running: dict[str, None] = {}
        for line in plain((notes or b"").decode("utf-8", "replace")).splitlines():
            if line.startswith("> "):
                running[line[2:]] = None
            elif line.startswith("< "):
                running.pop(line[2:], None)
        return list(running)


def cut_short(execution: Execution, timeout: float, unfinished: Sequence[str]) -> str:
    """Why a run that did not end by itself does not count."""
    what = {
        "timed out": f"the tests did not end within {timeout:g} s",
        "out of memory": "the tests used more memory than the sandbox allows",
    }.get(execution.ended, "the tests were killed")
    return what + (f"; running at that moment: {', '.join(unfinished[:3])}" if unfinished else "")


def _left_running(names: Sequence[str]) -> list[str]:
    """One line on the processes that the tests left running."""
    if not names:
        return []
    kinds = ", ".join(one_line(name) for name in list(dict.fromkeys(names))[:3])
    what = f"a process ({kinds})" if len(names) == 1 else f"{len(names)} processes ({kinds})"
    return [f"the tests left {what} running; the sandbox ended {'it' if len(names) == 1 else 'them'}"]


def by_exit_status(run: TestRun) -> TestRun:
    """The run of a command without a report: one result, `command`."""
    result = TestResult(COMMAND_ID, "passed", run.seconds)
    if run.exit_code:
        message, details = f"exit status {run.exit_code}", clip(run.output, MAX_DETAILS)
        result = replace(result, status="failed", message=message, details=details)
    return replace(run, results=(result,))


def judge(
    run: TestRun, content: bytes | None, nonce: str, wish: Wish, runner: Runner | None = None, folder: str = ""
) -> TestRun:
    """The run with what its report says, and with why it does not count, if it does not.

    `content` is the report that `runner` wrote for the project in `folder`.
    """
    if content is None:
        meaning = (runner.no_report if runner else {}).get(
            str(run.exit_code), f"the tests left no report (exit status {run.exit_code})"
        )
        return replace(run, trouble=_with_reason(meaning, run.output))
    try:
        report = parse_events(content) if runner and runner.format == "go" else parse_report(content)
    except ReportError as error:
        return replace(run, trouble=str(error))
    if folder:
        report = replace(report, results=tuple(_in_folder(result, folder) for result in report.results))
    results = tuple(_chosen(report.results, wish.select)) if wish.select else report.results
    return replace(run, results=results, trouble=_trouble(report, results, run.exit_code, nonce, wish))


def _trouble(report: Report, results: Sequence[TestResult], exit_code: int, nonce: str, wish: Wish) -> str:
    bad = sum(result.bad for result in report.results)
    if report.properties.get("devagent.nonce", nonce) != nonce:
        return "the test report is not of this run"
    if said := report.properties.get("devagent.trouble"):
        return said
    if report.missing:
        plural = "s" if len(report.missing) > 1 else ""
        return f"{LACKS}{plural} {', '.join(report.missing)}, which the tests import"
    if lost := [id_ for id_ in wish.select if id_ not in {r.id for r in results}]:
        if not (wish.fail_fast and bad):
            return f"a selected test is not in the report: {lost[0]}" + _and_more(lost)
    elif not report.results:
        return NO_TESTS
    if (exit_code == 0) == bool(bad):
        return f"exit status {exit_code}, but the report has {bad} failed test{'' if bad == 1 else 's'}"
    return ""


def _in_folder(result: TestResult, folder: str) -> TestResult:
    """The result with the project's folder in its id, where the runner names tests by something other than files."""
    return result if result.file else replace(result, id=f"{folder}/{result.id}")


def _and_more(things: Sequence[str]) -> str:
    return f" (and {len(things) - 1} more)" if len(things) > 1 else ""


def _chosen(results: Sequence[TestResult], select: Sequence[str]) -> Iterator[TestResult]:
    """The selected results; what keeps a whole file or class from running is an error of each test in it."""
    known = {result.id: result for result in results}
    broken = [result for result in results if result.status == "error"]
    for id_ in dict.fromkeys(select):
        if id_ in known:
            yield known[id_]
        elif cause := next((r for r in broken if id_.startswith(f"{r.id}::")), None):
            yield replace(cause, id=id_)


def _with_reason(meaning: str, output: str) -> str:
    """The meaning, with the runner's own line about it where there is one."""
    reasons = re.findall(r"(?m)^(?:(?:ERROR|E|.*: error|\w+Error):|\[ERROR\]) +(?!usage:|COMPILATION)(\S.*)$", output)
    return f"{meaning}: {reasons[0].strip()[:200]}" if reasons else meaning


def _last_line(output: str) -> str:
    lines = output.strip().splitlines()
    return lines[-1].strip()[:200] if lines else "it is not there"
