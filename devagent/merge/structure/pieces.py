"""What a merge of two trees gives: text that is settled, and choices that are not."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """Settled source text."""

    content: bytes


@dataclass(frozen=True)
class Choice:
    """A place where the versions do not go together: what stands there in each."""

    base: bytes
    ours: bytes
    theirs: bytes


Piece = Text | Choice


def settled(pieces: Sequence[Piece]) -> bytes | None:
    """The text of pieces among which there is no choice; `None` if there is one."""
    if any(isinstance(piece, Choice) for piece in pieces):
        return None
    return b"".join(piece.content for piece in pieces if isinstance(piece, Text))
