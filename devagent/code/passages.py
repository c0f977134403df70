"""What to read for a question: functions, the places of what it names, documentation."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from devagent.code.context.excerpts import excerpt
from devagent.code.context.parts import WHOLE, Form, Part
from devagent.code.locate import Suspect
from devagent.code.roles import is_foreign, is_test
from devagent.code.words import bm25, identifiers, words

_PROSE = frozenset({".md", ".rst", ".txt", ".toml", ".cfg", ".ini", ".yaml", ".yml", ".adoc"})
EXCERPTS = "excerpts"
_STRETCH, _AROUND, _LONGEST = 16, 3, 80
_LARGEST = 200_000
_PROSE_PLACES, _NAMED_PLACES = 3, 4


@dataclass(frozen=True)
class Passage:
    """Lines of a file, `start` to `end`, and why they are to be read. `left_out` lines of it follow that are not."""

    path: str
    start: int
    end: int
    why: str
    left_out: int = 0

    def text(self, content: bytes) -> str:
        """The passage as a model reads it: the path, then the lines with their numbers."""
        more = f"\n… {self.left_out} more lines" if self.left_out else ""
        return f"{self.path}\n{excerpt(content, self.start, self.end)}{more}"

    @property
    def name(self) -> str:
        """What it is called where it is left out."""
        return f"{self.path}:{self.start}-{self.end}"

    def part(self, content: bytes) -> Part:
        """The passage as a part of a prompt."""
        lines = self.end - self.start + 1
        form = f"{lines} of {lines + self.left_out} lines" if self.left_out else WHOLE
        return Part(EXCERPTS, self.name, self.why, (Form(form, self.text(content)),))


def passages(files: Mapping[str, bytes], question: str, suspects: Sequence[Suspect]) -> list[Passage]:
    """What there is to read for a question, nothing twice, the most telling first.

    `suspects` are the functions that the question points to, as `locate` gives them.
    """
    found = [*_functions(suspects), *_named(files, question), *_prose(files, question)]
    return list(_in_turn(list(_without_overlap(found))))


def _in_turn(found: Sequence[Passage]) -> Iterator[Passage]:
    """One of each reason after the other: the best of each kind is read whatever there is of the others."""
    kinds: dict[str, list[Passage]] = {}
    for passage in found:
        kinds.setdefault(passage.why, []).append(passage)
    for rank in range(max(map(len, kinds.values()), default=0)):
        yield from (members[rank] for members in kinds.values() if rank < len(members))


def _without_overlap(found: Sequence[Passage]) -> Iterator[Passage]:
    """The passages in order, each up to where an earlier one begins; those that begin in an earlier one are in it."""
    taken: list[Passage] = []
    for passage in found:
        others = [p for p in taken if p.path == passage.path and p.end >= passage.start]
        if any(p.start <= passage.start for p in others):
            continue
        end = min([passage.end, *(p.start - 1 for p in others)])
        taken.append(replace(passage, end=end, left_out=0 if end < passage.end else passage.left_out))
        yield taken[-1]


def _functions(suspects: Sequence[Suspect]) -> Iterator[Passage]:
    for suspect in suspects:
        symbol = suspect.symbol
        end = min(symbol.end_line, symbol.start_line + _LONGEST - 1)
        yield Passage(symbol.path, symbol.start_line, end, "function", symbol.end_line - end)


def _named(files: Mapping[str, bytes], question: str) -> Iterator[Passage]:
    """Around the first lines that hold a name of the question: constants, classes and settings are no functions."""
    for name in sorted(n for n in identifiers(question) if "_" in n.strip("_") or n[1:] != n[1:].lower()):
        places = 0
        for path, content in sorted(files.items()):
            if len(content) > _LARGEST or is_test(path) or is_foreign(path, content) or name.encode() not in content:
                continue
            lines = content.split(b"\n")
            at = next((n for n, line in enumerate(lines, 1) if name.encode() in line), 0)
            if at and places < _NAMED_PLACES:
                places += 1
                yield Passage(path, max(1, at - 1), min(len(lines), at + _AROUND), "name")


def _prose(files: Mapping[str, bytes], question: str) -> Iterator[Passage]:
    stretches = [
        (path, start, lines[start : start + _STRETCH])
        for path, content in sorted(files.items())
        if PurePosixPath(path).suffix.lower() in _PROSE and len(content) <= _LARGEST and not is_foreign(path, content)
        for lines in [content.decode("utf-8", "replace").splitlines()]
        for start in range(0, len(lines), _STRETCH)
    ]
    query = {word: float(count) for word, count in Counter(words(question)).items()}
    scores = bm25(query, [words("\n".join(lines)) for _, _, lines in stretches])
    best = sorted(range(len(stretches)), key=lambda i: (-scores[i], stretches[i][:2]))
    for i in best[:_PROSE_PLACES]:
        path, start, lines = stretches[i]
        if scores[i] > 0:
            yield Passage(path, start + 1, start + len(lines), "documentation")
