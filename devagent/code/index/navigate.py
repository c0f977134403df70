"""Where a name is defined, where it is used, and by whom it is called: what `def`, `refs` and `callers` show."""

from collections.abc import Iterator
from dataclasses import dataclass

from devagent.code.index.facts import Definition
from devagent.code.index.index import Index
from devagent.code.index.packing import PackedFacts, links
from devagent.code.index.resolve import Meaning, Resolver

_ALIASES = 3
"""So many times a name may be given another name on its way from file to file."""


@dataclass(frozen=True)
class Spot:
    """A line in a file: what is there (`kind`), in which definition, and whether it is sure that the name is meant."""

    path: str
    line: int
    kind: str
    within: str = ""
    signature: str = ""
    sure: bool = True


def definitions(index: Index, name: str) -> list[Spot]:
    """The definitions that a name means: `area`, `Shape.area`, `shapes.Shape.area` or `src/shapes.py:Shape.area`."""
    return [
        Spot(meaning.path, definition.start_line, definition.kind, definition.qualified, definition.signature)
        for meaning, definition in _meant(index, name)
    ]


def references(index: Index, name: str) -> list[Spot]:
    """The uses of what a name means, by path and line; where it is not defined here, of the name as it is written."""
    meant = [meaning for meaning, _ in _meant(index, name)]
    found: dict[tuple[str, int], Spot] = {}
    for spot in _uses(index, name, meant):
        known = found.get((spot.path, spot.line))
        if known is None or (spot.sure and not known.sure):
            found[spot.path, spot.line] = spot
    return [found[key] for key in sorted(found)]


def callers(index: Index, name: str) -> list[Spot]:
    """The calls of what a name means, each with the definition that it stands in."""
    return [spot for spot in references(index, name) if spot.kind == "call"]


def _meant(index: Index, name: str) -> list[tuple[Meaning, Definition]]:
    file, _, symbol = name.rpartition(":")
    last = symbol.rpartition(".")[2]
    found = []
    for path in index.defining(last) if last else ():
        facts = index.facts(path)
        if facts is None or (file and path != file and not path.endswith(f"/{file}")):
            continue
        module = path.rpartition(".")[0].removesuffix("/__init__").replace("/", ".")
        for place, definition in enumerate(facts.definitions):
            if definition.name == last and f".{module}.{definition.qualified}".endswith(f".{symbol}"):
                found.append((Meaning(path, place), definition))
    return found


def _uses(index: Index, name: str, meant: list[Meaning]) -> Iterator[Spot]:
    symbol = name.rpartition(":")[2]
    last = symbol.rpartition(".")[2]
    names, fresh, seen = {last}, {last}, set[str]()
    for _ in range(_ALIASES):
        if not fresh:
            return
        resolver = index.resolver(names)
        paths = set(index.mentioning(fresh)) - seen
        aliases: set[str] = set()
        for path in sorted(paths):
            facts = index.facts(path)
            if facts is None or facts.note:
                continue
            seen.add(path)
            aliases |= {entry.alias for entry in facts.imports if entry.name in names and entry.alias not in ("", "*")}
            yield from _uses_in(path, facts, names | aliases, symbol, meant, resolver)
        fresh, names = aliases - names, names | aliases


def _uses_in(
    path: str, facts: PackedFacts, names: set[str], symbol: str, meant: list[Meaning], resolver: Resolver
) -> Iterator[Spot]:
    uses, at = facts.uses, 0
    wanted = {
        place: named
        for place, chain in enumerate(uses.table)
        if (named := [(receiver, name) for receiver, name in links(chain) if name in names])
    }
    for scope, chain, call, count in zip(uses.scopes, uses.chains, uses.calls, uses.counts, strict=True):
        lines = uses.lines[at : at + count]
        at += count
        for receiver, name in wanted.get(chain, ()):
            written = f"{receiver}.{name}" if receiver else name
            sure = _is_meant(path, scope, written, symbol, meant, resolver)
            if sure is not None:
                last = uses.table[chain].endswith(written)
                kind = "call" if call and last else "attribute" if receiver else "read"
                around = facts.definitions[scope] if scope >= 0 else None
                within, signature = (around.qualified, around.signature) if around else ("", "")
                yield from (Spot(path, line, kind, within, signature, sure) for line in lines)
    for entry in facts.imports:
        if not entry.module:
            continue  # it only says what the file exports
        if entry.name in names or (not entry.name and entry.module.rpartition(".")[2] in names):
            found = resolver.imported(path, entry)
            if found in meant or (not meant and entry.name == symbol):
                yield Spot(path, entry.line, "import", sure=bool(meant))


def _is_meant(
    path: str, scope: int, written: str, symbol: str, meant: list[Meaning], resolver: Resolver
) -> bool | None:
    """Whether a use means one of these: for sure, perhaps (`False`), or not (`None`)."""
    if not meant:
        return False if f".{written}".endswith(f".{symbol}") else None
    found = resolver.follow(path, scope, written)
    if isinstance(found, Meaning):
        return True if found._replace(made=False) in meant else None
    if found is None and any(guess in meant for guess in resolver.guesses(path, written)):
        return False
    return None
