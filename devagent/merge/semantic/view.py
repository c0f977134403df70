"""One version of a repository's files, read and parsed only as far as it is asked for."""

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import islice

from devagent.code.errors import CannotParse
from devagent.code.index.cover import left_out_by_content, left_out_by_name
from devagent.code.index.extract import extract
from devagent.code.index.facts import Definition
from devagent.code.index.imports import Meaning
from devagent.code.index.naming import Names
from devagent.code.index.packing import PackedFacts, packed
from devagent.code.index.resolve import Resolver
from devagent.code.language import Language, language_for, same_length_utf8
from devagent.merge.semantic.rules import Rules, rules_for

MOST_BYTES = 400_000
"""A longer file is not parsed: nobody wrote it by hand, and its grammar may take long."""
_WORD = re.compile(rb"[\w$\x80-\xff]+")

Read = Callable[[Iterable[str]], Mapping[str, bytes]]
"""Gives the contents of many blobs, by id."""


class Contents:
    """The contents of blobs and their facts, shared by all versions.

    Arguments:
        read: reads blobs.
        texts: contents that are no blobs yet, by an id of the caller's.
    """

    def __init__(self, read: Read, texts: Mapping[str, bytes] | None = None) -> None:
        self._read = read
        self._texts: dict[str, bytes] = dict(texts or {})
        self._facts: dict[tuple[str, str], PackedFacts | None] = {}

    def load(self, blobs: Iterable[str]) -> None:
        """Read blobs that will be asked for, all at once."""
        wanted = [blob for blob in blobs if blob not in self._texts]
        if wanted:
            self._texts.update(self._read(wanted))

    def text(self, blob: str) -> bytes:
        """The content of a blob."""
        self.load([blob])
        return self._texts[blob]

    def facts(self, blob: str, language: Language) -> PackedFacts | None:
        """The facts of a file with this content; `None` where it is not looked at."""
        key = (blob, language.name)
        if key not in self._facts:
            content = self.text(blob)
            known = len(content) <= MOST_BYTES and not left_out_by_content(content)
            self._facts[key] = _facts(content, language) if known else None
        return self._facts[key]


def _facts(content: bytes, language: Language) -> PackedFacts | None:
    try:
        return PackedFacts(packed(language.name, extract(same_length_utf8(content), language)))
    except CannotParse:
        return None


