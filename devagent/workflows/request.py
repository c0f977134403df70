"""What the user asked of a run. It is the first thing in the journal, so that `resume` needs nothing else."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from devagent.config.settings import Settings
from devagent.errors import UsageError
from devagent.journal.secrets import is_masked
from devagent.repo.snapshot import Base


@dataclass(frozen=True)
class Revision:
    """What a run that revises another one starts from.

    `run` is the one that is revised, `feedback` what the user says of it. `base` is the snapshot to change and `ground`
    a commit on top of it with the earlier proposal: the base itself where there was none. `own_tests` are the paths in
    it that devagent's tester wrote, `earlier` what the user had said before, and `material` what the team should read.
    """

    run: str
    feedback: str
    base: str
    ground: str
    own_tests: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    material: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Revision":
        """The revision that `dataclasses.asdict` made this of."""
        return cls(**{**data, "own_tests": tuple(data["own_tests"]), "earlier": tuple(data["earlier"])})


@dataclass(frozen=True)
class Request:
    """A run as it was asked for.

    The text of an "ask" is a question. `command` is the user's own test command; `context` the text of files given with
    `--read`. `interactive` lets the user choose where the proposal is ambiguous, `add_test` makes a test of the call
    that tells it from the other repairs. A run that `revises` another one takes its snapshot from there, and not from
    `base`. `prompts` are the prompt files that a trusted repository brought when the run began, by path below
    `prompts/`: whatever becomes of them later, these are used.
    """

    kind: Literal["fix", "run", "ask"]
    text: str = ""
    command: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    context: str = ""
    base: Base = "worktree"
    ask: bool = False
    allow_test_changes: bool = False
    interactive: bool = False
    add_test: bool = False
    revises: Revision | None = None
    prompts: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The request as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Request":
        """The request that `to_json` gave. Raises `UsageError` for that of a run that is none of the team's."""
        if data["kind"] in ("resolve", "merge"):
            what = "resolved conflicts" if data["kind"] == "resolve" else "merged a branch"
            hint = f"Start anew: devagent {data['kind']}"
            raise UsageError(f"this run {what}: the team has no part in it", hint=hint)
        _check_whole(data["command"])
        revises = data.get("revises")
        lists = {"command": tuple(data["command"]), "only": tuple(data["only"])}
        return cls(**{**data, **lists, "revises": Revision.from_json(revises) if revises else None})


def _check_whole(data: Any) -> None:
    if is_masked(str(data)):
        raise UsageError(
            "the run was begun with a secret in its settings or its test command, which its journal does not keep",
            hint="Start a new run; a key belongs in a variable (model.key_variable)",
        )


def settings_to_json(settings: Settings) -> dict[str, Any]:
    """Settings as plain data."""
    return settings.model_dump(mode="json")


def settings_from_json(data: Mapping[str, Any]) -> Settings:
    """The settings that `settings_to_json` gave.

    Raises `UsageError` for those of a devagent that knew others, or with a secret in them that no journal keeps.
    """
    from pydantic import ValidationError

    _check_whole(data)
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        key = ".".join(map(str, error.errors()[0]["loc"]))
        raise UsageError(
            f"the run was made with a setting that this devagent does not know: {key}", hint="Start a new run"
        ) from None
