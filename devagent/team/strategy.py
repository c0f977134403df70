"""How candidates are produced: the seam, and the strategies there are."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from devagent.team.room import Room
    from devagent.team.workbench import Attempt


class Strategy(Protocol):
    """A way to produce candidates."""

    @property
    def name(self) -> str:
        """What `--strategy` calls it."""
        ...

    def attempts(self, room: "Room") -> AsyncGenerator["Attempt", None]:
        """Attempts that were tried at the room's workbench, as they come.

        The caller stops at the first good one. Raises `OutOfBudget` when the budget ends the work.
        """
        ...


def strategy_named(name: str, chain: str) -> Strategy:
    """The strategy of this name; `auto` is the chain."""
    from devagent.team.chain_strategy import ChainStrategy
    from devagent.team.lite import LiteStrategy

    return LiteStrategy() if name == "lite" else ChainStrategy(chain)
