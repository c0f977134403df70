"""The repository's tests in the sandbox, once: what `devagent test` does."""

from collections.abc import Sequence
from dataclasses import replace

from devagent.config.settings import Settings
from devagent.journal.secrets import Secrets
from devagent.repo.git import Repository
from devagent.repo.planted import planted
from devagent.repo.snapshot import Base
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import Tree
from devagent.sandbox.whereabouts import with_files
from devagent.workflows.place import Place, files_of, taken
from devagent.workflows.projects import left_out
from devagent.workflows.results import TestsResult
from devagent.workflows.surface import Surface


async def run_tests(
    repo: Repository, settings: Settings, surface: Surface, *, base: Base = "worktree", command: tuple[str, ...] = ()
) -> TestsResult:
    """Run all tests of the project that is meant, or of each, and tell each.

    Raises `CannotRun` where there is no sandbox or no known way to run them.
    """
    include = settings.sandbox.include
    state = taken(repo, base, include=include)
    odd = planted(repo)
    for note in (*odd, *state.skipped):
        surface.note(note)
    files = files_of(repo, state.commit, surface, include=include)
    place = Place(settings, surface, repo.root)
    found, command = place.ecosystems(files, command)
    if len(found) > 1:
        surface.note(f"the projects of this repository: {', '.join(ecosystem.folder for ecosystem in found)}")
    results = []
    for ecosystem in found:
        results.append(await _run_project(ecosystem, files, place, settings, command))
        for note in results[-1].notes:
            surface.note(note)
    secrets = Secrets()
    secrets.learn(file.content for file in files.values())
    result = _together(results)
    unseen = left_out([str(test["id"]) for test in result.tests], files, found)
    for note in unseen:
        surface.note(note)
    return replace(
        result,
        notes=(*odd, *result.notes, *unseen),
        trouble=secrets.redact(result.trouble),
        tests=tuple(secrets.redacted(test) for test in result.tests),
    )


async def _run_project(
    ecosystem: Ecosystem, files: Tree, place: Place, settings: Settings, command: tuple[str, ...]
) -> TestsResult:
    sandbox = await place.open(ecosystem, files, run="test")
    try:
        await sandbox.sync(files)
        limits = settings.sandbox
        runner = TestRunner(sandbox, ecosystem, command or None, timeout=limits.timeout, hang_after=limits.hang)
        run = with_files(await runner.run(), ecosystem, files)
    finally:
        await sandbox.close()
    outcome = "no verdict" if run.trouble else "failing" if run.bad else "green"
    return TestsResult(
        outcome=outcome,  # type: ignore[arg-type]
        trouble=f"{ecosystem.folder}: {run.trouble}" if run.trouble and ecosystem.folder else run.trouble,
        tests=tuple(dict(vars(result)) for result in run.results),
        seconds=round(run.seconds, 2),
        sandbox=sandbox.kind,
        ecosystem=ecosystem.name,
        command=run.command,
        notes=run.notes,
    )


def _together(results: Sequence[TestsResult]) -> TestsResult:
    """The results of several projects as one: no verdict on one is no verdict on all."""
    if len(results) == 1:
        return results[0]
    outcomes = {result.outcome for result in results}
    worst = next(word for word in ("no verdict", "failing", "green") if word in outcomes)
    return TestsResult(
        outcome=worst,
        trouble="; ".join(result.trouble for result in results if result.trouble),
        tests=tuple(test for result in results for test in result.tests),
        seconds=round(sum(result.seconds for result in results), 2),
        sandbox=results[0].sandbox,
        ecosystem=", ".join(dict.fromkeys(result.ecosystem for result in results)),
        notes=tuple(note for result in results for note in result.notes),
    )
