"""Whether a merge is what people made of it: equal up to white space and the order of imports.

White space is left out altogether, except that indentation counts in Python. A hunk is a region of
`git merge-file --diff3`. What people put in its place is found by aligning the lines around it with their file; where
the lines next to it are not in their file, they changed its surroundings too, and no answer is right.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from posixpath import splitext

from devagent.merge.histogram import Change, diff
from devagent.merge.regions import Clean, Regions
from devagent.merge.versions import split_lines

Essence = tuple[tuple[str, ...], str]
"""What counts of a text: its imports, sorted, and the rest without white space."""

LANGUAGES = {
    ".py": "python",
    ".java": "java",
    ".ts": "typescript",
    ".tsx": "typescript",
    ".js": "javascript",
    ".jsx": "javascript",
    ".go": "go",
    ".rs": "rust",
}
"""The languages that merges are judged in, by the ending of a file's name."""
_IMPORTS = {
    "python": r"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\([^)]*\)|(?:[^\n\\]|\\\n?)*)|import[ \t]+[\w., \t]+)",
    "java": r"^\s*import\s+[^;{}]+;",
    "javascript": r"^[ \t]*(?:import|export)\b[^;'\"()=]*?\bfrom\s*['\"][^'\"\n]+['\"];?"
    r"|^[ \t]*import\s*['\"][^'\"\n]+['\"];?"
    r"|^[ \t]*(?:const|let|var)\s+[\w{},\s:]+?=\s*require\([^()\n]*\)[.\w]*[;,]?",
    "go": r"^[ \t]*(?:import[ \t]+)?(?:[\w.]+[ \t]+)?\"[^\"\n ,]+\"[ \t]*$",
    "rust": r"^[ \t]*(?:pub(?:\([^()]*\))?\s+)?(?:use\s+[\w:{}*,\s]+|extern\s+crate\s+\w+);",
}
_IMPORTS["typescript"] = _IMPORTS["javascript"]
_PATTERNS = {language: re.compile(pattern, re.MULTILINE) for language, pattern in _IMPORTS.items()}
_NAMES = re.compile(r"[^\s,;{}()]+")
_QUOTED = re.compile(r"\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|#.*")
_BRACKET = re.compile(r"[][(){}]")
_SPACE = re.compile(r"\s+")


def language_of(path: str) -> str:
    """The language of a file, by its name; empty where imports and indentation are no matter of it."""
    return LANGUAGES.get(splitext(path)[1], "")


def essence(language: str, text: bytes) -> Essence:
    """What counts of a text in a language."""
    readable = text.decode("latin-1")
    imports: list[str] = []

    def taken(match: re.Match[str]) -> str:
        imports.append(" ".join(sorted(_NAMES.findall(match[0]))))
        return "\n"

    rest = _PATTERNS[language].sub(taken, readable) if language in _PATTERNS else readable
    return tuple(sorted(imports)), _indented(rest) if language == "python" else _SPACE.sub("", rest)


def _indented(text: str) -> str:
    """The lines without white space, each with its indentation; a line inside brackets belongs to the one before it."""
    kept: list[str] = []
    depth = 0
    for line in text.splitlines():
        bare = _SPACE.sub("", line)
        if not bare:
            continue
        if depth > 0:
            kept[-1] += bare
        else:
            line = line.expandtabs()
            kept.append(f"{len(line) - len(line.lstrip())} {bare}")
        if _BRACKET.search(bare):
            code = _QUOTED.sub("", bare)
            depth = max(0, depth + sum(code.count(sign) for sign in "([{") - sum(code.count(sign) for sign in ")]}"))
    return "\n".join(kept)


@dataclass(frozen=True)
class Made:
    """What people made of one hunk: the lines in its place."""

    lines: tuple[bytes, ...]
    essence: Essence


def made(regions: Regions, result: bytes, language: str) -> list[Made | None]:
    """What people made of each conflict of the regions; `None` where they changed its surroundings too."""
    clean: list[bytes] = []
    slots = []
    for region in regions:
        if isinstance(region, Clean):
            clean.extend(region.lines)
        else:
            slots.append(len(clean))
    lines = split_lines(result)
    places = _aligned([_SPACE.sub("", line.decode("latin-1")) for line in clean], lines, set(slots))
    found: list[Made | None] = []
    for number, slot in enumerate(slots):
        before = _anchor(clean, places, range(slot - 1, slots[number - 1] - 1 if number else -1, -1))
        after = _anchor(clean, places, range(slot, slots[number + 1] if number + 1 < len(slots) else len(clean)))
        start = 0 if slot == 0 else None if before is None else before + 1
        end = len(lines) if slot == len(clean) else after
        if start is None or end is None or start > end:
            found.append(None)
        else:
            found.append(Made(lines[start:end], essence(language, b"".join(lines[start:end]))))
    return found


def _anchor(clean: Sequence[bytes], places: Sequence[int | None], order: range) -> int | None:
    """Where the nearest line that is not blank stands in people's file; if all are blank, where the nearest stands."""
    return next((places[i] for i in order if clean[i].strip()), places[order[0]] if order else None)


def _aligned(clean: list[str], lines: Sequence[bytes], slots: set[int]) -> list[int | None]:
    """For each clean line, where it stands in people's file."""
    keys = [_SPACE.sub("", line.decode("latin-1")) for line in lines]
    places: list[int | None] = []
    at = 0
    changes = diff(clean, keys)
    for change in [*changes, Change(len(clean), len(clean), len(keys), len(keys))]:
        places += range(at, at + change.a_start - len(places))
        places += [None] * (change.a_end - change.a_start)
        at = change.b_end
    for change in changes:
        if change.a_start == change.a_end and change.a_start not in slots:
            _slide(places, keys, change, slots)
    return places


def _slide(places: list[int | None], keys: list[str], change: Change, slots: set[int]) -> None:
    """Move an insertion to a hunk close by, if it says the same there."""
    at, start, end = change.a_start, change.b_start, change.b_end
    for up in range(1, min(start, at) + 1):
        if keys[start - up] != keys[end - up] or places[at - up] != start - up:
            break
        if at - up in slots:
            places[at - up : at] = range(end - up, end)
            return
    for down in range(min(len(keys) - end, len(places) - at)):
        if keys[start + down] != keys[end + down] or places[at + down] != end + down:
            return
        if at + down + 1 in slots:
            places[at : at + down + 1] = range(start, start + down + 1)
            return
