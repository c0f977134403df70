"""`devagent trust`: let the settings and prompts count that a repository brings, after they were read."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from devagent.cli import options
from devagent.cli.asking import says_yes
from devagent.cli.boundary import command
from devagent.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from devagent.workflows.trust import Look


@command
def trust(
    digest: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="[SHA256]", help="Trust the files without being asked, if this is their hash."),
    ] = None,
    directory: options.Directory = Path(),
    listed: Annotated[bool, typer.Option("--list", help="List what is trusted, of every repository.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Trust nothing of this repository any more.")] = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Show the settings and prompts that this repository brings in .devagent, and let them count from now on.

    They count as they are now: after any change they have to be trusted again, and what changed is shown. Never can
    they set models, keys, the sandbox's isolation, or the tools of a role. In CI, name their hash: devagent fix --trust
    SHA256, or the variable DEVAGENT_TRUST.
    """
    if listed + revoke + (digest is not None) > 1:
        raise UsageError("--list, --revoke and a hash are three different things", hint="Give one of them")
    from devagent.report.trusting import print_look, print_records, print_revoked, print_trusted
    from devagent.workflows import trust as word

    if listed:
        print_records(word.all_recorded(), as_json=as_json)
        return ExitCode.DONE
    from devagent.repo.git import find_root

    repo = find_root(directory)
    if revoke:
        print_revoked(word.revoke(repo), as_json=as_json)
        return ExitCode.DONE
    seen = word.look(repo)
    if digest is not None:
        word.check_hash(seen.brought, digest)
    else:
        print_look(seen, as_json=as_json)
        if as_json or seen.standing in ("nothing", "trusted"):
            return ExitCode.DONE
        if not _agreed(seen):
            print("not trusted")
            return ExitCode.NOT_RESOLVED
    word.record(repo, seen.brought)
    print_trusted(replace(seen, standing="trusted"), as_json=as_json)
    return ExitCode.DONE


def _agreed(seen: "Look") -> bool:
    if not sys.stdin.isatty():
        raise UsageError(
            "nobody is here to be asked", hint=f"When you have read the files: devagent trust {seen.brought.hash}"
        )
    return says_yes("Trust this?")
