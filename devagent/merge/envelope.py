"""What surrounds the lines of a file: byte order mark, line endings, the newline at the end.

One side converting a file to CRLF is one change, not a change of every line. So the surroundings are merged by
themselves, and the lines are merged without them.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

from devagent.merge.versions import Versions

_BOM = b"\xef\xbb\xbf"
_T = TypeVar("_T")


@dataclass(frozen=True)
class Envelope:
    """The surroundings of one text. `None`: the text is too short to tell.

    Arguments:
        crlf: whether the lines end in CRLF; `None` too where the endings are mixed.
    """

    bom: bool
    crlf: bool | None
    final_newline: bool | None

    def wrap(self, body: bytes, *, keep_newline: bool = False) -> bytes:
        """A body, whose lines all end in a newline, with these surroundings.

        `keep_newline` leaves the last newline: a conflict marker must not run into what is appended to the file.
        """
        if self.final_newline is False and not keep_newline:
            body = body.removesuffix(b"\n")
        if self.crlf:
            body = body.replace(b"\n", b"\r\n")
        return (_BOM if self.bom else b"") + body


@dataclass(frozen=True)
class Opened:
    """Three versions without their surroundings, and the surroundings that the result gets."""

    versions: Versions
    envelope: Envelope


def opened(versions: Versions) -> Opened:
    """The versions with nothing but their lines: no mark, all lines ended, and one kind of line ending.

    Line endings are taken off only where each version has one kind; a file with mixed ones keeps them in its lines.
    """
    texts = (versions.base, versions.ours, versions.theirs)
    base, ours, theirs = (_envelope(text) for text in texts)
    kinds = {e.crlf for e, text in zip((base, ours, theirs), texts, strict=True) if b"\n" in text}
    crlf = None if None in kinds else _merged(base.crlf, ours.crlf, theirs.crlf)
    envelope = Envelope(
        bool(_merged(base.bom, ours.bom, theirs.bom)),
        crlf,
        _merged(base.final_newline, ours.final_newline, theirs.final_newline),
    )
    bodies = [_body(text, crlf is not None) for text in texts]
    return Opened(replace(versions, base=bodies[0], ours=bodies[1], theirs=bodies[2]), envelope)


def _envelope(text: bytes) -> Envelope:
    ended, with_return = text.count(b"\n"), text.count(b"\r\n")
    crlf = {0: False, ended: True}.get(with_return) if ended else None
    return Envelope(text.startswith(_BOM), crlf, text.endswith(b"\n") if text else None)


def _merged(base: _T, ours: _T, theirs: _T) -> _T | None:
    """The three-way merge of one property; where both sides are new and differ, what the convention is: not `None`."""
    if ours == theirs or theirs == base:
        return ours
    return theirs if ours == base else None


def _body(text: bytes, one_ending: bool) -> bytes:
    text = text.removeprefix(_BOM)
    if one_ending:
        text = text.replace(b"\r\n", b"\n")
    return text if not text or text.endswith(b"\n") else text + b"\n"
