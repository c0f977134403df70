"""`devagent merge BRANCH` and `devagent merge --check`: a merge beside the checkout."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.cli.grouped import grouped
from devagent.cli.questions import Questions
from devagent.errors import ExitCode, UsageError

BRANCH = "branch"


class BranchOrCommand(TyperGroup):
    """The commands of `devagent merge`, where any other first word is a branch: the word `branch` may be left out."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `branch` where it was left out."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [BRANCH, *args]
        return super().parse_args(ctx, args)


@command
@grouped
def merge_branch(
    branches: Annotated[
        list[str],
        typer.Argument(
            metavar="BRANCH", help="What to merge into HEAD; with --check also two: A B.", show_default=False
        ),
    ],
    directory: options.Directory = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Only tell what conflicts, in text or meaning; exits with 1 then.")
    ] = False,
    no_tests: Annotated[
        bool, typer.Option("--no-tests", help="Do not run the tests: the proposal is unverified.")
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
    """Merge a branch beside the checkout, resolve its conflicts, test the result, and propose it.

    The tests run on both sides as well: the merge may break none that passes there. `devagent apply --commit` makes the
    merge commit. The word `branch` may be left out.
    """
    from devagent.cli.context import project_meant, repository, run_async, settings
    from devagent.cli.working import Output
    from devagent.report.merged import print_merge
    from devagent.report.surface import closing
    from devagent.workflows.conflicts import merging

    if len(branches) > (2 if check else 1):
        raise UsageError(f"{len(branches)} branches are too many", hint="Merge them one after the other")
    if check and questions.names_one:
        raise UsageError("--check asks no model", hint="Leave out --model, or --check")
    repo = repository(directory)
    if check:
        result = merging.check(repo, *(["HEAD"] if len(branches) == 1 else []), *branches)
        print_merge(result, as_json=as_json, checked=True)
        return result.exit_code
    meant = project_meant(repo, directory, project)
    place = {"sandbox.kind": sandbox, "sandbox.project": meant}
    loaded = settings(repo, trust=trust, **questions.flags, **place)
    surface = Output(quiet=quiet or as_json, yes=questions.yes).surface()
    with closing(surface):
        adviser = questions.adviser(repo, loaded, surface) if questions.names_one else None
        merged = merging.merge(repo, loaded.settings, surface, branches[0], tests=not no_tests, adviser=adviser)
        result = run_async(merged)
    print_merge(result, as_json=as_json, checked=False)
    return result.exit_code
