"""Conflict markers: regions as text with markers, and text with markers as regions."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from devagent.errors import NotResolved
from devagent.merge.regions import Clean, Conflict, Region, Regions, Source, Spans, conflicts
from devagent.merge.versions import Labels, Lines, Versions, split_lines

MARKER_SIZE = 7
"""Characters of a marker where the attribute `conflict-marker-size` says nothing."""

_MARKER = rb"^(?:<{%d,}|>{%d,}|\|{%d,})(?:[ \r\n]|$)"


class Style(StrEnum):
    """The values of git's `merge.conflictStyle`."""

    MERGE = "merge"
    """The two sides."""
    DIFF3 = "diff3"
    """The base between them."""
    ZDIFF3 = "zdiff3"
    """The same, but lines that both sides begin or end with stand outside."""


class BrokenMarkers(NotResolved):
    """The conflict markers of a text do not belong together."""


@dataclass(frozen=True)
class Marked:
    """A text with markers, read. With the style `merge` the base of each conflict is unknown, and empty here."""

    regions: Regions
    style: Style
    labels: Labels

    def versions(self, path: str) -> Versions:
        """The three versions as far as they can be told: what stands outside the conflicts counts as all three's."""
        base, ours, theirs = (
            b"".join(line for region in self.regions for line in _side(region, name))
            for name in ("base", "ours", "theirs")
        )
        return Versions(path, base, ours, theirs, self.labels)


def has_markers(text: bytes, size: int = MARKER_SIZE) -> bool:
    """Whether a line looks like the start, the base or the end of a conflict, with markers of so many characters."""
    return re.search(_MARKER % (size, size, size), text, re.MULTILINE) is not None


def hold_markers(versions: Versions, size: int = MARKER_SIZE) -> bool:
    """Whether a version is itself the result of a merge with conflicts: a virtual base, or a commit made by mistake."""
    texts = (versions.base, versions.ours, versions.theirs)
    return any(has_markers(text, min(size, MARKER_SIZE)) for text in texts)


def render(regions: Regions, labels: Labels, *, style: Style = Style.MERGE, size: int = MARKER_SIZE) -> bytes:
    """The text of the regions, with markers around the conflicts that are left."""
    if style is Style.DIFF3:
        regions = untrimmed(regions)
    regions = rejoined(regions)
    parts: list[bytes] = []
    for region in regions:
        if isinstance(region, Clean):
            parts.extend(region.lines)
        else:
            parts.extend(_marked(region, labels, style, size))
    return b"".join(parts)


def untrimmed(regions: Regions) -> Regions:
    """The regions with the lines that both sides begin or end a conflict with put back into it."""
    result: list[Region] = []
    for region in regions:
        if result and belong_together(result[-1], region):
            region = _with(result.pop(), region)
        result.append(region)
    return tuple(result)


def rejoined(regions: Regions) -> Regions:
    """The regions with neighbouring parts of one conflict as one conflict again."""
    result: list[Region] = []
    for region in regions:
        before = result[-1] if result else None
        if isinstance(before, Conflict) and isinstance(region, Conflict) and before.number == region.number:
            region = replace(_with(result.pop(), region), base=before.base + region.base, proposal=None)
        result.append(region)
    return tuple(result)


def parse(text: bytes, size: int = MARKER_SIZE) -> Marked | None:
    """The regions of a text with conflict markers; `None` if it has none.

    Raises `BrokenMarkers` where a marker is missing, out of order, or inside another conflict.
    """
    reader = _Reader(size)
    for number, line in enumerate(split_lines(text), 1):
        reader.read(line, number)
    return reader.marked()


def _marked(conflict: Conflict, labels: Labels, style: Style, size: int) -> list[bytes]:
    parts = [_marker(b"<", size, labels.ours), *_ended(conflict.ours)]
    if style is not Style.MERGE:
        parts += [_marker(b"|", size, labels.base), *_ended(conflict.base)]
    return [*parts, b"=" * size + b"\n", *_ended(conflict.theirs), _marker(b">", size, labels.theirs)]


def _marker(character: bytes, size: int, label: str) -> bytes:
    return character * size + (b" " + label.encode(errors="surrogateescape") if label else b"") + b"\n"


def _ended(lines: Lines) -> Lines:
    return (*lines[:-1], lines[-1] + b"\n") if lines and not lines[-1].endswith(b"\n") else lines


