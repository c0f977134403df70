"""The repository's tests in the sandbox, once: what `devagent test` does."""

from devagent.config.settings import Settings
from devagent.repo.git import Repository
from devagent.repo.snapshot import Base
from devagent.sandbox.runner import TestRunner
from devagent.workflows.place import Place, files_of
from devagent.workflows.results import TestsResult
from devagent.workflows.surface import Surface


async def run_tests(
    repo: Repository, settings: Settings, surface: Surface, *, base: Base = "worktree", command: tuple[str, ...] = ()
) -> TestsResult:
    """Run all tests and tell each. Raises `CannotRun` where there is no sandbox or no known way to run them."""
    from devagent.repo.snapshot import snapshot

    taken = snapshot(repo, base)
    for note in taken.skipped:
        surface.note(note)
    files = files_of(repo, taken.commit, surface)
    place = Place(settings, surface)
    ecosystem, command = place.ecosystem(files, command)
    sandbox = await place.open(ecosystem, files, run="test")
    try:
        await sandbox.sync(files)
        limits = settings.sandbox
        runner = TestRunner(sandbox, ecosystem, command or None, timeout=limits.timeout, hang_after=limits.hang)
        run = await runner.run()
    finally:
        await sandbox.close()
    outcome = "no verdict" if run.trouble else "failing" if run.bad else "green"
    return TestsResult(
        outcome=outcome,  # type: ignore[arg-type]
        trouble=run.trouble,
        tests=tuple(dict(vars(r)) for r in run.results),
        seconds=round(run.seconds, 2),
        sandbox=sandbox.kind,
        ecosystem=ecosystem.name,
        command=run.command,
    )
