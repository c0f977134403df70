"""The names of one file by the scopes that they are defined and imported in."""

import posixpath
from functools import cached_property

from devagent.code.index.facts import TYPES, Import
from devagent.code.index.naming import in_packages, roles_of
from devagent.code.index.packing import PackedFacts
from devagent.code.language import Language, language_named


class FileScope:
    """The names of one file."""

    def __init__(self, path: str, facts: PackedFacts) -> None:
        self.path = path
        self.folder, self.ending = posixpath.dirname(path), posixpath.splitext(path)[1]
        self.language: Language = language_named(facts.language)
        self.package = facts.package
        self.definitions = facts.definitions
        self.inside: dict[tuple[int, str], int] = {}
        self._extended: dict[int, int] = {}
        for place, definition in enumerate(self.definitions):
            key = (definition.parent, definition.name)
            if definition.kind not in ("attribute", "extension") or key not in self.inside:
                self.inside[key] = place
        self._extend()
        self.imports: dict[tuple[int, str], Import] = {}
        self.stars: list[Import] = []
        for entry in facts.imports:
            if entry.name == "*" and entry.alias in ("", "*"):
                if entry.module != "super" or not self.in_namespace(entry.scope):
                    self.stars.append(entry)
            else:
                alias = entry.alias or (entry.module.split(".")[0] if self.language.modules == "python" else "")
                self.imports[entry.scope, alias or last_name(entry.module)] = entry

    def owner(self, scope: int) -> int:
        """The class around a scope, or that its function is a method of; -1 without one."""
        while scope >= 0 and scope not in self._extended and self.definitions[scope].kind not in TYPES:
            scope = self.definitions[scope].parent
        return self._extended.get(scope, scope)

    def in_namespace(self, scope: int) -> bool:
        """Whether a scope is in a module within the file: for that, what is above is the file."""
        while scope >= 0 and self.definitions[scope].kind != "namespace":
            scope = self.definitions[scope].parent
        return scope >= 0

    def _extend(self) -> None:
        """Members that stand outside of their type: in an extension, or as functions that name it."""
        for place, definition in enumerate(self.definitions):
            of = definition.qualified.split(".")[-2:-1]
            if definition.kind == "extension":
                target = self.inside.get((definition.parent, definition.name), place)
                if target != place:
                    self._extended[place] = target
            elif (
                definition.kind == "method"
                and of
                and (definition.parent < 0 or self.definitions[definition.parent].name != of[0])
            ):
                target = self.inside.get((definition.parent, of[0]), -1)
                if target >= 0:
                    self._extended[place] = target
                    self.inside.setdefault((target, definition.name), place)
        for place, definition in enumerate(self.definitions):
            if definition.parent in self._extended and self.definitions[definition.parent].kind == "extension":
                self.inside.setdefault((self._extended[definition.parent], definition.name), place)

    def room(self, scope: int) -> int:
        """What all scopes share in which names mean the same: twice the innermost one around that has names of its own.

        One more where that is a class and the scope is a function in it: there, its names are not seen on their own.
        """
        within = 0
        while scope >= 0 and scope not in self._rooms:
            within = 1
            scope = self.definitions[scope].parent
        return 2 * scope + (within if scope >= 0 else 0)

    @cached_property
    def named(self) -> dict[str, list[int]]:
        """The places of all definitions by their names, at whatever level they are."""
        found: dict[str, list[int]] = {}
        for place, definition in enumerate(self.definitions):
            found.setdefault(definition.name, []).append(place)
        return found

    @cached_property
    def packaged(self) -> dict[str, dict[str, int]]:
        """For each package that it has a part in, the places of the definitions by their names."""
        found: dict[str, dict[str, int]] = {}
        for package, name, place in in_packages(self.package, self.definitions):
            found.setdefault(package, {}).setdefault(name, place)
        return found

    @cached_property
    def roles(self) -> bytes:
        """The roles of all definitions."""
        return roles_of(self.definitions)

    @cached_property
    def bound(self) -> list[str]:
        """The names that its top level binds, by definitions and imports."""
        names = [name for scope, name in self.inside if scope < 0]
        return names + [name for scope, name in self.imports if scope < 0]

    @cached_property
    def _rooms(self) -> frozenset[int]:
        return frozenset(
            {scope for scope, _ in self.imports}
            | {definition.parent for definition in self.definitions}
            | {place for place, definition in enumerate(self.definitions) if definition.kind in TYPES}
        )


def last_name(module: str) -> str:
    """The last part of the name of a module, however its language separates them."""
    return module.replace("\\", "/").replace("::", "/").replace(".", "/").rstrip("/").rpartition("/")[2]
