"""Making the atlas of a tree from its index, and keeping it there."""

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import nlargest
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from devagent.code.map.atlas import Atlas
from devagent.code.map.pagerank import Links, pagerank
from devagent.code.map.usage import Usage, kept, unkept, usage, usage_again

if TYPE_CHECKING:
    from devagent.code.index.facts import Graph, SymbolIndex

_KEPT, _USES = "map", "uses"
_BEST = 4000
_FULL, _LONG = 255, math.log1p(150)
_BODIES = {"function": 1.0, "method": 1.0, "class": 0.6, "interface": 0.6, "enum": 0.5, "type": 0.4}
_OTHER_BODY = 0.1
_SIZE, _RANK = 0.2, 0.15
_SIDE = 0.15


def read_atlas(index: "SymbolIndex") -> Atlas:
    """The atlas of a tree as of the index's last refresh; kept for the next time where it had to be made."""
    graph = index.graph()
    old = Atlas.from_bytes(index.kept(_KEPT) or b"")
    if old is not None and old.generation == graph.generation:
        return old
    fresh, definitions = (_again(index, graph, old) if old is not None else None) or _anew(graph)
    index.keep(_KEPT, fresh.to_bytes())
    index.keep(_USES, kept(fresh.generation, definitions))
    return fresh


class _Columns(NamedTuple):
    """The columns of an atlas that say what the files define."""

    names: bytes
    starts: "array[int]"
    firsts: "array[int]"
    bodies: bytes


def _listed(graph: "Graph") -> tuple["array[int]", list[str]]:
    """The numbers and paths of all files, by path."""
    listed = sorted((path, number) for number, path in graph.files().items())
    return array("I", (number for _, number in listed)), [path for path, _ in listed]


def _anew(graph: "Graph") -> tuple[Atlas, Links]:
    """The atlas, and how much files use definitions."""
    from devagent.code.roles import is_foreign, is_test

    numbers, paths = _listed(graph)
    columns = _columns(_read(graph, numbers))
    used = usage(graph, numbers, columns.firsts)
    side = bytes(is_test(path) or is_foreign(path) for path in paths)
    listed = "\0".join(paths).encode("utf-8", "surrogateescape")
    return _made(graph.generation, numbers, listed, side, columns, used), used.definitions


def _again(index: "SymbolIndex", graph: "Graph", old: Atlas) -> tuple[Atlas, Links] | None:
    """The same where since the last atlas some files have changed, but not which definitions they have."""
    changed = index.changed()
    definitions = unkept(index.kept(_USES) or b"", old.generation)
    same = changed and old.generation + 1 == graph.generation and _listed(graph) == (old.numbers, old.paths)
    if not same or definitions is None:
        return None
    bodies = bytearray(old.bodies)
    files = [old.file_by_path[path] for path in changed]
    for file, (names, held) in zip(files, _read(graph, [old.numbers[file] for file in files]), strict=True):
        first, last = old.firsts[file], old.firsts[file + 1]
        if names != old.names[old.starts[first] : old.starts[last]]:
            return None
        bodies[first:last] = held
    used = usage_again(graph, old.numbers, old.firsts, Usage(old.links, definitions), files)
    if (bytes(bodies), *used) == (old.bodies, old.links, definitions):
        return replace(old, generation=graph.generation), definitions
    columns = _Columns(old.names, old.starts, old.firsts, bytes(bodies))
    return _made(graph.generation, old.numbers, old.listed, old.side, columns, used), used.definitions


def _made(generation: int, numbers: "array[int]", listed: bytes, side: bytes, columns: _Columns, used: Usage) -> Atlas:
    weights = _weights(columns, side, pagerank(used.files), used.definitions)
    return Atlas(
        generation=generation,
        numbers=numbers,
        listed=listed,
        firsts=columns.firsts,
        names=columns.names,
        starts=columns.starts,
        weights=weights,
        bodies=columns.bodies,
        side=side,
        offsets=used.files.offsets,
        targets=used.files.targets,
        shares=used.files.shares,
        best=array("I", nlargest(_BEST, range(len(weights)), key=lambda place: (weights[place], -place))),
    )


def _read(graph: "Graph", numbers: Sequence[int]) -> Iterator[tuple[bytes, bytes]]:
    """For each file the qualified names that it defines, one a line, and how much each holds."""
    from devagent.code.index.naming import kind_of

    bodies: dict[tuple[int, int], int] = {}
    outlines = graph.outlines(numbers)
    for number in numbers:
        names, roles, spans = outlines.get(number, (b"", b"", ()))
        held = bytearray()
        for key in zip(roles, spans, strict=True):
            body = bodies.get(key)
            if body is None:
                body = bodies[key] = _body(kind_of(key[0]), key[1])
            held.append(body)
        yield names + b"\n" if roles else b"", bytes(held)


def _body(kind: str, lines: int) -> int:
    length = math.log1p(lines) / _LONG
    return round(_FULL * _BODIES.get(kind, _OTHER_BODY) * min(1.0, length))


def _columns(files: Iterable[tuple[bytes, bytes]]) -> _Columns:
    names, starts, firsts, bodies = bytearray(), array("I"), array("I", [0]), bytearray()
    for own, held in files:
        bodies += held
        starts.extend(accumulate(map(len, own.splitlines(keepends=True)), initial=len(names)))
        starts.pop()  # where the next file begins
        names += own
        firsts.append(len(starts))
    starts.append(len(names))
    return _Columns(bytes(names), starts, firsts, bytes(bodies))


def _weights(columns: _Columns, side: bytes, standing: Sequence[float], used: Links) -> "array[float]":
    """The weights of the definitions: what they hold, and how much they are used by files of high standing."""
    ranks = [0.0] * len(columns.bodies)
    for file, aside in enumerate(side):
        share = standing[file] * (_SIDE if aside else 1.0)
        first, last = used.offsets[file], used.offsets[file + 1]
        for place, weight in zip(used.targets[first:last], used.shares[first:last], strict=True):
            ranks[place] += share * weight
    highest = max(ranks, default=0.0) or 1.0
    weights = array("f")
    for file, aside in enumerate(side):
        factor = _SIDE if aside else 1.0
        for place in range(columns.firsts[file], columns.firsts[file + 1]):
            held, used_much = columns.bodies[place] / _FULL, math.sqrt(ranks[place] / highest)
            weights.append(factor * (_SIZE * held + _RANK * used_much))
    return weights
