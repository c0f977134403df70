"""What must hold of a merge by structure before it is believed, whatever the algorithm did."""

from collections import Counter
from collections.abc import Sequence

from devagent.code.errors import CannotParse
from devagent.code.language import Language, parse
from devagent.code.syntax import new_syntax_errors
from devagent.merge.structure.element import WORD, Element
from devagent.merge.structure.spacing import Siblings

_SEPARATORS = (b",", b";")


def keeps_all_words(merged: bytes, base: bytes, ours: bytes, theirs: bytes, kept: bytes = b"") -> bool:
    """Whether every word is there as often as the change of one side has it, or of both where both changed it.

    So nothing is made up, nothing that one side put in is lost, and nothing that one side took out comes back, but what
    was kept on purpose.

    Arguments:
        kept: what a side took out and the merge kept.
    """
    back = _words(kept)
    counts = [_words(merged) - back, *(_words(text) for text in (base, ours, theirs))]
    return all(_is_accounted(*(count[word] for count in counts)) for word in set().union(*counts))


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
    before = _keys(run.base)
    inside = {(side, key) for side in ("ours", "theirs") for key in _keys(run.of(side)) - before}
    elsewhere = {side: _keys(whole.of(side)) - _keys(run.of(side)) for side in ("ours", "theirs")}
    return any(key in elsewhere["theirs" if side == "ours" else "ours"] for side, key in inside)


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


def _keys(elements: Sequence[Element]) -> set[tuple[str, bytes]]:
    named = [element for element in elements if element.key is not None]
    return {(e.kind, e.text if e.is_import or e.key is None else e.key) for e in named}
