"""What names mean across files: by the scopes and imports of the file that uses them, and the bases of classes.

A chain `a.b.c` is followed name by name. Its first name is looked up in the functions around, then at the top of the
file, then where the file's imports lead; the others are looked up in what stands before them: a module, a class and
its bases, something that a class made. Where that is not known, the name alone may still say what is meant; such an
answer is marked as unsure.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from devagent.code.index.crates import CrateModules
from devagent.code.index.facts import FUNCTIONS, TYPES, Definition, Import
from devagent.code.index.imports import CRATES, DEPTH, FOLDERS, OUTSIDE, PACKAGES, PYTHON, Found, Imports, Meaning
from devagent.code.index.modules import FolderModules, Modules, PathModules, PythonModules
from devagent.code.index.naming import Names, fits
from devagent.code.index.packing import PackedFacts
from devagent.code.index.scopes import FileScope
from devagent.code.index.surroundings import Surroundings
from devagent.code.index.uses import UNKNOWN
from devagent.code.language import Language

_WAYS: dict[str, Callable[[Iterable[str]], Modules]] = {
    PYTHON: PythonModules,
    "paths": PathModules,
    CRATES: CrateModules,
}
"""The ways of naming modules by paths; all others are those of FolderModules."""
_SEEN_INSIDE = FUNCTIONS | {"namespace"}
MAX_MEANINGS = 5
"""A name that so many definitions share says nothing by itself."""


class Resolver:
    """Follows names through a tree.

    Arguments:
        paths: the files of the tree.
        facts: what is known of a file.
        named: the definitions by their names; asked for only when that is needed.
        packages: the packages that files have a part in, likewise.
    """

    def __init__(
        self,
        paths: Iterable[str],
        facts: Callable[[str], PackedFacts | None],
        named: Callable[[], Names],
        packages: Callable[[], Mapping[str, Sequence[str]]],
    ) -> None:
        self._paths = tuple(paths)
        self._facts = facts
        self._named = named
        self._scopes: dict[str, FileScope | None] = {}
        self._modules: dict[str, Modules] = {}
        self._tops: dict[tuple[str, str, bool], Meaning] = {}
        self._imports = Imports(self, packages)
        self._around = Surroundings(self.scope, self.modules, self._imports.find)
        self._members: dict[tuple[str, int, str], Found] = {}
        self._followed: dict[tuple[str, int, str], Found] = {}
        self._guessed: dict[tuple[str, bool, bool, str], list[Meaning]] = {}

    def scope(self, path: str) -> FileScope | None:
        """The names of a file; `None` for one that has no facts."""
        if path not in self._scopes:
            facts = self._facts(path)
            self._scopes[path] = FileScope(path, facts) if facts is not None and not facts.note else None
        return self._scopes[path]

    def modules(self, language: Language) -> Modules:
        """How a language finds the files that it imports."""
        way = language.modules or FOLDERS
        if way not in self._modules:
            self._modules[way] = _WAYS.get(way, FolderModules)(self._paths)
        return self._modules[way]

    def follow(self, path: str, scope: int, chain: str) -> Found:
        """What the last name of a chain means that is used in a scope of a file."""
        names = self.scope(path)
        if names is None:
            return None
        return self._follow(names, names.room(scope), chain, 0)

    def follow_in(self, names: FileScope, room: int, chain: str) -> Found:
        """The same in a room of a file's names (`FileScope.room`)."""
        return self._follow(names, room, chain, 0)

    def imported(self, path: str, entry: Import) -> Found:
        """What an import of a file brings in."""
        names = self.scope(path)
        return self._imports.brought(names, entry, 0) if names is not None else None

    def modules_of(self, names: FileScope) -> Modules:
        """How the language of a file finds the files that it imports."""
        return self.modules(names.language)

    def member(self, holder: Meaning, name: str) -> Found:
        """What a member of something is: of a module, a class and its bases, something that a class made."""
        return self.member_of(holder, name, 0)

    def forget(self) -> None:
        """Let go of what was only of use for one file."""
        self._followed.clear()

    def guesses(self, path: str, chain: str) -> list[Meaning]:
        """The definitions that the last name of a chain may mean, by the name alone; none when too many share it."""
        names = self.scope(path)
        _, dot, name = chain.rpartition(".")
        if names is None or name in names.language.common:
            return []
        member, types = bool(dot), not names.language.own
        places = (place for place in names.named.get(name, ()) if fits(names.roles[place], member=member, types=types))
        if here := [Meaning(path, place) for place in places]:
            return here if len(here) <= MAX_MEANINGS else []
        key = (name, member, types, names.language.modules)
        if key not in self._guessed:
            found = self._named().sharing(name, key[3], member=member, types=types, most=MAX_MEANINGS)
            self._guessed[key] = [Meaning(*each) for each in found]
        return self._guessed[key]

    def definition(self, meaning: Meaning) -> Definition | None:
        """The definition that a name stands for; `None` for a file."""
        names = self.scope(meaning.path)
        return names.definitions[meaning.place] if names is not None and meaning.place >= 0 else None

    def _follow(self, names: FileScope, room: int, chain: str, depth: int) -> Found:
        if depth > DEPTH:
            return None
        key = (names.path, room, chain)
        if key in self._followed:
            return self._followed[key]
        self._followed[key] = None  # what leads back to itself means nothing
        before, dot, name = chain.rpartition(".")
        called = name.endswith("()")
        name = name.removesuffix("()")
        found: Found
        if not dot:
            found = self._lookup(names, room >> 1, name, depth, direct=not room & 1)
        else:
            holder = self._follow(names, room, before, depth + 1)
            found = self.member_of(holder, name, depth) if isinstance(holder, Meaning) else holder
            if found is None and names.language.modules == PACKAGES:
                qualified = self._imports.qualified(names, chain.removesuffix("()"), depth)
                found = qualified if isinstance(qualified, Meaning) else None
        if called and name != names.language.above:
            found = self._called(found, depth) if isinstance(found, Meaning) else found
        self._followed[key] = found
        return found

    def _lookup(self, names: FileScope, scope: int, name: str, depth: int, *, direct: bool) -> Found:
        if name == UNKNOWN:
            return None
        language = names.language
        if language.modules == CRATES and name in ("crate", "super"):
            above = name == "super" and names.in_namespace(scope)
            return Meaning(names.path) if above else self._imports.pathed(names, name, depth)
        if name in language.own or name == language.above:
            owner = names.owner(scope)
            if owner >= 0:
                return Meaning(names.path, owner, True) if name in language.own else self._above(names, owner, depth)
        while scope >= 0:
            definition = names.definitions[scope]
            # Where objects are named, the names of a class are seen in its own body, and nowhere further in.
            if definition.kind in _SEEN_INSIDE or direct or language.implicit:
                found = self._inside(names, scope, name, depth)
                if found is None and language.implicit and definition.kind in TYPES:
                    found = self._beyond(names, scope, name, depth + 1)
                if found is not None:
                    return found
            direct = False
            scope = definition.parent
        return self.at_top(names, name, depth, beside=True)

    def _inside(self, names: FileScope, scope: int, name: str, depth: int) -> Found:
        place = names.inside.get((scope, name))
        if place is not None:
            return Meaning(names.path, place)
        entry = names.imports.get((scope, name))
        return self._imports.brought(names, entry, depth) if entry is not None else None

    def at_top(self, names: FileScope, name: str, depth: int, *, beside: bool = False) -> Found:
        """A name at the top level of a file; OUTSIDE where nothing there can bind it."""
        key = (names.path, name, beside)
        if key in self._tops:
            return self._tops[key]
        found = self._at_top_of(names, name, depth, beside=beside) if depth <= DEPTH else None
        if isinstance(found, Meaning):
            self._tops[key] = found
        return found

    def _at_top_of(self, names: FileScope, name: str, depth: int, *, beside: bool) -> Found:
        if (-1, name) in names.inside or (-1, name) in names.imports:
            return self._bound(names, name, depth)
        if names.language.modules == PACKAGES:
            return self._imports.seen(names, name, depth)
        if names.language.modules == CRATES and beside:
            module = self._imports.pathed(names, name, depth)
            if isinstance(module, Meaning):
                return module
        starred = self._around.starred(names)
        if (theirs := starred.owners.get(name)) is not None:
            found = self._bound(theirs, name, depth + 1)
            if isinstance(found, Meaning):
                return found
        if beside and (near := self._around.beside(names, name)) is not None:
            return Meaning(*near)
        return None if starred.unknown or names.language.modules != PYTHON else OUTSIDE

    def _bound(self, names: FileScope, name: str, depth: int) -> Found:
        """What a name means that the top level of a file binds."""
        place, entry = names.inside.get((-1, name)), names.imports.get((-1, name))
        if place is not None and (entry is None or names.definitions[place].kind not in ("variable", "constant")):
            return Meaning(names.path, place)
        return self._imports.brought(names, entry, depth) if entry is not None else None

    def member_of(self, holder: Meaning, name: str, depth: int) -> Found:
        """A member of a module, a class or something that a class made, so many steps on the way."""
        key = (holder.path, holder.place, name)
        if holder.place < 0:
            return self._of_module(holder.path, name, depth)
        if key in self._members:
            return self._members[key]
        self._members[key] = None
        names = self.scope(holder.path)
        found: Found = None
        if names is not None:
            kind = names.definitions[holder.place].kind
            if kind in TYPES:
                found = self._of_class(names, holder.place, name, depth)
            elif kind not in FUNCTIONS:
                worth = self._worth(names, holder.place, depth)
                found = self.member_of(worth, name, depth + 1) if isinstance(worth, Meaning) else worth
        self._members[key] = found
        return found

    def _of_module(self, path: str, name: str, depth: int) -> Found:
        names = self.scope(path)
        if names is None:
            return None
        found = self.at_top(names, name, depth + 1, beside=True)
        if not isinstance(found, Meaning) and (inside := self.modules(names.language).submodule(path, name)):
            return Meaning(inside)
        return found if found is not OUTSIDE else None

    def _of_class(self, names: FileScope, place: int, name: str, depth: int) -> Found:
        inside = names.inside.get((place, name))
        return Meaning(names.path, inside) if inside is not None else self._beyond(names, place, name, depth)

    def _beyond(self, names: FileScope, place: int, name: str, depth: int) -> Found:
        """A member of a class that does not stand in it: in another part of it, or in its bases."""
        for path, part in self._imports.parts_of(names, place) if names.language.partial else ():
            theirs = self.scope(path)
            if theirs is not None and (inside := theirs.inside.get((part, name))) is not None:
                return Meaning(path, inside)
        return self._of_bases(names, place, name, depth)

    def _of_bases(self, names: FileScope, place: int, name: str, depth: int) -> Found:
        """A member of the bases, the first of them first; unknown where a base is."""
        if depth > DEPTH:
            return None
        for base in names.definitions[place].bases:
            meant = self._follow(names, names.room(names.definitions[place].parent), base, depth + 1)
            if isinstance(meant, Meaning) and meant.place >= 0:
                found = self.member_of(meant, name, depth + 1)
                if isinstance(found, Meaning):
                    return found
        return None

    def _above(self, names: FileScope, owner: int, depth: int) -> Found:
        for base in names.definitions[owner].bases:
            meant = self._follow(names, names.room(names.definitions[owner].parent), base, depth + 1)
            if isinstance(meant, Meaning) and meant.place >= 0:
                return meant._replace(made=True)
        return None

    def _called(self, found: Meaning, depth: int) -> Found:
        """What calling something gives: what a class makes, or what a function says that it returns."""
        names = self.scope(found.path)
        if names is None or depth > DEPTH:
            return None
        if found.place < 0:
            exported = self.at_top(names, "default", depth + 1)
            return self._called(exported, depth + 1) if isinstance(exported, Meaning) else None
        definition = names.definitions[found.place]
        if definition.kind in TYPES:
            return found._replace(made=True)
        if definition.kind in FUNCTIONS and definition.bases:
            meant = self._follow(names, names.room(definition.parent), definition.bases[0], depth + 1)
            return meant._replace(made=True) if isinstance(meant, Meaning) else None
        return None

    def _worth(self, names: FileScope, place: int, depth: int) -> Found:
        """What a variable or attribute stands for."""
        definition = names.definitions[place]
        if not definition.bases or depth > DEPTH:
            return None
        return self._follow(names, names.room(definition.parent), definition.bases[0], depth + 1)
