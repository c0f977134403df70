"""The options with which a command asks a model about conflicts that stay uncertain."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from devagent.cli import completion, options

if TYPE_CHECKING:
    from devagent.config.settings import Loaded
    from devagent.repo.git import Repository
    from devagent.workflows.conflicts.advice import Adviser
    from devagent.workflows.surface import Surface


@dataclass(frozen=True)
class Questions:
    """Which model is asked, and what that may take. None is asked that nobody named."""

    model: Annotated[
        Optional[str],  # noqa: UP045  typer reads this form on every Python
        typer.Option(
            *("--model", "-m"),
            autocompletion=completion.models,
            help="Ask this model about conflicts that stay uncertain: embedded, ollama/NAME, provider/NAME, …",
        ),
    ] = None
    base_url: options.BaseUrl = None
    max_tokens: options.MaxTokens = None
    max_cost: options.MaxCost = None
    max_seconds: options.MaxSeconds = None
    yes: options.Yes = False

    @property
    def flags(self) -> dict[str, Any]:
        """The settings among them, by dotted key; `None` was not given."""
        return {
            "model.name": self.model,
            "model.base_url": self.base_url,
            "budget.tokens": self.max_tokens,
            "budget.cost": self.max_cost,
            "budget.seconds": self.max_seconds,
        }

    @property
    def names_one(self) -> bool:
        """Whether a model is to be asked at all."""
        return self.model != "none" and bool(self.model or self.base_url)

    def adviser(self, repo: "Repository", loaded: "Loaded", surface: "Surface") -> "Adviser":
        """Who asks the model."""
        from devagent.workflows.conflicts.advice import Adviser

        # The one that was named, whatever the settings say about roles.
        model = loaded.settings.model.model_copy(update={"roles": {}})
        meant = loaded.settings.model_copy(update={"model": model})
        return Adviser(repo, meant, surface, prompts=loaded.prompts)
