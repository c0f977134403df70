"""Names by the packages that files say they belong to (Java, Kotlin, C#, PHP), wherever those files lie."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from devagent.code.index.modules import nearness
from devagent.code.index.scopes import FileScope

_MANY = 5
"""So many definitions of one name in one package are looked at: copies for platforms, parts of a class."""


class At(NamedTuple):
    """A definition: its file, and its place among the file's definitions."""

    path: str
    place: int


class Packages:
    """The packages of a tree.

    A file sees what is in its own package; where its language has it so (`enclosing`), also what is in the packages
    around that; and what is in the packages that it imports as a whole. It does not see what those import in turn.

    Arguments:
        declared: the packages that each file has a part in; asked for when one is looked for.
        scope: the names of a file.
    """

    def __init__(
        self, declared: Callable[[], Mapping[str, Iterable[str]]], scope: Callable[[str], FileScope | None]
    ) -> None:
        self._declared, self._scope = declared, scope
        self._files: dict[str, list[str]] | None = None
        self._held: dict[str, dict[str, list[At]]] = {}

    def seen(self, names: FileScope, name: str) -> At | None:
        """What a file means by a name that nothing in it binds."""
        for package in self._around(names):
            if found := self.holding(package, name, names.path):
                return found[0]
        stars = (self.holding(dotted(star.module), name, names.path) for star in names.stars)
        return next((found[0] for found in stars if found), None)

    def holding(self, package: str, name: str, importer: str) -> list[At]:
        """The definitions of a name in a package; the nearest to the importer first."""
        if package not in self._held:
            self._held[package] = self._gathered(package)
        found = self._held[package].get(name, ())
        return sorted(found, key=lambda each: (-nearness(each.path, importer), each))

    def split(self, qualified: str) -> Iterator[tuple[str, str, list[str]]]:
        """A qualified name as (package, name in it, names within that), the longest package first."""
        parts = dotted(qualified).split(".")
        for count in range(len(parts) - 1, -1, -1):
            yield ".".join(parts[:count]), parts[count], parts[count + 1 :]

    def knows(self, package: str) -> bool:
        """Whether a file has a part in it."""
        return dotted(package) in self._by_package()

    def _around(self, names: FileScope) -> list[str]:
        own = list(names.packaged) or [names.package]
        if not names.language.enclosing:
            return own
        parts = [package.split(".") for package in own]
        around = [".".join(each[:count]) for each in parts for count in range(len(each) - 1, 0, -1)]
        return list(dict.fromkeys([*own, *around, ""]))

    def _by_package(self) -> dict[str, list[str]]:
        if self._files is None:
            self._files = {}
            for path, packages in self._declared().items():
                for package in packages:
                    self._files.setdefault(package, []).append(path)
        return self._files

    def _gathered(self, package: str) -> dict[str, list[At]]:
        found: dict[str, list[At]] = {}
        for path in self._by_package().get(package, ()):
            theirs = self._scope(path)
            for name, place in theirs.packaged.get(package, {}).items() if theirs is not None else ():
                if len(places := found.setdefault(name, [])) < _MANY:
                    places.append(At(path, place))
        return found


def dotted(module: str) -> str:
    """The name of a module with dots, however its language writes it; without type arguments."""
    return module.partition("<")[0].replace("\\", ".").replace("::", ".").strip(".")
