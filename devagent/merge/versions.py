"""The three versions of one file that a merge starts from, as bytes.

Everything in this room works on bytes and on lines that keep their terminator: no byte is lost whatever the encoding,
and what git compares is what is compared here. Bytes from 0x80 up belong to words (`[\\w\\x80-\\xff]` in a pattern).
"""

from dataclasses import dataclass, replace

Lines = tuple[bytes, ...]
"""Lines with their terminators; only the last may lack one. `b"".join(lines)` is the text, byte for byte."""

_LOOKED_AT_FOR_NUL = 8000


@dataclass(frozen=True)
class Labels:
    """What the conflict markers call the three versions."""

    ours: str = "ours"
    base: str = "base"
    theirs: str = "theirs"


@dataclass(frozen=True)
class Versions:
    """One file as both sides found it (`base`) and as each side left it.

    Arguments:
        path: the file's name in the repository, with `/`; it says the language. It need not exist.
        base: content in the common ancestor; empty where both sides added the file.
    """

    path: str
    base: bytes
    ours: bytes
    theirs: bytes
    labels: Labels = Labels()

    @property
    def is_binary(self) -> bool:
        """Whether git would call one of the versions binary (a NUL among the first 8,000 bytes)."""
        return any(b"\0" in text[:_LOOKED_AT_FOR_NUL] for text in (self.base, self.ours, self.theirs))

    @property
    def swapped(self) -> "Versions":
        """The same merge seen from the other side."""
        labels = replace(self.labels, ours=self.labels.theirs, theirs=self.labels.ours)
        return replace(self, ours=self.theirs, theirs=self.ours, labels=labels)


def split_lines(text: bytes) -> Lines:
    """The lines of `text` with their terminators. Only `\\n` ends a line, as for git."""
    lines = text.split(b"\n")
    rest = lines.pop()
    ended = [line + b"\n" for line in lines]
    return tuple([*ended, rest] if rest else ended)
