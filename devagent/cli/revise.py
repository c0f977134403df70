"""`devagent revise`: a proposal goes back to the team with what the user says."""

import sys
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from devagent.cli.boundary import command
from devagent.cli.grouped import grouped
from devagent.cli.job import Means
from devagent.cli.working import Output, finish
from devagent.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from devagent.proposal.store import Run
    from devagent.repo.git import Repository


@command
@grouped
def revise(
    first: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="RUN", help="A run, or the beginning of its name; may be left out for the latest."),
    ] = None,
    second: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="FEEDBACK", help="What should be different, in quotes; - reads it from stdin."),
    ] = None,
    *,
    means: Means,
    output: Output,
) -> ExitCode:
    """Give a proposal back to the team with what you say: a new run, with the settings of the old one.

    It starts from the old proposal and passes the same gates. Examples like `>>> add(2, 3)` and, below, `5` become a
    test.
    """
    from dataclasses import replace

    from devagent.cli.context import repository
    from devagent.cli.reading import texts_of
    from devagent.config.settings import with_flags
    from devagent.team.prompts import Library
    from devagent.workflows.named import check_names
    from devagent.workflows.revise import revising
    from devagent.workflows.work import start

    repo = repository(means.directory)
    found, feedback = _meant(repo, first, second)
    revised = revising(repo, found, feedback)
    settings, asked = with_flags(revised.settings, means.flags), revised.request
    check_names(settings, Library(asked.prompts))
    request = replace(
        asked,
        context="\n\n".join(filter(None, [asked.context, texts_of(means.read)])),
        ask=asked.ask or means.ask,
        allow_test_changes=asked.allow_test_changes or means.allow_test_changes,
    )
    surface = output.surface()
    for note in revised.notes:
        surface.note(note)
    return finish(start(repo, request, settings, surface), output, surface)


def _meant(repo: "Repository", first: str | None, second: str | None) -> "tuple[Run, str]":
    """The run and the feedback. One word alone that names a run is no feedback: somebody forgot to say it."""
    from devagent.proposal.store import find_run, list_runs

    if first is None:
        raise UsageError("nothing was said", hint='Write devagent revise "FEEDBACK", or devagent revise RUN "FEEDBACK"')
    named, said = (None, first) if second is None else (first, second)
    if named is None and any(said == run.id or said == run.id.partition("-")[2] for run in list_runs(repo)):
        raise UsageError("nothing was said about it", hint=f'devagent revise {said} "FEEDBACK"')
    feedback = (sys.stdin.read() if said == "-" else said).strip()
    if not feedback:
        raise UsageError("the feedback is empty", hint="Say what should be different, in quotes or on stdin with -")
    return find_run(repo, named), feedback
