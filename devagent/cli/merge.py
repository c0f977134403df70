"""`devagent merge`: the driver that git runs for files that both sides of a merge changed."""

from pathlib import Path
from typing import Annotated

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.cli.merge_branch import BRANCH, BranchOrCommand, merge_branch
from devagent.errors import ExitCode

app = typer.Typer(
    help="Merge a branch beside the checkout, or let git use the driver.",
    cls=BranchOrCommand,
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command(BRANCH, short_help="Merge a branch and propose the result; the word may be left out.")(merge_branch)


@app.command("install", short_help="Let git use devagent's merge driver in this repository.")
@command
def install(
    directory: options.Directory = Path(),
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> None:
    """Let git use devagent's merge driver in this repository: in git merge, rebase, cherry-pick, revert and stash pop.

    It resolves the conflicts that it is certain about and leaves git's own markers for the rest. It is written to git's
    configuration of this repository and to info/attributes in its git folder; no commit carries it. Without devagent,
    git merges as before. What is given to git merge -X (ours, ignore-space-change …) reaches no merge driver.
    """
    from devagent.code.language import languages
    from devagent.merge import installation
    from devagent.repo.git import find_root
    from devagent.report.merging import print_changed

    patterns = sorted({f"*{extension}" for language in languages() for extension in language.extensions})
    print_changed(installation.install(find_root(directory), patterns), as_json=as_json)


@app.command("uninstall", short_help="Let git merge here as it did before.")
@command
def uninstall(
    directory: options.Directory = Path(),
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> None:
    """Take out what `devagent merge install` wrote, and nothing else."""
    from devagent.merge import installation
    from devagent.repo.git import find_root
    from devagent.report.merging import print_changed

    print_changed(installation.uninstall(find_root(directory)), as_json=as_json)


@app.command("status", short_help="Show whether git uses devagent's merge driver here.")
@command
def status(
    directory: options.Directory = Path(),
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Show whether git uses devagent's merge driver here. Exits with 1 if it does not, or cannot."""
    from devagent.merge import installation
    from devagent.repo.git import find_root
    from devagent.report.merging import print_installation

    found = installation.status(find_root(directory))
    print_installation(found, as_json=as_json)
    return ExitCode.DONE if found.is_complete else ExitCode.NOT_RESOLVED


@app.command("explain", short_help="Show what the merge driver did to a file, and why.")
@command
def explain(
    path: Annotated[Path, typer.Argument(help="A file that the driver merged.", show_default=False)],
    directory: options.Directory = Path(),
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> None:
    """Show what the merge driver did to a file the last time: each conflict, the decision, why, and how sure."""
    from devagent.merge.records import folder_of, recalled
    from devagent.repo.git import find_root
    from devagent.report.merging import print_story

    repo = find_root(directory)
    print_story(recalled(folder_of(repo.common_dir), repo.root, directory / path), as_json=as_json)
