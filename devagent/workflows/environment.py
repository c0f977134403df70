"""The environment of a repository's tests, and the isolation they run in."""

from devagent.config.settings import Settings
from devagent.repo.git import Repository
from devagent.sandbox.choice import build, isolation_report
from devagent.workflows.checks import Check, Examination
from devagent.workflows.place import Place, build_network, files_of, taken
from devagent.workflows.surface import Surface


async def build_environment(repo: Repository, settings: Settings, surface: Surface) -> str:
    """Build the image or environment folder for each project that has none, and give their names, a line each."""
    include = settings.sandbox.include
    files = files_of(repo, taken(repo, include=include).commit, include=include)
    place = Place(settings, surface, repo.root)
    found, _ = place.ecosystems(files)
    recipes = [ecosystem.recipe(files) for ecosystem in found]
    kind, tell, network = settings.sandbox.kind, surface.note, place.network
    built = [await build(r, kind=kind, progress=tell, network=network, repository=repo.root) for r in recipes]
    return "\n".join(dict.fromkeys(built))


async def check_isolation(settings: Settings) -> Examination:
    """The isolation in force, fact by fact."""
    facts = await isolation_report(settings.sandbox.kind, build_network(settings.sandbox))
    return Examination(tuple(Check(f.name, "works" if f.holds else "absent", f.found) for f in facts))
