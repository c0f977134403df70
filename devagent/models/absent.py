"""No model: what stands in a model's place where the user wants none, or where none is here."""

from typing import NoReturn

from devagent.errors import ModelError
from devagent.models.model import ModelCard, ModelReply, ModelRequest

NONE = "none"
"""What `--model` calls it."""

CARD = ModelCard(NONE, size="small", window=0, price_in=0.0, price_out=0.0)
"""Of the small class: the program does what it can by itself."""


class NoModel:
    """Answers nothing. Whoever asks it all the same learns that this step cannot do without a model."""

    @property
    def card(self) -> ModelCard:
        """The facts about nobody."""
        return CARD

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Raises `ModelError`."""
        del request
        refuse("this step")

    async def close(self) -> None:
        """Nothing to let go of."""


def refuse(what: str) -> NoReturn:
    """Raises `ModelError`: `what` cannot be done without a model."""
    raise ModelError(
        f"{what} needs a model, and there is none",
        hint="Leave out --no-model, or name one with --model; `devagent fix --no-model` needs failing tests alone",
    )
