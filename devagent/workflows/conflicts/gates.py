"""What is observed of a merged tree before it is proposed: it parses, and no test fails that passes on both sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devagent.code.errors import CannotParse
from devagent.config.settings import Settings
from devagent.errors import CannotRun
from devagent.proposal.candidate import Evidence, Verdict
from devagent.repo.git import Repository
from devagent.repo.objects import SYMLINK
from devagent.repo.operation import Side, UnderWay
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.results import TestResult, TestRun
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import Sandbox, Tree
from devagent.workflows.place import Place, files_of
from devagent.workflows.surface import Surface

if TYPE_CHECKING:
    from devagent.workflows.session import OpenSandbox


@dataclass(frozen=True)
class Trial:
    """A merge that is looked at.

    Arguments:
        run: the id of the run that it is.
        open_sandbox: what opens a sandbox in the place of the one that the settings ask for.
    """

    repo: Repository
    settings: Settings
    surface: Surface
    state: UnderWay
    run: str
    open_sandbox: "OpenSandbox | None" = None

    async def gates(self, commit: str, *, tests: bool) -> tuple[Evidence, ...]:
        """What the gates observe of a merged commit, and of both sides beside it. `tests`: whether those are run."""
        include = self.settings.sandbox.include
        files = files_of(self.repo, commit, self.surface, include=include)
        sides = {side.name: files_of(self.repo, side.commit, include=include) for side in self._sides}
        parses = _parses(files, tuple(sides.values()))
        if not tests:
            return parses, Evidence("tests", Verdict.NO_VERDICT, "the tests were not run, as you wished")
        try:
            return parses, await self._tested(files, sides)
        except CannotRun as error:
            return parses, Evidence("tests", Verdict.NO_VERDICT, str(error))

    @property
    def _sides(self) -> tuple[Side, Side]:
        return self.state.ours, self.state.theirs

    async def _tested(self, files: Tree, sides: Mapping[str, Tree]) -> Evidence:
        place = Place(self.settings, self.surface, self.repo.root)
        ecosystems, command = place.ecosystems(files)
        found = []
        for ecosystem in ecosystems:
            sandbox = await (self.open_sandbox or place.open)(ecosystem, files, self.run)
            found.append(compared(*await self._runs(sandbox, ecosystem, command, files, sides)))
        return _together({ecosystem.folder: item for ecosystem, item in zip(ecosystems, found, strict=True)})

    async def _runs(
        self,
        sandbox: Sandbox,
        ecosystem: Ecosystem,
        command: tuple[str, ...],
        files: Tree,
        sides: Mapping[str, Tree],
    ) -> tuple[TestRun, dict[str, TestRun]]:
        """The tests of a project on the merged files and on each side; closes the sandbox."""
        limits = self.settings.sandbox
        runner = TestRunner(sandbox, ecosystem, command or None, timeout=limits.timeout, hang_after=limits.hang)

        async def run(tree: Tree) -> TestRun:
            await sandbox.sync(tree)
            return await runner.run()

        try:
            return await run(files), {name: await run(tree) for name, tree in sides.items()}
        finally:
            await sandbox.close()


def compared(merged: TestRun, sides: Mapping[str, TestRun]) -> Evidence:
    """The tests of a merge, next to those of both sides: a test may fail only where it fails on a side as well."""
    if not merged.counts:
        return Evidence("tests", Verdict.NO_VERDICT, merged.trouble)
    known = {name: run.by_id() for name, run in sides.items()}
    broken = [result for result in merged.bad if not _bad_before(result, known)]
    if broken:
        summary = f"{len(broken)} test(s) fail that fail on neither side"
        return Evidence("tests", Verdict.FAIL, summary, tuple(map(_told, broken)))
    there = {result.id for result in merged.results}
    of_both = set.intersection(*(set(results) for results in known.values())) if known else set()
    if lost := sorted(of_both - there):
        return Evidence("tests", Verdict.FAIL, f"{len(lost)} test(s) of both sides are gone", tuple(lost))
    passed = sum(result.status == "passed" for result in merged.results)
    if not passed:
        return Evidence("tests", Verdict.NO_VERDICT, "no test passes, so that none observes the merge")
    details = tuple(f"fails on a side as well: {result.id}" for result in merged.bad)
    details += tuple(f"{name}: {run.trouble}" for name, run in sides.items() if run.trouble)
    return Evidence("tests", Verdict.PASS, f"{passed} pass, and none fails that passes on a side", details)


def _bad_before(result: TestResult, known: Mapping[str, Mapping[str, TestResult]]) -> bool:
    return any(results[result.id].bad for results in known.values() if result.id in results)


def _told(result: TestResult) -> str:
    return f"{result.id}: {result.headline}" if result.headline else result.id


def _together(found: Mapping[str, Evidence]) -> Evidence:
    """The evidence on the projects in several folders as one: the worst counts."""
    if len(found) == 1:
        return next(iter(found.values()))
    verdicts = {item.verdict for item in found.values()}
    worst = next(verdict for verdict in (Verdict.FAIL, Verdict.NO_VERDICT, Verdict.PASS) if verdict in verdicts)
    told = "; ".join(f"{folder}: {item.summary}" for folder, item in found.items() if item.verdict is worst)
    return Evidence("tests", worst, told, tuple(line for item in found.values() for line in item.details))


def _parses(files: Tree, sides: Sequence[Tree]) -> Evidence:
    """No file has a syntax error that it has on neither side."""
    from devagent.code.wellformed import newly_malformed

    problems, parsed = [], 0
    for path, file in files.items():
        if file.mode == SYMLINK or any(file == side.get(path) for side in sides):
            continue
        try:
            found = [newly_malformed(path, _content(side, path), file.content) for side in sides]
        except CannotParse as error:
            return Evidence("syntax", Verdict.NO_VERDICT, f"{path}: {error}")
        if None in found:
            continue
        parsed += 1
        first, second = (found[0] or [], found[1] or [])
        problems += [f"{path}:{problem.line}: {problem.text}" for problem in first if problem in second]
    if problems:
        return Evidence("syntax", Verdict.FAIL, f"{len(problems)} new syntax error(s)", tuple(problems))
    return Evidence("syntax", Verdict.PASS, f"{parsed} merged file(s) parse")


def _content(side: Tree, path: str) -> bytes | None:
    file = side.get(path)
    return file.content if file else None
