"""The environment of a repository's tests, and the isolation they run in."""

from devagent.config.settings import Settings
from devagent.repo.git import Repository
from devagent.sandbox.choice import build, isolation_report
from devagent.workflows.checks import Check, Examination
from devagent.workflows.place import Place, files_of
from devagent.workflows.surface import Surface


async def build_environment(repo: Repository, settings: Settings, surface: Surface) -> str:
    """Build the image or environment folder if there is none for these manifests, and give its name."""
    from devagent.repo.snapshot import snapshot

    files = files_of(repo, snapshot(repo).commit)
    ecosystem, _ = Place(settings, surface).ecosystem(files)
    return await build(ecosystem.recipe(files), kind=settings.sandbox.kind, progress=surface.note)


async def check_isolation(settings: Settings) -> Examination:
    """The isolation in force, fact by fact."""
    facts = await isolation_report(settings.sandbox.kind)
    return Examination(tuple(Check(f.name, "works" if f.holds else "absent", f.found) for f in facts))
