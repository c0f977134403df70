"""What must hold of a merge by structure before it is believed, whatever the algorithm did."""

from collections import Counter
from collections.abc import Sequence

from devagent.code.errors import CannotParse
from devagent.code.language import Language, parse
from devagent.code.syntax import new_syntax_errors
from devagent.merge.regions import Clean, Conflict, Regions, Source
from devagent.merge.structure.element import WORD
from devagent.merge.structure.pieces import Piece
from devagent.merge.structure.spacing import Siblings
from devagent.merge.versions import Lines

_SEPARATORS = (b",", b";")
_SAYS_SOMETHING = 3
"""Words and signs that a line must have: a brace stands in many places."""


def keeps_all_words(pieces: Sequence[Piece], kept: bytes = b"") -> bool:
    """Whether every word is there as often as the change of one side has it, or of both where both changed it.

    So nothing is made up, nothing that one side put in is lost, and nothing that one side took out comes back, but what
    was kept on purpose.

    Arguments:
        pieces: what the merge settled.
        kept: what a side took out and the merge kept.
    """
    merged = b" ".join(piece.merged for piece in pieces if piece.merged is not None)
    versions = (b" ".join(texts) for texts in zip(*(piece.versions for piece in pieces), strict=True))
    counts = [_words(merged) - _words(kept), *(_words(text) for text in versions)]
    return all(_is_accounted(*(count[word] for count in counts)) for word in set().union(*counts))


def keeps_insertions(lines: Lines, conflict: Conflict) -> bool:
    """Whether each word that a side put into a conflict is among the lines."""
    base = _words(b"".join(conflict.base))
    brought = ((_words(b"".join(side)) - base).keys() for side in (conflict.ours, conflict.theirs))
    return frozenset[bytes]().union(*brought) <= _words(b"".join(lines)).keys()


def has_new_errors(merged: bytes, sides: Sequence[bytes], language: Language) -> bool:
    """Whether the merged file has a syntax error that none of the sides has; also when that cannot be told."""
    try:
        if not parse(merged, language).root_node.has_error and not language.indented:
            return False
        return not any(not new_syntax_errors(side, merged, language) for side in sides)
    except CannotParse:
        return True


def says_twice(run: Siblings, whole: Siblings) -> bool:
    """Whether one side put into the run what the other side has elsewhere among the same siblings."""
    return any(
        name in whole.names[other] and name not in run.names[other]
        for side, other in (("ours", "theirs"), ("theirs", "ours"))
        for name in run.names[side] - run.names["base"]
    )


def comes_back(lines: Lines, conflict: Conflict, regions: Regions) -> bool:
    """Whether a line is put in the place of a conflict that one side moved from there to a clean region."""
    for source, side in ((Source.OURS, conflict.ours), (Source.THEIRS, conflict.theirs)):
        gone = {
            line for line in set(lines) & set(conflict.base) - set(side) if len(WORD.findall(line)) >= _SAYS_SOMETHING
        }
        if gone and any(
            not gone.isdisjoint(region.lines)
            for region in regions
            if isinstance(region, Clean) and region.source is source
        ):
            return True
    return False


def _words(text: bytes) -> Counter[bytes]:
    words = Counter(WORD.findall(text))
    for separator in _SEPARATORS:
        del words[separator]
    return words


def _is_accounted(merged: int, base: int, ours: int, theirs: int) -> bool:
    if base in (ours, theirs):
        return merged == (theirs if ours == base else ours)
    both = ours + theirs - base
    return min(ours, theirs, both) <= merged <= max(ours, theirs, both)
