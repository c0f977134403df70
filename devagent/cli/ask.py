"""`devagent ask`: a question about the repository."""

from pathlib import Path
from typing import Annotated

import typer

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode, UsageError


@command
def ask(
    question: Annotated[list[str], typer.Argument(metavar="QUESTION", help="What you want to know.")],
    directory: options.Directory = Path(),
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    max_tokens: options.MaxTokens = None,
    max_cost: options.MaxCost = None,
    max_seconds: options.MaxSeconds = None,
    base: options.Base = "worktree",
    trust: options.Trust = None,
    yes: options.Yes = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Answer a question about the repository, with file, line and the line itself for every claim.

    The program looks each line up: a claim whose quoted line is not there is dropped. Where no model answers, the
    places to look at are shown. Question and answer are kept as a run: see devagent show. Exits 1 without an answer, 4
    if a limit was reached.
    """
    from devagent.cli.context import repository, run_async, settings
    from devagent.cli.working import Output
    from devagent.report.places import print_answer
    from devagent.report.surface import closing
    from devagent.workflows.ask import ask as answered
    from devagent.workflows.request import Request

    text = " ".join(question)
    if not text.strip():
        raise UsageError("there is no question")
    repo = repository(directory)
    flags = {"model__name": model, "model__base_url": base_url}
    limits = {"budget__tokens": max_tokens, "budget__cost": max_cost, "budget__seconds": max_seconds}
    loaded = settings(repo, trust=trust, **flags, **limits)
    surface = Output(quiet=quiet or as_json, yes=yes).surface()
    request = Request("ask", text, base=base, prompts=loaded.prompts)
    with closing(surface):
        answer = run_async(answered(repo, request, loaded.settings, surface))
    print_answer(answer, as_json=as_json)
    return answer.exit_code
