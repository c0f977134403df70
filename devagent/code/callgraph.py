"""Who may call whom, by names: cheap, a little too generous, good enough to measure distance."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from devagent.code.symbol import Symbol, identifiers_in

_CONSTRUCTORS = frozenset({"__init__", "__call__", "__post_init__", "__new__", "constructor"})
_MAX_MEANINGS = 6


class CallGraph:
    """The functions of a repository and the functions each one names.

    Arguments:
        files: path → content, for the text of the symbols.
        found: all symbols that take part, those of tests included.
    """

    def __init__(self, files: Mapping[str, bytes], found: Sequence[Symbol]) -> None:
        self._files = files
        self._by_name: dict[str, list[Symbol]] = defaultdict(list)
        for symbol in found:
            self._by_name[symbol.short].append(symbol)
            if symbol.short in _CONSTRUCTORS and symbol.owner:
                self._by_name[symbol.owner.rpartition(".")[2]].append(symbol)

    def callees(self, symbol: Symbol) -> list[Symbol]:
        """The functions a symbol may call, in the order it names them."""
        return self.named(identifiers_in(symbol, self._files[symbol.path]), symbol)

    def named(self, names: Iterable[str], near: Symbol | None = None) -> list[Symbol]:
        """The functions these names may mean: those of the same file if any; none if too many share a name."""
        result: dict[Symbol, None] = {}
        for name in names:
            meanings = [s for s in self._by_name.get(name, ()) if s != near]
            local = [s for s in meanings if near is not None and s.path == near.path]
            chosen = local or meanings
            if len(chosen) <= _MAX_MEANINGS:
                result.update(dict.fromkeys(chosen))
        return list(result)

    def distances(self, start: Sequence[Symbol]) -> dict[Symbol, int]:
        """How many calls away each function is from the nearest of the starting ones."""
        distance = dict.fromkeys(start, 0)
        pending = deque(start)
        while pending:
            current = pending.popleft()
            for callee in self.callees(current):
                if callee not in distance:
                    distance[callee] = distance[current] + 1
                    pending.append(callee)
        return distance
