"""The tree the routes are kept in."""

from .converters import converter
from .errors import PatternError
from .pattern import Fixed


class Fork:
    """A place in the tree: what may come next after some segments."""

    def __init__(self):
        self.fixed = {}
        self.params = []
        self.rest = None
        self.target = None


class Tree:
    """Targets by pattern."""

    def __init__(self):
        self._root = Fork()

    def add(self, parts, target):
        """Put a target into the tree; ``target`` is given back by ``find``."""
        fork = self._root
        for part in parts:
            if isinstance(part, Fixed):
                fork = fork.fixed.setdefault(part.text, Fork())
            elif part.kind == "path":
                if fork.rest is not None:
                    raise PatternError("two paths at the same place")
                fork.rest = (part.name, target)
                return
            else:
                fork = self._param_fork(fork, part)
        if fork.target is not None:
            raise PatternError("two routes with the same pattern")
        fork.target = target

    def find(self, segments):
        """``(target, values)`` for the segments of a path, or None."""
        return self._find(self._root, segments, {})

    def _find(self, fork, segments, values):
        """Look for a target below a fork.

        A fixed segment is tried first, then the parameters, the strict ones
        before those that take anything, then a path. Where a way turns out
        to lead nowhere further down, the next one is tried; values which were
        found on a way that led nowhere are not in the result.
        """
        if not segments:
            return (fork.target, values) if fork.target is not None else None
        first, others = segments[0], segments[1:]
        if first in fork.fixed:
            return self._find(fork.fixed[first], others, values)
        for name, convert, below in fork.params:
            value = convert.parse(first)
            if value is None:
                continue
            found = self._find(below, others, {**values, name: value})
            if found is not None:
                return found
        if fork.rest is not None:
            name, target = fork.rest
            return target, {**values, name: "/".join(segments)}
        return None

    @staticmethod
    def _param_fork(fork, part):
        convert = converter(part.kind)
        for name, known, below in fork.params:
            if name == part.name and type(known) is type(convert):
                return below
        below = Fork()
        fork.params.append((part.name, convert, below))
        fork.params.sort(key=lambda item: item[1].rank)
        return below
