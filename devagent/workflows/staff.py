"""The models of a run: who speaks with which, opened when first needed, let go at the end."""

from collections.abc import Mapping

from devagent.config.settings import Settings
from devagent.journal.journal import Journal
from devagent.models.budget import Budget
from devagent.models.embedded import EmbeddedModel
from devagent.models.gateway import Gateway
from devagent.models.model import Model
from devagent.workflows.surface import Surface


class Staff:
    """Gateways for the roles of one run. Making it starts nothing."""

    def __init__(self, settings: Settings, journal: Journal, budget: Budget, surface: Surface) -> None:
        self._settings, self._surface, self._budget = settings, surface, budget
        self._model: Model = EmbeddedModel()
        self.gateways: Mapping[str, Gateway] = {"": Gateway(self._model, journal, budget)}

    async def check(self) -> None:
        """Make sure the models may and can be used."""

    def warm_up(self) -> None:
        """Begin what takes long."""
        if isinstance(self._model, EmbeddedModel):
            self._model.begin()

    async def close(self) -> None:
        """Let go of everything."""
        await self._model.close()
