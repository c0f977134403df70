"""Definitions as parts of a prompt: whole, or as a signature; and the signatures of their neighbours."""

from collections.abc import Collection, Iterator, Sequence

from devagent.code.context.neighbours import Neighbours
from devagent.code.context.parts import WHOLE, Form, Part
from devagent.code.symbol import Symbol

CODE, NEIGHBOURS = "code", "neighbours"
MOST = 12
"""So many callers, and so many callees, of one function are told; of the others only how many they are."""


def definition(symbol: Symbol, content: bytes, why: str, rank: int = 0, *, section: str = CODE) -> Part:
    """A definition: its source under its place, or its signature."""
    name = f"{symbol.path}: {symbol.name}"
    head = f"# {name}, line {symbol.start_line}"
    forms = (
        Form(WHOLE, f"{head}\n{symbol.text(content)}"),
        Form("signature", f"{head} (its signature only)\n{symbol.signature}"),
    )
    return Part(section, name, why, forms, rank)


def signatures(around: Sequence[tuple[Symbol, Neighbours]], shown: Collection[Symbol], rank: int = 0) -> Iterator[Part]:
    """The callers and callees of some functions as signatures, each once; not those that are `shown` anyway."""
    seen = set(shown)
    for symbol, neighbours in around:
        for others, why, perhaps in (
            (neighbours.callers, f"calls {symbol.short}", f"may call {symbol.short}"),
            (neighbours.callees, f"called by {symbol.short}", f"perhaps called by {symbol.short}"),
        ):
            fresh = [other for other in dict.fromkeys(others) if other not in seen]
            seen.update(fresh)
            unsure = neighbours.unsure
            yield from (_signature(other, perhaps if other in unsure else why, rank) for other in fresh[:MOST])
            if (more := len(fresh) - MOST) > 0:
                text = f"({more} more that are not shown: {why})"
                yield Part(NEIGHBOURS, f"{more} more", why, (Form("number", text),), rank)


def _signature(symbol: Symbol, why: str, rank: int) -> Part:
    name = f"{symbol.path}: {symbol.name}"
    owner = f" of {symbol.owner}" if symbol.owner else ""
    text = f"{symbol.path}:{symbol.start_line}: {symbol.signature}{owner}  ({why})"
    return Part(NEIGHBOURS, name, why, (Form("signature", text),), rank)
