"""The models of a run: who speaks with which, opened when first needed, let go at the end."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass

from devagent.config.settings import ModelSettings, Settings
from devagent.journal.journal import Journal
from devagent.models.absent import NONE
from devagent.models.budget import Budget
from devagent.models.gateway import Gateway
from devagent.models.model import Model, ModelCard, ModelReply, ModelRequest
from devagent.models.select import ModelChoice, check_key, open_model, resolve, settle_consent, settle_download
from devagent.models.store import EMBEDDED, PullProgress, find, pull
from devagent.workflows.ahead import import_ahead
from devagent.workflows.surface import Surface

PROGRESS_STEP = 0.05
"""Share of a download after which it is told again."""


class Staff:
    """Gateways for the roles of one run. Making it starts nothing and asks nothing."""

    def __init__(self, settings: Settings, journal: Journal, budget: Budget, surface: Surface) -> None:
        self._settings, self._surface, self._budget = settings.model, surface, budget
        self._choices = models_meant(settings.model)
        self._models = {role: LazyModel(choice) for role, choice in self._choices.items()}
        for choice in self._choices.values():
            journal.secrets.know_key(os.environ.get(choice.key_variable, ""))
        self.gateways: Mapping[str, Gateway] = {
            role: Gateway(model, journal, budget, seed=settings.model.seed) for role, model in self._models.items()
        }

    def get_ready(self) -> None:
        """Import, on a thread, what the models need.

        Raises `ModelError` for a missing key, `UsageError` for a money limit on a model of unknown price.
        """
        for choice in self._choices.values():
            self._budget.check_price(choice.card)
            check_key(choice, os.environ)
        import_ahead({choice.kind for choice in self._choices.values()})

    async def check(self) -> None:
        """Make sure that the models may be used and are there; downloads the embedded one where that was agreed to.

        Raises `CannotRun` without the user's word.
        """
        for choice in self._choices.values():
            await allow(choice, self._settings, self._surface)

    def warm_up(self) -> None:
        """Begin what takes long: loading the embedded model, importing LiteLLM."""
        for model in self._models.values():
            model.begin()

    async def close(self, *, interrupted: bool = False) -> None:
        """Let go of everything. After Ctrl-C a server that this run started, and nobody else uses, is stopped."""
        for model in self._models.values():
            await model.end(stop=interrupted)


async def allow(choice: ModelChoice, settings: ModelSettings, surface: Surface) -> None:
    """Get the user's word for a model, and its weights for the embedded one."""
    consent = _Asker(surface)
    if choice.kind == "embedded":
        if find() is None:
            settle_download(EMBEDDED.size, allowed=settings.download, consent=consent)
            await _download(surface)
        return
    settle_consent(choice, allowed=settings.allow, environ=os.environ, consent=consent)


@dataclass(frozen=True)
class _Asker:
    surface: Surface

    def ask(self, question: str) -> bool | None:
        """Whether the user says yes; `None` when there is nobody to ask."""
        return self.surface.agrees(question)


async def _download(surface: Surface) -> None:
    told = -1.0

    def report(progress: PullProgress) -> None:
        nonlocal told
        share = progress.done / max(progress.total, 1)
        if share - told >= PROGRESS_STEP or share == 1:
            told = share
            surface.note(f"{progress.doing}: {progress.done / 1e6:,.0f} of {progress.total / 1e6:,.0f} MB")

    surface.note(f"downloading {EMBEDDED.name} ({EMBEDDED.size / 1e9:.1f} GB, {EMBEDDED.licence}), once")
    await pull(report)


def models_meant(settings: ModelSettings) -> dict[str, ModelChoice]:
    """The model of each role that has one of its own, and under "" everybody else's. Raises `UsageError`."""
    chosen = {"": resolve(settings.name, settings.base_url, settings.key_variable)}
    return chosen | {role: resolve(name) for role, name in settings.roles.items()}


WITHOUT_MODEL = "model.absent"
"""The event of a run that goes on without a model, because the one it was to have is not here."""


def goes_without(settings: Settings) -> bool:
    """Whether the settings leave the model to us, and the team to a chain, which can do some things without one."""
    model = settings.model
    return not (model.name or model.base_url or model.roles) and settings.team.strategy != "lite"


def without_model(settings: Settings) -> Settings:
    """The same settings with no model."""
    return settings.model_copy(update={"model": settings.model.model_copy(update={"name": NONE})})


class LazyModel:
    """A chosen model that is opened at its first use, or by `begin`."""

    def __init__(self, choice: ModelChoice) -> None:
        self._choice = choice
        self._opening: asyncio.Task[Model] | None = None

    @property
    def card(self) -> ModelCard:
        """The facts about the model."""
        return self._choice.card

    def begin(self) -> None:
        """Start opening it in the background."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())

    async def complete(self, request: ModelRequest) -> ModelReply:
        """One completion."""
        self.begin()
        assert self._opening is not None
        return await (await asyncio.shield(self._opening)).complete(request)

    async def close(self) -> None:
        """Let go of it."""
        await self.end(stop=False)

    async def end(self, *, stop: bool) -> None:
        """Let go of it; `stop` also ends what only this run was using."""
        opening, self._opening = self._opening, None
        if opening is None:
            return
        if not opening.done():
            opening.cancel()
        (model,) = await asyncio.gather(opening, return_exceptions=True)
        if isinstance(model, BaseException):
            return
        from devagent.models.embedded import EmbeddedModel

        if stop and isinstance(model, EmbeddedModel):
            await model.stop()
        else:
            await model.close()

    async def _open(self) -> Model:
        from devagent.models.embedded import EmbeddedModel
        from devagent.models.litellm_model import LiteLLMModel

        model = await open_model(self._choice, os.environ)
        if isinstance(model, EmbeddedModel):
            model.begin()
        elif isinstance(model, LiteLLMModel):
            model.warm_up()
        return model
