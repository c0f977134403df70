"""`devagent resolve`: what can be resolved of the conflicts at hand."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.cli.grouped import grouped
from devagent.cli.questions import Questions
from devagent.cli.working import Output
from devagent.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from devagent.config.settings import Loaded
    from devagent.repo.git import Repository
    from devagent.workflows.conflicts.advice import Adviser
    from devagent.workflows.conflicts.resolution import Resolution
    from devagent.workflows.surface import Surface


@command
@grouped
def resolve(
    paths: Annotated[
        Optional[list[Path]],  # noqa: UP045  typer reads this form on every Python
        typer.Argument(metavar="PATH", help="Only these files or folders; all by default.", show_default=False),
    ] = None,
    directory: options.Directory = Path(),
    apply: Annotated[
        bool, typer.Option("--apply", help="Write what is resolved; stage the files that are so as a whole.")
    ] = False,
    go_on: Annotated[
        bool,
        typer.Option("--continue", help="Also go on with the rebase, merge or pick, while everything is resolved."),
    ] = False,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Go through the conflicts one by one, and choose.")
    ] = False,
    restore: Annotated[
        bool, typer.Option("--restore", help="Bring back the conflicts that were resolved last.")
    ] = False,
    test: Annotated[
        bool, typer.Option("--test", help="Run the tests on the result and on both sides; it may break none.")
    ] = False,
    sandbox: options.SandboxKind = None,
    project: options.Project = None,
    trust: options.Trust = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
    *,
    questions: Questions,
) -> ExitCode:
    """Propose a resolution for the merge, rebase, cherry-pick, revert or stash that stopped with conflicts.

    Nothing changes unless you say so; a file that you have edited since is never overwritten. Exits 1 if something is
    left.
    """
    from devagent.cli.context import paths_in, project_meant, repository
    from devagent.report.resolving import print_resolution
    from devagent.workflows.conflicts import writing
    from devagent.workflows.conflicts.resolve import propose, reconsidered

    if restore and (apply or go_on or interactive or test or paths):
        raise UsageError("--restore stands alone", why="it brings back all that was resolved last")
    if interactive and as_json:
        raise UsageError("--interactive asks a person", hint="Leave out --json")
    repo = repository(directory)
    if restore:
        return _restore(repo, as_json=as_json)
    flags = {"sandbox.kind": sandbox, "sandbox.project": project_meant(repo, directory, project) if test else None}
    helpers = _Helpers(repo, questions, flags, trust, test=test, quiet=quiet or as_json)
    named = paths_in(repo, directory, paths or ())

    def resolved() -> "Resolution":
        proposed = propose(repo, named)
        result = helpers.advised(proposed)
        if interactive:
            from devagent.cli.choosing import choose

            result = choose(repo, result)
        if result.files != proposed.files:
            result = reconsidered(repo, result)
        result = helpers.tried(result)
        return writing.write(repo, result) if (apply or go_on or interactive) and not result.fails else result

    result = writing.go_on(repo, resolved) if go_on else resolved()
    print_resolution(result, as_json=as_json)
    return result.exit_code


@dataclass(frozen=True)
class _Helpers:
    """What is asked about a resolution besides the engine: a model where one is named, the tests where they are wanted.

    Only then are settings read.
    """

    repo: "Repository"
    questions: Questions
    flags: dict[str, Any]
    trust: str | None
    test: bool
    quiet: bool

    def advised(self, result: "Resolution") -> "Resolution":
        """The resolution with what the model says of what is uncertain."""
        from devagent.cli.context import run_async
        from devagent.report.surface import closing

        if not self.questions.names_one:
            return result
        adviser = self._adviser
        adviser.surface = self._surface
        with closing(adviser.surface):
            advice = run_async(adviser.advised(result.files))
        notes = (*result.notes, advice.note) if advice.note else result.notes
        return replace(result, files=advice.files, notes=notes, stopped=advice.stopped)

    def tried(self, result: "Resolution") -> "Resolution":
        """The resolution with what the tests say of it."""
        from devagent.cli.context import run_async
        from devagent.report.surface import closing
        from devagent.workflows.conflicts.trying import tried

        if not self.test:
            return result
        surface = self._surface
        with closing(surface):
            return run_async(tried(self.repo, result, self._loaded.settings, surface))

    @property
    def _surface(self) -> "Surface":
        return Output(quiet=self.quiet, yes=self.questions.yes).surface()

    @cached_property
    def _adviser(self) -> "Adviser":
        """One for all stops of an operation, as the limits are the command's. Each stop has a surface of its own."""
        from devagent.workflows.surface import SilentSurface

        return self.questions.adviser(self.repo, self._loaded, SilentSurface())

    @cached_property
    def _loaded(self) -> "Loaded":
        from devagent.cli.context import settings

        return settings(self.repo, trust=self.trust, **self.questions.flags, **self.flags)


def _restore(repo: "Repository", *, as_json: bool) -> ExitCode:
    from devagent.report.output import print_change
    from devagent.workflows.conflicts.writing import restore

    print_change("undone", restore(repo), as_json=as_json)
    return ExitCode.DONE
