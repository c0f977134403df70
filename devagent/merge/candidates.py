"""Step 4, first half: the texts that could stand in the place of a conflict."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from devagent.code.language import format_for
from devagent.merge.decision import Alternative
from devagent.merge.limits import Limits
from devagent.merge.markers import untrimmed
from devagent.merge.patterns import PATTERNS, Hunk, texts
from devagent.merge.regions import Clean, Conflict, Regions, conflicts
from devagent.merge.versions import Lines, Versions
from devagent.merge.weave import key


@dataclass(frozen=True)
class Whole:
    """A conflict with the lines that both sides begin or end it with, which the line merge took out of it."""

    hunk: Hunk
    head: Lines
    tail: Lines

    def filled(self, lines: Lines) -> Lines:
        """What stands in the place of the whole if `lines` stand in the place of the conflict."""
        return self.head + lines + self.tail

    def inner(self, lines: Lines) -> Lines | None:
        """What would stand in the place of the conflict; `None` if `lines` lack what was taken out."""
        end = len(lines) - len(self.tail)
        if end < len(self.head) or lines[: len(self.head)] != self.head or lines[end:] != self.tail:
            return None
        return lines[len(self.head) : end]


def whole(regions: Regions, index: int, limits: Limits | None = None) -> Whole:
    """The conflict `regions[index]` as it was before anything was taken out of it."""
    conflict = regions[index]
    assert isinstance(conflict, Conflict)
    around = regions[max(0, index - 1) : index + 2]
    opened = next(conflicts(untrimmed(tuple(r for r in around if r is conflict or isinstance(r, Clean)))))
    head = conflict.spans.ours.start - opened.spans.ours.start
    tail = opened.spans.ours.stop - conflict.spans.ours.stop
    limits = limits or Limits()
    sides = (opened.base, opened.ours, opened.theirs)
    size = sum(len(line) for lines in sides for line in lines)
    is_large = opened.size > limits.conflict_lines or size > limits.conflict_bytes
    hunk = Hunk(*sides, limits.token_operations, is_large=is_large)
    return Whole(hunk, opened.ours[:head], opened.ours[len(opened.ours) - tail :])


def propose(versions: Versions, regions: Regions, index: int, limits: Limits) -> tuple[Alternative, ...]:
    """The texts for the conflict `regions[index]`, not ranked and not yet cut; the simplest if it is large.

    What an earlier step proposed is the first of them.
    """
    opened = whole(regions, index, limits)
    indented = is_indented(versions.path)
    made = ((opened.inner(lines), names[0]) for lines, names in distinct(opened.hunk, indented))
    found = tuple(Alternative(lines, name, PATTERNS[name].why) for lines, name in made if lines is not None)
    said = proposed(regions, index)
    if said is None:
        return found
    content = shape(said.lines, indented)
    return (said, *(other for other in found if shape(other.lines, indented) != content))


def proposed(regions: Regions, index: int) -> Alternative | None:
    """What an earlier step would put in the place of the conflict `regions[index]`, with the step's own probability."""
    conflict = regions[index]
    decision = conflict.proposal if isinstance(conflict, Conflict) else None
    return Alternative(decision.lines, decision.how, decision.why, decision.probability) if decision else None


@lru_cache(maxsize=256)
def distinct(hunk: Hunk, indented: bool) -> Sequence[tuple[Lines, Sequence[str]]]:
    """The texts that differ by more than white space, each with the names of all patterns that give it.

    Arguments:
        indented: whether the indentation of a line means something.
    """
    found: dict[bytes, tuple[Lines, list[str]]] = {}
    for name, lines in texts(hunk):
        found.setdefault(shape(lines, indented), (lines, []))[1].append(name)
    return tuple(found.values())


def shape(lines: Lines, indented: bool) -> bytes:
    """The text as far as it counts: without white space, but for the indentation where that means something."""
    if not indented:
        return key(b"".join(lines))
    return b"\n".join(_indentation(line) + key(line) for line in lines if line.strip())


def _indentation(line: bytes) -> bytes:
    return b" " * (len(line.expandtabs()) - len(line.expandtabs().lstrip()))


def is_indented(path: str) -> bool:
    """Whether indentation means something in a file of this name."""
    language = format_for(path)
    return language is not None and (language.indented or language.name in ("python", "yaml"))
