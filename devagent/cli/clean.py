"""`devagent clean`: what devagent left on this machine, with sizes, and removing it."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from devagent.cli import options
from devagent.cli.asking import says_yes
from devagent.cli.boundary import command
from devagent.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from devagent.repo.git import Repository
    from devagent.workflows.clean import Thing, Wish

_UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


@command
def clean(
    kinds: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(
            metavar="KIND",
            help="runs, refs, index, containers, images, environments, models, temporary; all but models by default.",
        ),
    ] = None,
    directory: options.Directory = Path(),
    older_than: Annotated[
        str,
        typer.Option("--older-than", metavar="AGE", help="Only what was not of use for so long: 30m, 12h, 7d, 2w."),
    ] = "",
    proposals: Annotated[
        bool, typer.Option("--proposals", help="Also verified proposals that are not applied; each is named.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only show what would be removed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Remove without asking.")] = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Show what devagent has left in this repository and on this machine, and remove it when you say so.

    What a living run uses stays, and so does everything that devagent did not make.
    """
    from devagent.cli.context import repository_or_none, run_async
    from devagent.report.cleaning import print_found, print_json, print_removed
    from devagent.workflows.clean import CleanResult, remove, survey

    wish = _wish(kinds or [], older_than, proposals=proposals)
    found, notes = run_async(survey(_repository(directory, wish, repository_or_none(directory)), wish))
    result = CleanResult(tuple(it.thing for it in found), notes=tuple(notes))
    if not as_json:
        print_found(result.things, notes)
    going = [thing for thing in result.things if not thing.kept]
    if going and not dry_run:
        if not yes and not _agreed(going):
            return ExitCode.NOT_RESOLVED
        removed, troubles = run_async(remove(found))
        result = CleanResult(result.things, tuple(removed), (*notes, *troubles))
        for trouble in troubles:
            print(f"devagent: {trouble}", file=sys.stderr)
        if not as_json:
            print_removed(result)
    if as_json:
        print_json(result)
    return ExitCode.DONE


def _wish(kinds: list[str], older_than: str, *, proposals: bool) -> "Wish":
    from devagent.workflows.clean import KINDS, Wish

    if wrong := [kind for kind in kinds if kind not in KINDS]:
        raise UsageError(f"there is nothing called {wrong[0]} to clean", hint=f"There are: {', '.join(KINDS)}")
    return Wish(tuple(kind for kind in KINDS if kind in kinds), _seconds(older_than), proposals)


def _seconds(age: str) -> float:
    if not age:
        return 0.0
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([mhdw])", age.strip())
    if match is None:
        raise UsageError(f"--older-than {age}", why="that is no age", hint="It is written like 30m, 12h, 7d or 2w")
    return float(match[1]) * _UNITS[match[2]]


def _repository(directory: Path, wish: "Wish", found: "Repository | None") -> "Repository | None":
    """The repository, with what was left half-done finished; it has to be there where a kind that needs it is named."""
    from devagent.cli.context import repository
    from devagent.workflows.clean import OF_A_REPOSITORY

    wanted = set(OF_A_REPOSITORY) & set(wish.kinds)
    return repository(directory) if found is not None or wanted else None


def _agreed(going: "list[Thing]") -> bool:
    """Whether the user says yes; without a terminal nobody is asked."""
    if not sys.stdin.isatty():
        raise UsageError("nothing was removed: nobody is here to ask", hint="Say so with --yes, or look with --dry-run")
    lost = [thing.name for thing in going if "verified proposal" in thing.about]
    named = f" That includes {', '.join(lost)}, verified and not applied." if lost else ""
    if says_yes(f"Remove {'it' if len(going) == 1 else 'them'} for good?{named}"):
        return True
    print("nothing was removed")
    return False