def belong_together(first: Region, second: Region) -> bool:
    """Whether one of two neighbours is a conflict and the other what was trimmed off it."""
    if isinstance(first, Conflict) == isinstance(second, Conflict):
        return False
    clean = second if isinstance(first, Conflict) else first
    # A change that both sides made by themselves would have a common line between itself and the conflict.
    return isinstance(clean, Clean) and clean.source is Source.BOTH and not clean.spans.base and not clean.decision


def _with(first: Region, second: Region) -> Conflict:
    """Two neighbours, one of them a conflict and the other trimmed off it, as one conflict."""
    sides = [_side(first, name) + _side(second, name) for name in ("ours", "theirs")]
    conflict = first if isinstance(first, Conflict) else second
    assert isinstance(conflict, Conflict)
    spans = Spans(
        range(first.spans.base.start, second.spans.base.stop),
        range(first.spans.ours.start, second.spans.ours.stop),
        range(first.spans.theirs.start, second.spans.theirs.stop),
    )
    return Conflict(conflict.base, sides[0], sides[1], spans, conflict.number, conflict.proposal)


def _side(region: Region, name: str) -> Lines:
    if isinstance(region, Clean):
        return region.lines
    lines: Lines = getattr(region, name)
    return lines


class _Reader:
    """Reads lines; knows in which part of a conflict it is."""

    def __init__(self, size: int) -> None:
        self.starts = {b"<": b"<" * size, b"|": b"|" * size, b"=": b"=" * size, b">": b">" * size}
        self.regions: list[Region] = []
        self.parts: dict[str, list[bytes]] = {"": []}
        self.part = ""
        self.opened = 0
        self.labels = {"ours": "", "base": "", "theirs": ""}
        self.has_base = True
        self.at = [0, 0, 0]

    def read(self, line: bytes, number: int) -> None:
        """Take the next line of the text."""
        kind = next((kind for kind, start in self.starts.items() if self._is_marker(line, start)), None)
        if kind is None or (kind == b"=" and self.part not in ("ours", "base")):
            self.parts[self.part].append(line)
        elif kind == b"<" and self.part == "":
            self._flush()
            self.opened = number
            self._enter("ours", line)
        elif kind == b"|" and self.part == "ours":
            self._enter("base", line)
        elif kind == b"=":
            self._enter("theirs", b"")
        elif kind == b">" and self.part == "theirs":
            self.labels["theirs"] = self._label(line)
            self._flush()
        else:
            raise BrokenMarkers(
                f"line {number} is a conflict marker that belongs to no conflict"
                if self.part == ""
                else f"line {number} is a conflict marker inside the conflict that line {self.opened} opens"
            )

    def marked(self) -> Marked | None:
        """What was read."""
        if self.part:
            raise BrokenMarkers(f"the conflict that line {self.opened} opens has no end")
        self._flush()
        if not any(conflicts(self.regions)):
            return None
        style = Style.DIFF3 if self.has_base else Style.MERGE
        return Marked(
            tuple(self.regions), style, Labels(self.labels["ours"], self.labels["base"], self.labels["theirs"])
        )

    def _is_marker(self, line: bytes, start: bytes) -> bool:
        if not line.startswith(start):
            return False
        rest = line[len(start) :].rstrip(b"\r\n")
        return not rest if start.startswith(b"=") else not rest or rest.startswith(b" ")

    def _label(self, line: bytes) -> str:
        return line.rstrip(b"\r\n").partition(b" ")[2].decode(errors="surrogateescape")

    def _enter(self, part: str, line: bytes) -> None:
        self.part = part
        self.parts[part] = []
        if line:
            self.labels[part] = self._label(line)

    def _flush(self) -> None:
        """Make a region of what was read since the last one."""
        if self.part:
            self.has_base = self.has_base and "base" in self.parts
            base, ours, theirs = (tuple(self.parts.get(name, ())) for name in ("base", "ours", "theirs"))
            number = sum(1 for _ in conflicts(self.regions))
            self.regions.append(Conflict(base, ours, theirs, self._spans(base, ours, theirs), number))
        elif self.parts[""]:
            lines = tuple(self.parts[""])
            self.regions.append(Clean(lines, Source.BASE, self._spans(lines, lines, lines)))
        self.parts, self.part = {"": []}, ""

    def _spans(self, *texts: Lines) -> Spans:
        starts = self.at
        self.at = [start + len(lines) for start, lines in zip(starts, texts, strict=True)]
        return Spans(*(range(start, end) for start, end in zip(starts, self.at, strict=True)))
