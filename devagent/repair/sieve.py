"""Which edits of a stretch are code, and which are the same: looked at in the smallest part of the file that tells."""

import re
from collections.abc import Sequence
from functools import cached_property

from devagent.code.language import language_for, parse
from devagent.repair.edit import Span, apply_spans

_BLANK = re.compile(rb"[ \t\r]*\n(?:[ \t\r]*\n)*")
# What a stretch may have to stand in to be code: nothing, or a class, for methods of languages with brackets.
_FRAMES = (b"%s\n", b"class A {\n%s\n}\n")


class Sieve:
    """Looks at edits of lines `first` to `last` (1-based, inclusive) of a file in a language that is known."""

    def __init__(self, path: str, content: bytes, first: int, last: int) -> None:
        language = language_for(path)
        assert language is not None
        self._language, self._path, self._content = language, path, content
        lines = content.splitlines(keepends=True)
        self._start = sum(map(len, lines[: first - 1]))
        self._end = self._start + sum(map(len, lines[first - 1 : last]))

    def form(self, spans: Sequence[Span]) -> bytes | None:
        """What stands for the edited file, up to blank lines; `None` for what changes nothing or is no code."""
        start, end = self._start, self._end
        inside = all(start <= span.start and span.end <= end for span in spans)
        if not inside or self._frame is None:
            first, last = min(span.start for span in spans), max(span.end for span in spans)
            start, end = surroundings(self._path, self._content, first, last)
        before = self._content[start:end]
        after = apply_spans(before, (Span(s.start - start, s.end - start, s.text) for s in spans))
        form = _BLANK.sub(b"\n", after)
        if form == _BLANK.sub(b"\n", before) or not self._is_code(before, after, framed=inside):
            return None
        return b"%d\0%s" % (start, form)

    @cached_property
    def _frame(self) -> bytes | None:
        """The frame in which the stretch is code; `None` where it is none in any."""
        text = self._dedented(self._content[self._start : self._end])
        return next((frame for frame in _FRAMES if not self._broken(frame % text)), None)

    def _is_code(self, before: bytes, after: bytes, *, framed: bool) -> bool:
        if framed and self._frame is not None:
            return not self._broken(self._frame % self._dedented(after))
        return self._broken(before) or not self._broken(after)

    def _broken(self, content: bytes) -> bool:
        return parse(content, self._language).root_node.has_error

    def _dedented(self, text: bytes) -> bytes:
        margin = text[: len(text) - len(text.lstrip(b" \t"))]
        return re.sub(rb"(?m)^" + re.escape(margin), b"", text) if margin else text


def is_code(path: str, content: bytes) -> bool:
    """Whether a file has no syntax error, as far as its language is known."""
    language = language_for(path)
    return language is None or not parse(content, language).root_node.has_error


def surroundings(path: str, content: bytes, first: int, last: int) -> tuple[int, int]:
    """Bytes [start, end) of the definitions of the module that bytes [first, last) are in."""
    language = language_for(path)
    assert language is not None
    parts = parse(content, language).root_node.children
    starts = [part.start_byte for part in parts if part.start_byte <= first]
    ends = [part.end_byte for part in parts if part.end_byte >= last]
    start = content.rfind(b"\n", 0, max(starts, default=0)) + 1
    end = content.find(b"\n", min(ends, default=len(content))) + 1
    return start, max(end, last) if end else len(content)
