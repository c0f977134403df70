"""The names of one file by the scopes that they are defined and imported in."""

from devagent.code.index.extract import TYPES
from devagent.code.index.facts import Import
from devagent.code.index.packing import PackedFacts
from devagent.code.language import Language, language_named


class FileScope:
    """The names of one file."""

    def __init__(self, path: str, facts: PackedFacts) -> None:
        self.path = path
        self.language: Language = language_named(facts.language)
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
                self.stars.append(entry)
            else:
                alias = entry.alias or (entry.module.split(".")[0] if self.language.modules == "python" else "")
                self.imports[entry.scope, alias or last_name(entry.module)] = entry

    def owner(self, scope: int) -> int:
        """The class around a scope, or that its function is a method of; -1 without one."""
        while scope >= 0 and scope not in self._extended and self.definitions[scope].kind not in TYPES:
            scope = self.definitions[scope].parent
        return self._extended.get(scope, scope)

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

    @property
    def _rooms(self) -> frozenset[int]:
        known: frozenset[int] | None = self.__dict__.get("rooms")
        if known is None:
            known = frozenset(
                {scope for scope, _ in self.imports}
                | {definition.parent for definition in self.definitions}
                | {place for place, definition in enumerate(self.definitions) if definition.kind in TYPES}
            )
            self.__dict__["rooms"] = known
        return known


def last_name(module: str) -> str:
    """The last part of the name of a module, however its language separates them."""
    return module.replace("\\", "/").replace("::", "/").replace(".", "/").rstrip("/").rpartition("/")[2]
