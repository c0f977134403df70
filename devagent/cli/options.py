"""Options that several commands share, each defined once."""

from pathlib import Path
from typing import Annotated, Any, Literal, Optional

import typer

from devagent.cli import completion
from devagent.errors import UsageError


def _one_of(flag: str, *names: str, help: str) -> Any:  # noqa: A002  as Typer calls it
    """An option that takes one of these words. Typer's own way says "Value error" where it means the user's."""

    def parse(value: str) -> str:
        if value not in names:
            raise typer.BadParameter(f"{value!r} is not one of {', '.join(names)}.")
        return value

    return typer.Option(flag, parser=parse, metavar=f"<{'|'.join(names)}>", autocompletion=lambda: names, help=help)


def _a_command(words: list[str] | None) -> list[str] | None:
    if words and len(words) == 1 and " " in words[0].strip():
        raise UsageError(
            f"{words[0]!r} is no test command",
            why="that is written without quotes, as in -- pytest -q",
            hint='A task in words: devagent run "TASK"',
        )
    return words


TestCommand = Annotated[
    Optional[list[str]],  # noqa: UP045  typer reads this form on every Python
    typer.Argument(
        metavar="[-- TEST COMMAND]", help="How to run the tests, when the default is not right.", callback=_a_command
    ),
]
Directory = Annotated[
    Path, typer.Option("--directory", "-C", help="Work in the repository at this path.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
Events = Annotated[bool, typer.Option("--events", help="Print every event as a line of JSON on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Details of errors.")]
Model = Annotated[
    Optional[str],  # noqa: UP045  typer reads this form on every Python
    typer.Option(
        *("--model", "-m"),
        autocompletion=completion.models,
        help="Model: embedded, none, ollama/NAME, provider/NAME, or NAME with --base-url.",
    ),
]
NoModel = Annotated[
    bool,
    typer.Option("--no-model", help="Ask no model: what search and the program find by themselves."),
]
RoleModel = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--role-model",
        autocompletion=completion.role_models,
        help="Another model for one role: ROLE=MODEL. May be repeated.",
    ),
]
BaseUrl = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--base-url", help="An OpenAI-compatible server, for example http://127.0.0.1:8000/v1."),
]
Strategy = Annotated[
    Optional[Literal["auto", "chain", "lite"]],  # noqa: UP045
    _one_of(
        "--strategy", "auto", "chain", "lite", help="How candidates are made: the team (chain) or one agent (lite)."
    ),
]
Chain = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--chain", metavar="NAME", autocompletion=completion.chains, help="The team's chain: a file of prompts/chains."
    ),
]
MaxTokens = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option("--max-tokens", min=0, help="Most tokens, prompts and answers together; 0 for no limit."),
]
MaxCost = Annotated[
    Optional[float],  # noqa: UP045
    typer.Option("--max-cost", min=0, help="Most US dollars; 0 for no limit."),
]
Seed = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option("--seed", min=0, max=1000, help="Another number draws other samples from the model."),
]
MaxSeconds = Annotated[
    Optional[float],  # noqa: UP045
    typer.Option("--max-seconds", min=0, help="Most seconds; 0 for no limit."),
]
SandboxKind = Annotated[
    Optional[Literal["auto", "docker", "process"]],  # noqa: UP045
    _one_of("--sandbox", "auto", "docker", "process", help="Isolation: Docker, Linux namespaces, or whichever works."),
]
Project = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--project", help="Folder of the project to test; by default the one you stand in.", metavar="FOLDER"),
]
Base = Annotated[
    Literal["worktree", "index", "HEAD"],
    _one_of("--base", "worktree", "index", "HEAD", help="What to start from; worktree includes uncommitted work."),
]
Only = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--only", help="Change nothing but this file or folder. May be repeated."),
]
Read = Annotated[
    Optional[list[Path]],  # noqa: UP045
    typer.Option("--read", help="A file the team should read first. May be repeated."),
]
AllowTestChanges = Annotated[
    bool, typer.Option("--allow-test-changes", help="Accept candidates that change tests or their configuration.")
]
Ask = Annotated[bool, typer.Option("--ask", help="Let the team ask you what the repository does not answer.")]
Trust = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--trust",
        metavar="SHA256",
        help="Let what the repository brings in .devagent count, if this is its hash (see devagent trust).",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Agree to the model's download and to using a provider's key.")]
RunId = Annotated[
    Optional[str],  # noqa: UP045
    typer.Argument(
        metavar="[RUN]",
        autocompletion=completion.runs,
        help="A run, or the beginning of its name; the latest by default.",
    ),
]
