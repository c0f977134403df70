"""What a file sees without naming where it comes from: through imports of everything, and of the files beside it."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from devagent.code.index.modules import Modules
from devagent.code.index.scopes import FileScope
from devagent.code.language import Language

_REACH = 200
"""So many files may be reached through imports of everything; the nearest are."""
_KEPT = 300_000
"""So many names may be remembered in all."""


class Starred(NamedTuple):
    """What imports of everything bring into a file: for each name the file that binds it, the nearest one.

    `unknown` is set where one of them leads out of the tree.
    """

    owners: dict[str, FileScope]
    unknown: bool


class Surroundings:
    """The surroundings of files.

    Each is gathered once for a file, not once for a name: headers that include each other would be walked through
    again for every one of the ways that lead to them.

    Arguments:
        scope: the names of a file.
        modules: how a language finds the files that it imports.
        find: the file that a module is, for a file that imports it.
    """

    def __init__(
        self,
        scope: Callable[[str], FileScope | None],
        modules: Callable[[Language], Modules],
        find: Callable[[str, FileScope], str | None],
    ) -> None:
        self._scope, self._modules, self._find = scope, modules, find
        self._starred: dict[str, Starred] = {}
        self._kept = 0
        self._folders: dict[tuple[str, ...], dict[str, list[tuple[str, int]]]] = {}

    def starred(self, names: FileScope) -> Starred:
        """What its imports of everything bring into a file, and theirs in turn."""
        known = self._starred.get(names.path)
        if known is None:
            known = self._gathered(names)
            if self._kept > _KEPT:
                self._starred.clear()
                self._kept = 0
            self._starred[names.path] = known
            self._kept += len(known.owners)
        return known

    def beside(self, names: FileScope, name: str) -> tuple[str, int] | None:
        """The file and place of a definition that a file sees because it stands beside it."""
        paths = self._modules(names.language).beside(names.path)
        if len(paths) < 2:
            return None
        folder = self._folders.get(paths)
        if folder is None:
            folder = self._folders[paths] = self._defined(paths)
        return next((found for found in folder.get(name, ()) if found[0] != names.path), None)

    def _gathered(self, names: FileScope) -> Starred:
        if not names.stars:
            return _NOTHING
        reached: dict[str, FileScope] = {names.path: names}
        pending = deque([names])
        unknown = False
        while pending and len(reached) <= _REACH:
            here = pending.popleft()
            for star in here.stars:
                path = self._find(star.module, here)
                theirs = self._scope(path) if path else None
                if theirs is None:
                    unknown = True
                elif theirs.path not in reached:
                    reached[theirs.path] = theirs
                    pending.append(theirs)
        owners: dict[str, FileScope] = {}
        for theirs in reversed(list(reached.values())[1:]):
            owners.update(dict.fromkeys(theirs.bound, theirs))
        return Starred(owners, unknown)

    def _defined(self, paths: tuple[str, ...]) -> dict[str, list[tuple[str, int]]]:
        """The first two definitions of each name at the top of these files."""
        found: dict[str, list[tuple[str, int]]] = {}
        for path in paths:
            theirs = self._scope(path)
            for (scope, name), place in theirs.inside.items() if theirs is not None else ():
                if scope < 0 and len(places := found.setdefault(name, [])) < 2:
                    places.append((path, place))
        return found


_NOTHING = Starred({}, False)
