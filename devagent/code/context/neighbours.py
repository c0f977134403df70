"""What calls a function and what it calls: from the index where there is one, else by the names that are written.

The index resolves imports and scopes; names alone are a little too generous (`CallGraph`). Either way a neighbour is
told as it stands in the files at hand: what the index knows of a file that looks different here does not count.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from devagent.code.callgraph import CallGraph
from devagent.code.language import language_for
from devagent.code.narrow import narrowed
from devagent.code.symbol import Symbol, identifiers_in, symbols

if TYPE_CHECKING:
    from devagent.code.index.index import Index

MAX_SEARCHED = 1_000_000
"""Bytes of source that are parsed to follow names."""

_CALLABLE = frozenset({"function", "method", "class"})


@dataclass(frozen=True)
class Neighbours:
    """The functions that call one, and those that it calls, each in the order in which they are found.

    `unsure` are those among them of which only the name says so.
    """

    callers: tuple[Symbol, ...] = ()
    callees: tuple[Symbol, ...] = ()
    unsure: frozenset[Symbol] = frozenset()


class Named(NamedTuple):
    """Neighbours as [path, qualified name, whether that is sure], as the journal keeps them; the sure ones first."""

    callers: list[list[Any]]
    callees: list[list[Any]]


def by_names(files: Mapping[str, bytes], symbol: Symbol) -> Neighbours:
    """The neighbours of a function, by the names that are written."""
    return Neighbours(tuple(calling(files, symbol)), tuple(called(files, symbol)))


def called(files: Mapping[str, bytes], symbol: Symbol) -> list[Symbol]:
    """The functions whose names a function mentions, in the order in which it does."""
    names = identifiers_in(symbol, files[symbol.path])
    return CallGraph(files, _functions(files, symbol, names)).callees(symbol)


def calling(files: Mapping[str, bytes], symbol: Symbol) -> list[Symbol]:
    """The functions that mention this one by its name, by path; those in its own file first."""
    known = _functions(files, symbol, [symbol.short])
    graph, name = CallGraph(files, known), symbol.short.encode()
    mentioning = [s for s in known if s != symbol and name in files[s.path][s.start_byte : s.end_byte]]
    found = [s for s in mentioning if symbol in graph.callees(s)]
    return sorted(found, key=lambda s: (s.path != symbol.path, s.path, s.start_line))


def in_index(index: "Index", symbol: Symbol) -> Named | None:
    """The neighbours of a function by the index; `None` where it does not know the function."""
    from devagent.code.index.navigate import callers

    facts = index.facts(symbol.path)
    places = [n for n, d in enumerate(facts.definitions) if d.qualified == symbol.name] if facts else []
    if not places:
        return None
    spots = callers(index, f"{symbol.path}:{symbol.name}")
    within = [(spot.path, spot.within, spot.sure) for spot in spots if spot.within]
    return Named(_sure_first(within), _sure_first(_callees(index, symbol.path, places[0])))


def named(files: Mapping[str, bytes], neighbours: Named) -> Neighbours:
    """The neighbours that stand in these files under their names."""
    callers, callees = (
        [(symbol, sure) for path, name, sure in found if (symbol := symbol_named(files, path, name)) is not None]
        for found in neighbours
    )
    unsure = frozenset(symbol for symbol, sure in (*callers, *callees) if not sure)
    return Neighbours(tuple(symbol for symbol, _ in callers), tuple(symbol for symbol, _ in callees), unsure)


def symbol_named(files: Mapping[str, bytes], path: str, name: str) -> Symbol | None:
    """The first definition of this qualified name in a file."""
    known = symbols(path, files[path]) if path in files else ()
    return next((symbol for symbol in known if symbol.name == name), None)


def _sure_first(found: Iterable[tuple[str, str, bool]]) -> list[list[Any]]:
    """Each once, those that are sure before the others."""
    known: dict[tuple[str, str], bool] = {}
    for path, name, sure in found:
        known[path, name] = known.get((path, name), False) or sure
    return [[path, name, sure] for (path, name), sure in sorted(known.items(), key=lambda item: not item[1])]


def _callees(index: "Index", path: str, place: int) -> Iterator[tuple[str, str, bool]]:
    from devagent.code.index.facts import NODE_BITS

    graph = index.graph()
    file = index.number(path)
    edges, node, paths = graph.edges(file), graph.nodes(file)[place], graph.files()
    for source, target, sure in zip(edges.sources, edges.targets, edges.sure, strict=True):
        other = target >> NODE_BITS
        nodes = graph.nodes(other) if source == node else ()
        if target in nodes and (facts := index.facts(paths[other])) is not None:
            definition = facts.definitions[nodes.index(target)]
            if definition.kind in _CALLABLE:
                yield paths[other], definition.qualified, bool(sure)


def _functions(files: Mapping[str, bytes], symbol: Symbol, names: Sequence[str]) -> list[Symbol]:
    """The functions of the files that speak of these names, as far as they can all be parsed."""
    sources = {path: content for path, content in files.items() if language_for(path) is not None}
    paths = sorted(narrowed(sources, {symbol.path}, [name.lower() for name in names], MAX_SEARCHED))
    return [s for path in paths for s in symbols(path, files[path]) if s.kind != "class"]
