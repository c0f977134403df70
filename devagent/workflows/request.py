"""What the user asked of a run. It is the first thing in the journal, so that `resume` needs nothing else."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from devagent.config.settings import Settings
from devagent.repo.snapshot import Base


@dataclass(frozen=True)
class Request:
    """A run as it was asked for.

    `command` is the user's own test command; `context` the text of files given with `--read`.
    """

    kind: Literal["fix", "run"]
    text: str = ""
    command: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    context: str = ""
    base: Base = "worktree"
    ask: bool = False
    allow_test_changes: bool = False

    def to_json(self) -> dict[str, Any]:
        """The request as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Request":
        """The request that `to_json` gave."""
        return cls(**{**data, "command": tuple(data["command"]), "only": tuple(data["only"])})


def settings_to_json(settings: Settings) -> dict[str, Any]:
    """Settings as plain data."""
    return settings.model_dump(mode="json")


def settings_from_json(data: Mapping[str, Any]) -> Settings:
    """The settings that `settings_to_json` gave."""
    return Settings.model_validate(data)
