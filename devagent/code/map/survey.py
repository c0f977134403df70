"""Making the atlas of a tree from its index, and keeping it there."""

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest
from typing import TYPE_CHECKING

from devagent.code.map.atlas import Atlas
from devagent.code.map.pagerank import Links, pagerank

if TYPE_CHECKING:
    from devagent.code.index.facts import Definition, Graph, SymbolIndex

_KEPT = "map"
_BEST = 4000
_FULL, _LONG = 255, math.log1p(150)
_BODIES = {"function": 1.0, "method": 1.0, "class": 0.6, "interface": 0.6, "enum": 0.5, "type": 0.4}
_OTHER_BODY = 0.1
_SIZE, _RANK = 0.2, 0.15
_SIDE, _UNSURE = 0.15, 0.25

_Uses = list[dict[int, float]]
"""How much each file uses definitions of others, by their places."""


def read_atlas(index: "SymbolIndex") -> Atlas:
    """The atlas of a tree as of the index's last refresh; kept for the next time where it had to be made."""
    graph = index.graph()
    old = Atlas.from_bytes(index.kept(_KEPT) or b"")
    if old is not None and old.generation == graph.generation:
        return old
    fresh = _made(index, graph, old)
    index.keep(_KEPT, fresh.to_bytes())
    return fresh


def _made(index: "SymbolIndex", graph: "Graph", old: Atlas | None) -> Atlas:
    from devagent.code.roles import is_foreign, is_test

    listed = sorted((path, number) for number, path in graph.files().items())
    numbers = array("I", (number for _, number in listed))
    side = bytes(is_test(path) or is_foreign(path) for path, _ in listed)
    names, starts, firsts, bodies = _columns(_read(index, (path for path, _ in listed), _known(index, graph, old)))
    links, uses = _linked(graph, numbers, firsts)
    weights = _weights(bodies, firsts, side, pagerank(links), uses)
    return Atlas(
        generation=graph.generation,
        numbers=numbers,
        listed="\0".join(path for path, _ in listed).encode("utf-8", "surrogateescape"),
        firsts=firsts,
        names=names,
        starts=starts,
        weights=weights,
        bodies=bodies,
        side=side,
        offsets=links.offsets,
        targets=links.targets,
        shares=links.shares,
        best=array("I", nlargest(_BEST, range(len(weights)), key=lambda place: (weights[place], -place))),
    )


def _known(index: "SymbolIndex", graph: "Graph", old: Atlas | None) -> dict[str, tuple[bytes, bytes]]:
    """Names and bodies, from an earlier atlas, of the files that have not changed since, if it is known which."""
    if old is None or old.generation + 1 != graph.generation:
        return {}
    changed, found = set(index.changed()), {}
    for file, path in enumerate(old.paths):
        if path not in changed:
            first, last = old.firsts[file], old.firsts[file + 1]
            found[path] = (old.names[old.starts[first] : old.starts[last]], old.bodies[first:last])
    return found


def _read(
    index: "SymbolIndex", paths: Iterable[str], known: Mapping[str, tuple[bytes, bytes]]
) -> Iterable[tuple[bytes, bytes]]:
    """For each file the qualified names that it defines, one a line, and how much each holds."""
    for path in paths:
        if (own := known.get(path)) is not None:
            yield own
            continue
        facts = index.facts(path)
        found = facts.definitions if facts is not None else ()
        names = "".join(f"{' '.join(definition.qualified.split())}\n" for definition in found)
        yield names.encode("utf-8", "replace"), bytes(map(_body, found))


def _body(definition: "Definition") -> int:
    length = math.log1p(definition.end_line - definition.start_line + 1) / _LONG
    return round(_FULL * _BODIES.get(definition.kind, _OTHER_BODY) * min(1.0, length))


def _columns(files: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, "array[int]", "array[int]", bytes]:
    """The columns `names`, `starts`, `firsts` and `bodies` of an atlas."""
    names, starts, firsts, bodies = bytearray(), array("I"), array("I", [0]), bytearray()
    for own, held in files:
        bodies += held
        for line in own.splitlines(keepends=True):
            starts.append(len(names))
            names += line
        firsts.append(len(starts))
    starts.append(len(names))
    return bytes(names), starts, firsts, bytes(bodies)


def _linked(graph: "Graph", numbers: Sequence[int], firsts: Sequence[int]) -> tuple[Links, _Uses]:
    """How files use each other; and how much each uses the definitions of others."""
    from devagent.code.index.facts import NODE_BITS

    file_of = {number: file for file, number in enumerate(numbers)}
    place_of: dict[int, int] = {}
    for file, number in enumerate(numbers):
        place_of.update(zip(graph.nodes(number), range(firsts[file], firsts[file + 1]), strict=False))
    between: _Uses = [{} for _ in numbers]
    uses: _Uses = [{} for _ in numbers]
    for number, edges in graph.all_edges():
        if (source := file_of.get(number)) is None:
            continue
        files, definitions = between[source], uses[source]
        for node, count, sure in zip(edges.targets, edges.counts, edges.sure, strict=True):
            target = file_of.get(node >> NODE_BITS, source)
            if target == source:
                continue
            weight = math.sqrt(count) if sure else _UNSURE * math.sqrt(count)
            files[target] = files.get(target, 0.0) + weight
            if (place := place_of.get(node)) is not None:
                definitions[place] = definitions.get(place, 0.0) + weight
    return Links.of(between), uses


def _weights(
    bodies: bytes, firsts: Sequence[int], side: bytes, standing: Sequence[float], uses: _Uses
) -> "array[float]":
    """The weights of the definitions: what they hold, and how much they are used by files of high standing."""
    ranks = [0.0] * len(bodies)
    for file, used in enumerate(uses):
        share = standing[file] * (_SIDE if side[file] else 1.0) / (sum(used.values()) or 1.0)
        for place, weight in used.items():
            ranks[place] += share * weight
    highest = max(ranks, default=0.0) or 1.0
    weights = array("f")
    for file, aside in enumerate(side):
        factor = _SIDE if aside else 1.0
        for place in range(firsts[file], firsts[file + 1]):
            held, used_much = bodies[place] / _FULL, math.sqrt(ranks[place] / highest)
            weights.append(factor * (_SIZE * held + _RANK * used_much))
    return weights
