"""What is observed of a merged tree before it is proposed.

It parses, no side newly uses what the other took away, and no test fails that passes on a side.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devagent.code.errors import CannotParse
from devagent.config.settings import Settings
from devagent.errors import CannotRun
from devagent.merge.semantic.search import Sought
from devagent.proposal.candidate import Evidence, Verdict
from devagent.repo.git import Repository
from devagent.repo.objects import SYMLINK
from devagent.repo.operation import Side, UnderWay
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.results import TestRun
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import Sandbox, Tree
from devagent.workflows.conflicts.semantics import Merging, base_of, evidence, files_in, sought
from devagent.workflows.conflicts.tested import compared, in_doubt
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

    async def gates(self, commit: str, *, tests: bool, meaning: Sought | None = None) -> tuple[Evidence, ...]:
        """What the gates observe of a merged commit, and of both sides beside it.

        Arguments:
            tests: whether those are run.
            meaning: what `meaning` of that commit gave; `None` where that is told elsewhere.
        """
        include = self.settings.sandbox.include
        files = files_of(self.repo, commit, self.surface, include=include)
        sides = {side.name: files_of(self.repo, side.commit, include=include) for side in self._sides}
        read = (_parses(files, tuple(sides.values())), *([evidence(meaning)] if meaning else []))
        if not tests:
            return *read, Evidence("tests", Verdict.NO_VERDICT, "the tests were not run, as you wished")
        try:
            return *read, await self._tested(files, sides)
        except CannotRun as error:
            return *read, Evidence("tests", Verdict.NO_VERDICT, str(error))

    async def meaning(self, commit: str) -> Sought:
        """The semantic conflicts of the two sides in a merged commit."""
        ours, theirs = self.state.ours, self.state.theirs

        def look() -> Sought:
            base = base_of(self.repo, self.state)
            if not (base and ours.commit and theirs.commit):
                return Sought(note="what both sides started from is not known")
            return sought(self.repo, Merging(ours, theirs, base, files_in(self.repo, commit)))

        return await asyncio.to_thread(look)

    @property
    def _sides(self) -> tuple[Side, ...]:
        return tuple(side for side in (self.state.ours, self.state.theirs) if side.commit)

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
    ) -> tuple[TestRun, dict[str, TestRun], TestRun | None]:
        """The tests of a project on the merged files, on each side, and on the base where only that tells what a
        failure means; closes the sandbox."""
        limits = self.settings.sandbox
        runner = TestRunner(sandbox, ecosystem, command or None, timeout=limits.timeout, hang_after=limits.hang)

        async def run(tree: Tree) -> TestRun:
            await sandbox.sync(tree)
            return await runner.run()

        try:
            merged, known = await run(files), {name: await run(tree) for name, tree in sides.items()}
            base = base_of(self.repo, self.state) if in_doubt(merged, known) else ""
            include = self.settings.sandbox.include
            return merged, known, await run(files_of(self.repo, base, include=include)) if base else None
        finally:
            await sandbox.close()


def _together(found: Mapping[str, Evidence]) -> Evidence:
    """The evidence on the projects in several folders as one: the worst counts."""
    if len(found) == 1:
        return next(iter(found.values()))
    verdicts = {item.verdict for item in found.values()}
    worst = next(verdict for verdict in (Verdict.FAIL, Verdict.NO_VERDICT, Verdict.PASS) if verdict in verdicts)
    told = "; ".join(f"{folder}: {item.summary}" for folder, item in found.items() if item.verdict is worst)
    return Evidence("tests", worst, told, tuple(line for item in found.values() for line in item.details))


def _parses(files: Tree, sides: Sequence[Tree]) -> Evidence:
    """No file has a syntax error that it has on no side."""
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
        first, *others = [each or [] for each in found] or [[]]
        new = [problem for problem in first if all(problem in other for other in others)]
        problems += [f"{path}:{problem.line}: {problem.text}" for problem in new]
    if problems:
        return Evidence("syntax", Verdict.FAIL, f"{len(problems)} new syntax error(s)", tuple(problems))
    return Evidence("syntax", Verdict.PASS, f"{parsed} merged file(s) parse")


def _content(side: Tree, path: str) -> bytes | None:
    file = side.get(path)
    return file.content if file else None
