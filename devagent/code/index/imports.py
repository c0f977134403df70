"""What imports bring in: each way of naming modules has its own rules for what a module is, and what it shows."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from devagent.code.index.facts import Import
from devagent.code.index.modules import Modules
from devagent.code.index.packages import At, Packages
from devagent.code.index.scopes import FileScope, last_name

PACKAGES, CRATES, FOLDERS, PYTHON = "packages", "crates", "folders", "python"
"""The ways of naming modules, as data files of languages name them."""
DEPTH = 12
"""So many steps may lead from a name to what it means."""


class Meaning(NamedTuple):
    """What a name stands for: a file (`place` -1), a definition in it, or (`made`) something that a class made."""

    path: str
    place: int = -1
    made: bool = False


class Outside(NamedTuple):
    """Something that is known not to be in this tree: a builtin, a module that is not here, or what comes from one."""


OUTSIDE = Outside()
Found = Meaning | Outside | None
"""`None` is for what is not known."""


class Names(Protocol):
    """What imports ask of the resolver: the names of files, and what is in modules and classes."""

    def scope(self, path: str) -> FileScope | None:
        """The names of a file."""
        ...

    def modules_of(self, names: FileScope) -> Modules:
        """How the language of a file finds the files that it imports."""
        ...

    def at_top(self, names: FileScope, name: str, depth: int) -> Found:
        """A name at the top level of a file."""
        ...

    def member_of(self, holder: Meaning, name: str, depth: int) -> Found:
        """A member of a module, a class or something that a class made."""
        ...


class Imports:
    """What the imports of the files of a tree bring in.

    Arguments:
        names: follows what is found on.
        packages: the packages that each file has a part in; asked for when one is looked for.
    """

    def __init__(self, names: Names, packages: Callable[[], Mapping[str, Sequence[str]]]) -> None:
        self._names = names
        self._packages = Packages(packages, names.scope)
        self._files: dict[tuple[str, str, str, str], str | None] = {}

    def find(self, module: str, names: FileScope) -> str | None:
        """The file that a module is, for a file that imports it: the same for all files of a kind in a folder."""
        alone = names.path if names.language.modules == CRATES else names.folder
        key = (names.language.modules, module, alone, names.ending)
        if key not in self._files:
            self._files[key] = self._names.modules_of(names).find(module, names.path)
        return self._files[key]

    def brought(self, names: FileScope, entry: Import, depth: int) -> Found:
        """What an import of a file brings in."""
        if depth > DEPTH:
            return None
        way = names.language.modules
        if not entry.module:
            return self._names.at_top(names, entry.name, depth + 1)
        if way == PACKAGES:
            return self.qualified(names, f"{entry.module}.{entry.name}".strip("."), depth)
        if way == CRATES:
            # For a module within the file, what is above is the file itself.
            inner = entry.module.startswith("super") and names.in_namespace(entry.scope)
            module = f"self{entry.module.removeprefix('super')}" if inner else entry.module
            return self.pathed(names, f"{module}::{entry.name}".removesuffix("::"), depth)
        if not entry.name:
            whole = entry.module if entry.alias else entry.module.split(".")[0]
            return self._whole(self.find(whole if way == PYTHON else entry.module, names), entry)
        path = self.find(entry.module, names)
        if path is None:
            joined = entry.module if entry.module.endswith(".") else f"{entry.module}."
            path = self.find(joined + entry.name, names) if way == PYTHON else None
            return Meaning(path) if path else OUTSIDE
        return Meaning(path) if entry.name == "*" else self._named(names, path, entry.name, depth)

    def seen(self, names: FileScope, name: str, depth: int) -> Found:
        """What a file sees of its packages, and of those that it imports as a whole; of types too, their members."""
        if "\\" in name:
            return self.qualified(names, name, depth)
        if at := self._packages.seen(names, name):
            return Meaning(*at)
        for star in names.stars:
            holder = None if self._packages.knows(star.module) else self.qualified(names, star.module, depth + 1)
            found = self._names.member_of(holder, name, depth + 1) if isinstance(holder, Meaning) else None
            if isinstance(found, Meaning):
                return found
        return None

    def qualified(self, names: FileScope, qualified: str, depth: int) -> Found:
        """What a name means that says which package it is in; OUTSIDE where no package here has it."""
        for package, name, rest in self._packages.split(qualified) if depth <= DEPTH else ():
            for at in self._packages.holding(package, name, names.path)[:1]:
                return self._within(Meaning(*at), rest, depth)
        return OUTSIDE

    def pathed(self, names: FileScope, path: str, depth: int) -> Found:
        """What a path of modules and names means; OUTSIDE where it begins with a crate that is not here."""
        parts = path.replace("::", ".").split(".")
        for count in range(len(parts), 0, -1):
            file = self.find("::".join(parts[:count]), names)
            if file is not None:
                return self._within(Meaning(file), parts[count:], depth)
        return OUTSIDE

    def parts_of(self, names: FileScope, place: int) -> list[At]:
        """The other definitions of a class in its package."""
        package = next((own for own, held in names.packaged.items() if place in held.values()), None)
        if package is None:
            return []
        found = self._packages.holding(package, names.definitions[place].name, names.path)
        return [at for at in found if at != (names.path, place)]

    def _within(self, found: Found, names: Sequence[str], depth: int) -> Found:
        for name in names:
            found = self._names.member_of(found, name, depth + 1) if isinstance(found, Meaning) else found
        return found

    def _named(self, names: FileScope, path: str, name: str, depth: int) -> Found:
        """What a file binds under a name, or the module of that name in it."""
        theirs = self._names.scope(path)
        if theirs is None:
            return None
        found = self._names.at_top(theirs, name, depth + 1)
        if isinstance(found, Meaning):
            return found
        if inside := self._names.modules_of(names).submodule(path, name):
            return Meaning(inside)
        return Meaning(path) if name == "default" else found

    def _whole(self, path: str | None, entry: Import) -> Found:
        if path is None:
            return OUTSIDE
        theirs = self._names.scope(path)
        last = last_name(entry.module)
        if theirs is not None and theirs.language.modules == FOLDERS and (-1, last) in theirs.inside:
            return Meaning(path, theirs.inside[-1, last])
        return Meaning(path)