class View:
    """One version of all files.

    Arguments:
        blobs: the id of the content of each file, by path.
    """

    def __init__(self, blobs: Mapping[str, str], contents: Contents) -> None:
        self.blobs, self._contents = blobs, contents
        self._read: set[str] = set()

    @cached_property
    def resolver(self) -> Resolver:
        """What follows names through this version. By a name alone it finds nothing."""
        return Resolver(self.blobs, self.facts, lambda: Names(()), lambda: self._packages)

    @cached_property
    def _packages(self) -> dict[str, list[str]]:
        """The packages that a file may be in by its folder: which of them it is in, it says itself."""
        found: dict[str, list[str]] = {}
        by_folder: dict[str, list[str]] = {}
        for path in self.blobs:
            language = language_for(path)
            if language is None or language.modules != "packages":
                continue
            folder = posixpath.dirname(path)
            if folder not in by_folder:
                parts = folder.split("/")
                by_folder[folder] = [".".join(parts[start:]) for start in range(len(parts))]
            found[path] = by_folder[folder]
        return found

    @cached_property
    def _folders(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.blobs:
            found.setdefault(posixpath.dirname(path), []).append(path)
        return found

    def text(self, path: str) -> bytes:
        """The content of a file; empty where there is none."""
        blob = self.blobs.get(path)
        return self._contents.text(blob) if blob else b""

    def load(self, paths: Iterable[str]) -> None:
        """Read files that will be asked for, all at once."""
        self._contents.load([self.blobs[path] for path in paths if path in self.blobs])

    def facts(self, path: str) -> PackedFacts | None:
        """What is known of a file."""
        blob, language = self.blobs.get(path), language_for(path)
        if blob is None or language is None or rules_for(path) is None or left_out_by_name(path):
            return None
        folder = posixpath.dirname(path)
        if language.modules == "packages" and folder not in self._read:
            # What stands beside a file is seen in it, and will be asked for file by file.
            self._read.add(folder)
            self.load(each for each in self._folders[folder] if language_for(each) is language)
        return self._contents.facts(blob, language)

    def definitions(self, path: str) -> list[Definition]:
        """What a file defines; nothing where it is not there."""
        facts = self.facts(path)
        return list(facts.definitions) if facts else []

    def named(self, path: str, qualified: str) -> list[Definition]:
        """The definitions of a file with this qualified name."""
        return [each for each in self.definitions(path) if each.qualified == qualified]

    def words(self, path: str) -> frozenset[bytes]:
        """The words in the text of a file."""
        return frozenset(_WORD.findall(self.text(path)))

    def quotes(self, path: str, name: str) -> bool:
        """Whether a file has a name as a whole text in quotes: it may be bound by what it is given to."""
        text = self.text(path)
        return any(b"%s%s%s" % (mark, name.encode(), mark) in text for mark in (b'"', b"'"))

    def mentions(self, path: str, name: str) -> bool:
        """Whether the code of a file may still bind a name at its top."""
        return name in self.heads(path) or self.quotes(path, name)

    def heads(self, path: str) -> frozenset[str]:
        """The names in the code of a file that stand behind no dot: what it defines, imports, and looks up."""
        facts = self.facts(path)
        if facts is None:
            return frozenset()
        found = {chain.partition(".")[0].removesuffix("()") for chain in facts.uses.table}
        found.update(each.name for each in facts.definitions if each.parent < 0)
        found.update(name for entry in facts.imports for name in (entry.name, entry.alias))
        return frozenset(found)

    def members(self, path: str, definition: Definition) -> frozenset[str]:
        """The names in the code of a class, wherever they stand."""
        facts, lines = self.facts(path), range(definition.start_line, definition.end_line + 1)
        if facts is None:
            return frozenset()
        uses, at = facts.uses, iter(facts.uses.lines)
        found = {each.name for each in facts.definitions if each.start_line in lines and each != definition}
        for chain, count in zip(uses.chains, uses.counts, strict=True):
            if any(line in lines for line in list(islice(at, count))):
                found.update(name.removesuffix("()") for name in uses.table[chain].split("."))
        return frozenset(found)

    def has_namesake(self, path: str) -> bool:
        """Whether something else stands where a module was that is gone: a folder, or a file in another language."""
        stem = posixpath.splitext(path)[0].removesuffix("/__init__").removesuffix("/index")
        language = language_for(path)
        if language is not None and language.modules == "packages":
            name = f"/{posixpath.basename(stem)}."
            return any(name in f"/{each}" for each in self.blobs)
        return any(each.startswith((f"{stem}.", f"{stem}/")) for each in self.blobs)

    def is_closed(self, meaning: Meaning, depth: int = 0, *, bases: bool = True) -> bool:
        """Whether all members of a class are known: it and its bases are here, and none makes members by itself.

        Arguments:
            bases: whether those have to be known as well.
        """
        rules, names = rules_for(meaning.path), self.resolver.scope(meaning.path)
        if rules is None or names is None or meaning.place < 0 or depth > 12:
            return False
        definition = names.definitions[meaning.place]
        if self._makes_members(meaning.path, definition, rules):
            return False
        for base in definition.bases if bases else ():
            if base.partition("[")[0].partition("<")[0] in rules.roots:
                continue
            meant = self.resolver.follow(meaning.path, definition.parent, base)
            if not isinstance(meant, Meaning) or not self.is_closed(meant, depth + 1):
                return False
        return True

    def _makes_members(self, path: str, definition: Definition, rules: Rules) -> bool:
        lines = self.text(path).decode("utf-8", "replace").split("\n")
        # Annotations stand above; those of the file's imports say as much.
        text = "\n".join(lines[max(0, definition.start_line - 6) : definition.end_line])
        return any(mark in text for mark in (*rules.magic, *rules.maker))
