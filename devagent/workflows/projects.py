"""Which of a repository's projects a run is about: the one in which named paths lie, or whose tests fail."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from devagent.code.frames import frames
from devagent.errors import SandboxError, UsageError
from devagent.repo.paths import parents
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.manifests import enclosing, projects
from devagent.sandbox.results import TestRun
from devagent.sandbox.sandbox import Tree
from devagent.team.workbench import Workbench
from devagent.workflows.surface import Surface

_PATH = re.compile(r"(?:[\w@+.-]+/)+[\w@+.-]*|[\w@+-]+\.\w+")
_MOST_NAMED = 8


def paths_in(text: str, files: Collection[str]) -> tuple[str, ...]:
    """The files and folders of a repository that a text names, as paths from its top or in a traceback."""
    words = [word.rstrip("/.") for word in _PATH.findall(text)]
    known = {*files, *(folder for path in files for folder in parents(path))} if words else set()
    named = [word for word in words if word in known]
    return tuple(dict.fromkeys([*named, *(frame.path for frame in frames(text, files))]))


async def failing_one(benches: Sequence[Workbench], surface: Surface) -> tuple[Workbench, TestRun]:
    """Run the tests of several projects; gives the one in which some fail, with what its tests show.

    Where none fails, it is the first with what all of them show. Only the sandbox of a project with failing tests stays
    open. Raises `UsageError` where the tests of several fail.
    """
    surface.note(f"the projects of this repository: {_named(_folder(bench) for bench in benches)}")
    runs = [await _baseline(bench) for bench in benches]
    failing = [(bench, run) for bench, run in zip(benches, runs, strict=True) if run.counts and run.bad]
    if len(failing) > 1:
        folders = [_folder(bench) for bench, _ in failing]
        raise UsageError(
            f"tests fail in {len(failing)} of {len(benches)} projects: {_named(folders)}",
            hint=f"Have one mended at a time: --project {folders[0]}",
        )
    if not failing:
        return benches[0], _together(benches, runs)
    for bench, run in zip(benches, runs, strict=True):
        if run.trouble:
            surface.note(f"the tests of {_folder(bench)} could not be judged: {run.trouble}")
    return failing[0]


def left_out(ids: Iterable[str], files: Tree, found: Sequence[Ecosystem]) -> list[str]:
    """One line on projects of a repository that the tests with these ids say nothing about."""
    if any(ecosystem.folder for ecosystem in found):
        return []
    seen = list(ids)
    unseen = [p for p in projects(files) if p.folder and not any(id_.startswith(f"{p.folder}/") for id_ in seen)]
    if not unseen or not seen:
        return []
    return [f"not among these tests: {_named(map(str, unseen))}; devagent test --project {unseen[0].folder}"]


def beyond(paths: Iterable[str], baseline: TestRun, files: Tree) -> list[str]:
    """A line on each project that changed `paths` lie in, and none of the tests in `baseline`."""
    known = projects(files)
    homes = dict.fromkeys(home.folder for path in paths if (home := enclosing(path, known)))
    untested = [home for home in homes if not any(r.id.startswith(f"{home}/") for r in baseline.results)]
    return [f"{home} changes too, and its tests were not run: devagent test --project {home}" for home in untested]


async def _baseline(bench: Workbench) -> TestRun:
    folder = _folder(bench)
    try:
        run = await bench.run_tests(f"baseline/{folder}", {}, None)
    except SandboxError as error:
        error.what = f"{folder}: {error.what}"
        raise
    if not run.bad:
        await bench.close()
    return run


def _together(benches: Sequence[Workbench], runs: Sequence[TestRun]) -> TestRun:
    """The runs of several projects as one: no verdict on one is no verdict on all."""
    troubles = [f"{_folder(bench)}: {run.trouble}" for bench, run in zip(benches, runs, strict=True) if run.trouble]
    return replace(
        runs[0],
        results=tuple(result for run in runs for result in run.results),
        seconds=sum(run.seconds for run in runs),
        trouble="; ".join(troubles),
        notes=tuple(dict.fromkeys(note for run in runs for note in run.notes)),
    )


def _folder(bench: Workbench) -> str:
    return bench.ecosystem.folder


def _named(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:_MOST_NAMED]) + (", …" if len(listed) > _MOST_NAMED else "")
