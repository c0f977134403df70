"""Conflicts that the line merge left, settled by the syntax trees of the three versions.

Each conflict is looked at in its window: the run of siblings around it. The merge of the window replaces the conflicts
in it, if it agrees with the line merge on all that was clean, and passes the checks. Where it has a choice left, what
it can settle makes the conflicts smaller.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import dropwhile

from devagent.code.errors import CannotParse
from devagent.code.language import Language, format_for
from devagent.merge.limits import Limits
from devagent.merge.regions import Conflict, Region, Regions, settled
from devagent.merge.structure import checks, verdict
from devagent.merge.structure.element import Source
from devagent.merge.structure.matching import Effort, TooMuchWork
from devagent.merge.structure.narrowing import narrowed
from devagent.merge.structure.pieces import settled as settled_text
from devagent.merge.structure.rules import Rules, rules_for
from devagent.merge.structure.threeway import Merge
from devagent.merge.structure.verdict import Step
from devagent.merge.structure.window import Page, Window
from devagent.merge.versions import Lines, Versions, split_lines

_MOST_PARSED = 10_000_000
"""Bytes that are parsed in search of answers that break the file; what is not cleared by then is dropped."""


@dataclass(frozen=True)
class Answer:
    """What a window's merge puts in the place of its conflicts, by their index among the regions.

    Attributes:
        other: the same with the sides in the other order, where order says nothing; else empty.
        parts: what becomes of regions that are settled in part only.
    """

    texts: Mapping[int, Lines] = field(default_factory=dict)
    done: Sequence[Step] = ()
    other: Mapping[int, Lines] = field(default_factory=dict)
    parts: Mapping[int, Regions] = field(default_factory=dict)


def merge(versions: Versions, regions: Regions, limits: Limits) -> Regions:
    """The regions with the conflicts settled that the syntax trees settle. Where it abstains, `regions` itself."""
    language = format_for(versions.path)
    rules = rules_for(language.name) if language else None
    if language is None or rules is None:
        return regions
    try:
        page = _page(versions, regions, language, rules)
    except CannotParse:
        return regions
    answers = _Checks(versions, regions, language).sound(list(_answers(page, limits)))
    return _with(regions, answers)


def _page(versions: Versions, regions: Regions, language: Language, rules: Rules) -> Page:
    base, ours, theirs = (
        Source(content, language, rules).root for content in (versions.base, versions.ours, versions.theirs)
    )
    return Page(base, ours, theirs, regions)


def _answers(page: Page, limits: Limits) -> Iterator[Answer]:
    effort = Effort(limits.structure_operations)
    try:
        for window in _windows(page, effort):
            answer = _answer(page, window, effort)
            if answer is not None:
                yield answer
    except (TooMuchWork, RecursionError):
        return


def _windows(page: Page, effort: Effort) -> list[Window]:
    """Windows for all conflicts that have one. They do not overlap."""
    found: list[tuple[int, int, Window]] = []
    for index in (at for at, region in enumerate(page.regions) if isinstance(region, Conflict)):
        if found and index <= found[-1][1]:
            continue
        first, last, window = index, index, page.window(index, index, effort)
        while window is not None and found and _overlap(found[-1][2], window):
            first = found.pop()[0]
            window = page.window(first, last, effort)
        if window is not None:
            last = max(at for at in window.regions if isinstance(page.regions[at], Conflict))
            found.append((first, last, window))
    return [window for _, _, window in found]


def _overlap(window: Window, following: Window) -> bool:
    end, start = window.end.cut, following.start.cut
    return (start.region, start.offset) < (end.region, end.offset)


def _answer(page: Page, window: Window, effort: Effort) -> Answer | None:
    """What the merge of a window gives, in the order of the two sides that goes with what is clean."""
    if checks.says_twice(window.run, window.family.siblings):
        return None
    found = []
    for theirs_first in (False, True):
        merge = Merge(effort, page.uses, theirs_first)
        pieces = merge.run(window.family, window.kept)
        if not checks.keeps_all_words([piece for piece in pieces if piece.merged is not None], b" ".join(merge.kept)):
            return None
        text = settled_text(pieces)
        if text is None:
            parts = narrowed(page.regions, window, pieces)
            return Answer(parts=parts) if parts else None
        texts = _factored(split_lines(window.whole_lines(text)), page.regions, window)
        if texts is not None and not _brings_back(page.regions, texts):
            found.append(Answer(texts, merge.done))
        if found and not merge.any_order:
            break
    return replace(found[0], other=found[1].texts if len(found) > 1 else {}) if found else None


def _brings_back(regions: Regions, texts: Mapping[int, Lines]) -> bool:
    return any(checks.comes_back(text, _conflict(regions[at]), regions) for at, text in texts.items())


def _factored(lines: Lines, regions: Regions, window: Window) -> dict[int, Lines] | None:
    """What the lines have in the place of each conflict; `None` if they change what was clean."""
    return _parted(lines, regions, window) or _parted(lines, regions, window, blanks=False)


def _parted(lines: Lines, regions: Regions, window: Window, *, blanks: bool = True) -> dict[int, Lines] | None:
    """The same; with `blanks` off, blank lines where a conflict begins or ends do not count.

    Each conflict gets what its own sides put in: its decision may be taken or left without those of the others.
    """
    found: dict[int, Lines] = {}
    at, conflict = 0, None
    before: Lines = ()
    lines = lines if blanks else _without_blanks(lines)
    for index, clean in _cleans(regions, window):
        wanted = clean if blanks else _without_blanks(clean)
        places = _positions(lines, wanted, at, conflict is None, index is None)
        here = next((place for place in places if _keeps(regions, conflict, lines[at:place])), None)
        if here is None:
            return None
        if conflict is not None:
            found[conflict] = lines[at:here] if blanks else _between(before, lines[at:here], clean)
        at, conflict, before = here + len(wanted), index, clean
    return found


def _cleans(regions: Regions, window: Window) -> Iterator[tuple[int | None, Lines]]:
    """The clean lines before each conflict of a window, with its index; at last those behind all, with `None`."""
    clean: Lines = ()
    start, end = window.start.cut, window.end.cut
    for index in window.regions:
        region = regions[index]
        if isinstance(region, Conflict):
            yield index, clean
            clean = ()
        else:
            first = start.offset if index == start.region else 0
            clean += region.lines[first : end.offset if index == end.region else None]
    yield None, clean


def _positions(lines: Lines, clean: Lines, at: int, is_first: bool, is_last: bool) -> Iterator[int]:
    """Where the clean lines are found from `at` on; the first ones stand at the start, the last ones at the end."""
    start = len(lines) - len(clean) if is_last else at
    end = at if is_first else len(lines) - len(clean)
    return (here for here in range(max(start, at), end + 1) if lines[here : here + len(clean)] == clean)


def _keeps(regions: Regions, conflict: int | None, lines: Lines) -> bool:
    return conflict is None or checks.keeps_insertions(lines, _conflict(regions[conflict]))


def _between(before: Lines, lines: Lines, behind: Lines) -> Lines:
    """Lines without blank ones where there are some already."""
    if before and not before[-1].strip():
        lines = tuple(dropwhile(lambda line: not line.strip(), lines))
    if behind and not behind[0].strip():
        lines = tuple(dropwhile(lambda line: not line.strip(), lines[::-1]))[::-1]
    return lines


def _without_blanks(lines: Lines) -> Lines:
    """The lines without the blank ones at both ends."""
    full = [at for at, line in enumerate(lines) if line.strip()]
    return lines[full[0] : full[-1] + 1] if full else ()


class _Checks:
    """Looks whether the file still parses, as long as there is work left for it."""

    def __init__(self, versions: Versions, regions: Regions, language: Language) -> None:
        self.versions, self.regions, self.language = versions, regions, language
        self.left = _MOST_PARSED

    def sound(self, answers: Sequence[Answer]) -> Sequence[Answer]:
        """The answers with which the file still parses, found by halves."""
        if not answers or self._parses(answers):
            return answers
        if len(answers) == 1 or self.left <= 0:
            return ()
        half = len(answers) // 2
        found = [answer for part in (answers[:half], answers[half:]) for answer in self.sound(part)]
        return found if self._parses(found) else ()

    def _parses(self, answers: Sequence[Answer]) -> bool:
        """Whether the file has no new syntax errors with the answers, in either order of the sides."""
        mirrored = [replace(answer, texts=answer.other or answer.texts) for answer in answers]
        orders = (answers, mirrored) if any(answer.other for answer in answers) else (answers,)
        return all(self._is_sound(_with(self.regions, order)) for order in orders)

    def _is_sound(self, merged: Regions) -> bool:
        """Whether a file has no new syntax errors, with the conflicts that are left as one of the sides has them."""
        texts = {
            b"".join(
                line
                for region in merged
                for line in (getattr(region, side) if isinstance(region, Conflict) else region.lines)
            )
            for side in ("ours", "theirs")
        }
        self.left -= sum(map(len, texts))
        sides = (self.versions.ours, self.versions.theirs)
        return any(not checks.has_new_errors(text, sides, self.language) for text in sorted(texts))


def _with(regions: Regions, answers: Sequence[Answer]) -> Regions:
    if not answers:
        return regions
    found = {index: answer for answer in answers for index in answer.texts}
    parts = {index: part for answer in answers for index, part in answer.parts.items()}
    return tuple(
        part
        for at, region in enumerate(regions)
        for part in ([_settled(region, at, found[at])] if at in found else parts.get(at, (region,)))
    )


def _conflict(region: Region) -> Conflict:
    assert isinstance(region, Conflict)
    return region


def _settled(region: Region, index: int, answer: Answer) -> Region:
    region = _conflict(region)
    return settled(region, verdict.decision(region, answer.texts[index], answer.other.get(index), answer.done))
