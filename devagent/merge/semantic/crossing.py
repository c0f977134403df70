"""One direction of a merge: what one side added, in the face of what the other took away."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from devagent.code.index.facts import FUNCTIONS, Definition
from devagent.code.index.imports import Meaning
from devagent.merge.semantic.glance import WORD, classes, defined, names_a_class, reshaped
from devagent.merge.semantic.rules import rules_for
from devagent.merge.semantic.view import View

_CALLED = re.compile(rb"([\w$\x80-\xff]+)(?:<[^()]*>)?\(")


@dataclass(frozen=True)
class Crossing:
    """What one side (the user) added, and what the other (the changer) did to what was there before.

    Arguments:
        merged: the merged files; where a conflict is left in one, it is as the user has it.
    """

    base: View
    user: View
    changer: View
    merged: View
    user_name: str
    changer_name: str
    _added: dict[str, frozenset[bytes]] = field(default_factory=dict, repr=False, compare=False)
    _words: dict[str, frozenset[bytes]] = field(default_factory=dict, repr=False, compare=False)
    _texts: dict[str, tuple[bytes, bytes]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def used(self) -> tuple[str, ...]:
        """The files in which the user added something, sorted."""
        return tuple(
            sorted(
                path
                for path, blob in self.user.blobs.items()
                if blob != self.base.blobs.get(path) and path in self.merged.blobs and rules_for(path)
            )
        )

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """The files of the base that the changer changed or took away, sorted."""
        return tuple(
            sorted(
                path
                for path, blob in self.base.blobs.items()
                if blob != self.changer.blobs.get(path) and rules_for(path)
            )
        )

    @cached_property
    def brought(self) -> tuple[str, ...]:
        """The files that the changer changed or brought, sorted."""
        blobs = self.changer.blobs
        return tuple(sorted(p for p in blobs if blobs[p] != self.base.blobs.get(p) and rules_for(p)))

    def added(self, path: str) -> frozenset[bytes]:
        """The lines that the user added to a file, without the blanks around them."""
        if path not in self._added:
            before = set(_lines(self.base.text(path)))
            self._added[path] = frozenset(line for line in _lines(self.user.text(path)) if line not in before)
        return self._added[path]

    def is_added(self, path: str, line: int) -> bool:
        """Whether a line of the merged file comes from what the user added."""
        lines = self.merged.text(path).split(b"\n")
        return 0 < line <= len(lines) and lines[line - 1].strip() in self.added(path)

    @cached_property
    def words(self) -> frozenset[bytes]:
        """All words in what the user added."""
        return frozenset().union(*(self.added_words(path) for path in self.used))

    def added_words(self, path: str) -> frozenset[bytes]:
        """The words in what the user added to a file."""
        if path not in self._words:
            self._words[path] = frozenset(WORD.findall(b"\n".join(self.added(path))))
        return self._words[path]

    @cached_property
    def called(self) -> frozenset[bytes]:
        """The words in what the user added that stand before a parenthesis."""
        return frozenset(word for path in self.used for word in _CALLED.findall(b"\n".join(self.added(path))))

    @cached_property
    def losses(self) -> "dict[str, list[Loss]]":
        """What the changer took away of what the base defines, by name; only names that the user's lines have."""
        found: dict[str, list[Loss]] = {}
        for path in self.changed:
            if not self.may_lose[path]:
                continue
            left = {each.qualified for each in self.changer.definitions(path)}
            left |= {each.qualified for each in self.merged.definitions(path)}
            for definition in reachable(self.base, path):
                if definition.qualified not in left and definition.name.encode() in self.words:
                    found.setdefault(definition.name, []).append(Loss(path, definition))
        return found

    @cached_property
    def lost_names(self) -> frozenset[bytes]:
        """Every name that may lead nowhere now: what is lost, what files no longer import, and files that are gone."""
        found = {name.encode() for name in self.losses}
        for path in self.changed:
            if path not in self.changer.blobs:
                found.update(part.encode() for part in re.split(r"[/.]", path)[-3:])
            found |= self.may_lose[path]
        return frozenset(found)

    @cached_property
    def reshaped(self) -> dict[str, frozenset[bytes]]:
        """For each changed file the names of what the changer may ask otherwise for."""
        both = [path for path in self.changed if path in self.changer.blobs]
        return {path: reshaped(self.base.text(path), self.changer.text(path)) for path in both}

    @cached_property
    def all_reshaped(self) -> frozenset[bytes]:
        """All of these names."""
        return frozenset().union(*self.reshaped.values())

    @cached_property
    def touched_classes(self) -> frozenset[bytes]:
        """The names of the classes in the files that the changer changed."""
        return frozenset().union(*(classes(self.base.text(path)) for path in self.changed))

    def may_inherit(self, path: str) -> bool:
        """Whether the user may have added a class in a file, or to a class, that inherits from what was changed."""
        added = self.added(path)
        if names_a_class(b"\n".join(added)) and not self.added_words(path).isdisjoint(self.touched_classes):
            return True
        return not self.all_reshaped.isdisjoint(defined(b"\n".join(added)))

    def adds_one_of(self, path: str, names: Collection[bytes]) -> bool:
        """Whether the user's lines in a file have one of these words."""
        return not self.added_words(path).isdisjoint(names)

    def lost_words(self, path: str) -> set[bytes]:
        """The words in the lines of a file that the changer took out or changed."""
        return set(WORD.findall(self._exchanged(path)[0]))

    @cached_property
    def may_lose(self) -> dict[str, frozenset[bytes]]:
        """For each changed file the names that the user's lines have, and that it may define no longer."""
        return {path: self._may_lose(*self._exchanged(path)) for path in self.changed}

    def _may_lose(self, lost: bytes, put: bytes) -> frozenset[bytes]:
        return (defined(lost) & self.words) - defined(put) if lost else frozenset()

    def may_double(self, path: str) -> bool:
        """Whether both sides may have put definitions of one name into a file."""
        ours = defined(b"\n".join(self.added(path)))
        return not ours.isdisjoint(defined(self._exchanged(path)[1]))

    def _exchanged(self, path: str) -> tuple[bytes, bytes]:
        """The lines of a file that the changer took out, and those that it put in."""
        if path not in self._texts:
            before, after = Counter(_lines(self.base.text(path))), Counter(_lines(self.changer.text(path)))
            self._texts[path] = b"\n".join(before - after), b"\n".join(after - before)
        return self._texts[path]


@dataclass(frozen=True)
class Loss:
    """A definition of the base that the changer no longer has at its place."""

    path: str
    definition: Definition

    def is_meant(self, view: View, meaning: Meaning) -> bool:
        """Whether a name of a version stands for this."""
        if meaning.path != self.path or meaning.place < 0:
            return False
        found = view.resolver.definition(meaning)
        return found is not None and found.qualified == self.definition.qualified


def reachable(view: View, path: str) -> Iterator[Definition]:
    """The definitions of a file that can be meant from outside of the functions that they stand in."""
    definitions = view.definitions(path)
    local = set[int]()
    for place, definition in enumerate(definitions):
        inside = definition.parent >= 0 and (
            definition.parent in local
            or (definitions[definition.parent].kind in FUNCTIONS and definition.kind != "attribute")
        )
        if inside:
            local.add(place)
        else:
            yield definition


def _lines(text: bytes) -> list[bytes]:
    return [line.strip() for line in text.split(b"\n")]
