"""What a merge of two trees gives, place by place: the text of each version, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """One place of the result. Pieces in order tile all three versions.

    Attributes:
        merged: what the merge puts here; `None` where the versions do not go together.
    """

    base: bytes
    ours: bytes
    theirs: bytes
    merged: bytes | None = None

    @property
    def versions(self) -> tuple[bytes, bytes, bytes]:
        """Its text in each version."""
        return self.base, self.ours, self.theirs

    @property
    def is_untouched(self) -> bool:
        """Whether all versions have the same text here, and the result has it too."""
        return self.base == self.ours == self.theirs == self.merged


def settled(pieces: Sequence[Piece]) -> bytes | None:
    """What the merge makes of all the pieces; `None` if one of them is not settled."""
    found = [piece.merged for piece in pieces]
    return b"".join(text for text in found if text is not None) if None not in found else None
