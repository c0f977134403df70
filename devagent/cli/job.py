"""What the commands have in common that let the team work: `fix` and `run` begin, `revise` begins from a proposal."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devagent.cli import options
from devagent.cli.working import Output, finish
from devagent.errors import ExitCode


@dataclass(frozen=True)
class Means:
    """Where the team works, with which models, and within which bounds."""

    directory: options.Directory = Path()
    model: options.Model = None
    role_model: options.RoleModel = None
    base_url: options.BaseUrl = None
    seed: options.Seed = None
    strategy: options.Strategy = None
    chain: options.Chain = None
    max_tokens: options.MaxTokens = None
    max_cost: options.MaxCost = None
    max_seconds: options.MaxSeconds = None
    sandbox: options.SandboxKind = None
    read: options.Read = None
    ask: options.Ask = False
    allow_test_changes: options.AllowTestChanges = False

    @property
    def flags(self) -> dict[str, Any]:
        """The settings among them, by dotted key; `None` was not given."""
        from devagent.cli.context import role_models

        return {
            "model.name": self.model,
            "model.base_url": self.base_url,
            **role_models(self.role_model),
            "model.seed": self.seed,
            "team.strategy": self.strategy,
            "team.chain": self.chain,
            "budget.tokens": self.max_tokens,
            "budget.cost": self.max_cost,
            "budget.seconds": self.max_seconds,
            "sandbox.kind": self.sandbox,
        }


@dataclass(frozen=True)
class Job(Means):
    """A task for the team: what to start from, and what it may change."""

    project: options.Project = None
    base: options.Base = "worktree"
    only: options.Only = None
    trust: options.Trust = None

    def begin(self, output: Output, **task: Any) -> ExitCode:
        """Do it in a new run, and show the result; `task` is what the request says beside these options."""
        from devagent.cli.context import project_meant, repository, settings
        from devagent.cli.reading import texts_of
        from devagent.workflows.request import Request
        from devagent.workflows.work import start

        repo = repository(self.directory)
        place = {"sandbox.project": project_meant(repo, self.directory, self.project)}
        loaded = settings(repo, trust=self.trust, **self.flags, **place)
        request = Request(
            **task,
            only=tuple(self.only or ()),
            context=texts_of(self.read),
            base=self.base,
            ask=self.ask,
            allow_test_changes=self.allow_test_changes,
            prompts=loaded.prompts,
        )
        surface = output.surface()
        return finish(start(repo, request, loaded.settings, surface), output, surface)
