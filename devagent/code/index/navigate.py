"""Where a name is defined, where it is used, and by whom it is called: what `def`, `refs` and `callers` show."""

from collections.abc import Iterator
from dataclasses import dataclass

from devagent.code.index.asked import Asked, meant, name_outside, read_name, written_outside
from devagent.code.index.facts import Import
from devagent.code.index.imports import OUTSIDE, Meaning
from devagent.code.index.index import Index
from devagent.code.index.packing import PackedFacts, links
from devagent.code.index.resolve import Resolver
from devagent.code.index.scopes import last_name

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
    """The definitions that a name means: `area`, `Shape.area`, `shapes.Shape.area` or `src/shapes.py:Shape.area`.

    The name may also be one that something is imported by, or inherited under, or that of a module.
    """
    found = meant(index, read_name(name))
    own = [each for each in found if each[1].kind != "extension"]
    return [
        Spot(meaning.path, definition.start_line, definition.kind, definition.qualified, definition.signature)
        for meaning, definition in own or found
    ]


def references(index: Index, name: str) -> list[Spot]:
    """The uses of what a name means, by path and line.

    What is not defined here is known by where it is imported from: those uses are sure too. Others are as spelled.
    """
    asked = read_name(name)
    found: dict[tuple[str, int], Spot] = {}
    for spot in _Uses(index, asked, [meaning for meaning, _ in meant(index, asked)]).all() if asked.last else ():
        known = found.get((spot.path, spot.line))
        if known is None or (spot.sure and not known.sure):
            found[spot.path, spot.line] = spot
    return [found[key] for key in sorted(found)]


def callers(index: Index, name: str) -> list[Spot]:
    """The calls of what a name means, each with the definition that it stands in."""
    return [spot for spot in references(index, name) if spot.kind == "call"]


class _Uses:
    """The uses of a name that means these definitions; with none, of something that is not in this tree."""

    def __init__(self, index: Index, asked: Asked, meanings: list[Meaning]) -> None:
        self._index, self._asked, self._meant = index, asked, meanings
        self._names = {asked.last}
        for meaning in meanings:
            # Where it is asked for by another name than it has, both are looked for.
            facts = index.facts(meaning.path)
            if facts is not None and meaning.place >= 0:
                self._names.add(facts.definitions[meaning.place].name)

    def all(self) -> Iterator[Spot]:
        """The uses, file by file, also by the names that imports give it."""
        fresh, seen = set(self._names), set[str]()
        for _ in range(_ALIASES):
            if not fresh:
                return
            resolver = self._index.resolver(self._names)
            aliases: set[str] = set()
            for path in sorted(set(self._index.mentioning(fresh)) - seen):
                facts = self._index.facts(path)
                if facts is None or facts.note:
                    continue
                seen.add(path)
                own = {entry.alias for entry in facts.imports if self._names & {entry.name, last_name(entry.module)}}
                aliases |= own - {"", "*"}
                yield from self._in(path, facts, self._names | aliases, resolver)
            fresh = aliases - self._names
            self._names |= aliases

    def _in(self, path: str, facts: PackedFacts, names: set[str], resolver: Resolver) -> Iterator[Spot]:
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
                sure = self._is_meant(path, scope, written, resolver)
                if sure is not None:
                    last = uses.table[chain].endswith(written)
                    kind = "call" if call and last else "attribute" if receiver else "read"
                    around = facts.definitions[scope] if scope >= 0 else None
                    within, signature = (around.qualified, around.signature) if around else ("", "")
                    yield from (Spot(path, line, kind, within, signature, sure) for line in lines)
        for entry in facts.imports:
            called = {entry.name or last_name(entry.module), entry.alias}
            if entry.module and names & called and self._brings(path, entry, resolver):
                yield Spot(path, entry.line, "import")

    def _brings(self, path: str, entry: Import, resolver: Resolver) -> bool:
        """Whether an import brings it in. (One without a module only says what the file exports.)"""
        found = resolver.imported(path, entry)
        if self._meant or found is not OUTSIDE:
            return found in self._meant
        return self._asked.is_named(name_outside(entry)) or entry.alias == self._asked.chain

    def _is_meant(self, path: str, scope: int, written: str, resolver: Resolver) -> bool | None:
        """Whether a use means one of these: for sure, perhaps (`False`), or not (`None`)."""
        found = resolver.follow(path, scope, written)
        if not self._meant:
            return self._is_outside(path, scope, written, resolver, known=found is OUTSIDE)
        if isinstance(found, Meaning):
            return True if found._replace(made=False) in self._meant else None
        if found is None and any(guess in self._meant for guess in resolver.guesses(path, written)):
            return False
        return None

    def _is_outside(self, path: str, scope: int, written: str, resolver: Resolver, *, known: bool) -> bool | None:
        """The same of something that is not in this tree; `known` says that imports or the language say so."""
        names = resolver.scope(path)
        if known and names is not None and self._asked.is_named(written_outside(names, scope, written)):
            return True
        return known if self._asked.is_named(written) else None
