"""What the index of the repository knows of functions and of the whole, asked once and kept in the journal.

The index moves on with the checkout; a run that is resumed or replayed has to see what it saw before.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from devagent.code.context.neighbours import Named, Neighbours, by_names, in_index, named

if TYPE_CHECKING:
    from devagent.code.index.index import Index
    from devagent.code.map.repository_map import MappedFile
    from devagent.code.symbol import Symbol
    from devagent.team.room import Room

T = TypeVar("T")
Files = Mapping[str, bytes]


class AskIndex(Protocol):
    """A way to the index of the checkout, which may have fallen behind it. Raises anything where it is damaged."""

    def __call__(self, question: "Callable[[Index], T]", /) -> T:
        """The answer to a question about it."""
        ...


async def neighbours_of(room: "Room", files: Files, found: "Sequence[Symbol]") -> "list[tuple[Symbol, Neighbours]]":
    """The neighbours of functions as they stand in `files`: by the index where it knows them, else by names."""

    def asked(index: "Index") -> list[Any]:
        return [in_index(index, symbol) for symbol in found]

    inputs = {"neighbours": [[symbol.path, symbol.name] for symbol in found]}
    known = await _known(room, inputs, asked) or [None] * len(found)
    return [
        (symbol, named(files, Named(*its)) if its is not None else await asyncio.to_thread(by_names, files, symbol))
        for symbol, its in zip(found, known, strict=True)
    ]


async def map_for(room: "Room", files: Files, focus: str, tokens: int) -> str:
    """The map of the repository for a focus in so many tokens; empty where there is no index.

    Of what the index shows, files that look different in `files` are left out.
    """

    def asked(index: "Index") -> str:
        from devagent.code.map.repository_map import Request, draw_map

        drawn = draw_map(index, Request(tokens, (focus,) if focus else ()))
        # A block of lines for each file, in the same order.
        blocks = drawn.text.strip("\n").split("\n\n")
        held = [block for block, file in zip(blocks, drawn.files, strict=True) if _holds(file, files)]
        fewer = len(drawn.files) - len(held)
        return "\n\n".join([*held, f"({fewer} file(s) that have changed are left out)"] if fewer else held)

    return str(await _known(room, {"map": focus, "tokens": tokens}, asked) or "")


def _holds(file: "MappedFile", files: Files) -> bool:
    """Whether all that the map shows of a file stands there, in its line."""
    lines = files.get(file.path, b"").split(b"\n")
    return all(
        entry.line <= len(lines) and entry.name.rpartition(".")[2].encode() in b"\n".join(lines[entry.line - 1 :][:8])
        for entry in file.definitions
    )


async def _known(room: "Room", inputs: Mapping[str, Any], question: "Callable[[Index], Any]") -> Any:
    """What the index answers; `None` where there is none, or it cannot be read."""

    if not room.journal.decision("context.indexed", "", lambda: room.index is not None):
        return None

    async def perform() -> Any:
        if room.index is None:
            return None
        try:
            return await asyncio.to_thread(room.index, question)
        except Exception:  # noqa: BLE001 what a damaged index makes of a question cannot be foreseen; all goes on without
            return None

    return await room.journal.effect("context.index", "context", inputs, perform)
