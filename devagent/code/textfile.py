"""A file as text that can be put back byte for byte: its encoding, its byte order mark, its line ends."""

import codecs
import re
from dataclasses import dataclass

from devagent.code.errors import EditError

MAX_FILE, MAX_LINES = 8_000_000, 300_000
"""Bytes and lines of a file that is edited: above, looking for quoted lines takes gigabytes."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class TextFormat:
    """How a file writes text. Decoding and encoding again gives the same bytes."""

    bom: bytes = b""
    encoding: str = "utf-8"
    newline: str = "\n"

    def encode(self, text: str) -> bytes:
        """The bytes of a whole file. Raises `EditError` for a character this encoding does not have."""
        try:
            return self.bom + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise EditError(
                f"the file is written in {self.encoding}",
                why=f"it cannot hold {error.object[error.start : error.end]!r}",
                hint="Use only characters that this encoding has",
            ) from error

    def written(self, text: str) -> str:
        """Text with the line ends of this file."""
        plain = text.replace("\r\n", "\n").replace("\r", "\n")
        return plain.replace("\n", self.newline)


def read_text(content: bytes) -> tuple[str, TextFormat]:
    """A file's text, line ends untouched, and its format. Latin-1 is the last resort: it loses nothing."""
    bom, encoding = next(((b, e) for b, e in _BOMS if content.startswith(b)), (b"", ""))
    body = content[len(bom) :]
    for candidate in (encoding or "utf-8", _declared(body), "latin-1"):
        text = _lossless(body, candidate)
        if text is not None:
            return text, TextFormat(bom, candidate, _newline(text))
    return body.decode("latin-1"), TextFormat(bom, "latin-1", "\n")


def is_too_large(content: bytes) -> bool:
    """Whether a file is too large to be edited."""
    return len(content) > MAX_FILE or content.count(b"\n") > MAX_LINES


def lines_of(text: str) -> list[str]:
    """The lines of a text with their ends. Only a line feed ends a line, as for git and the parser."""
    return _LINE.findall(text)


def indentation(line: str) -> str:
    """The blanks and tabs a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def _lossless(body: bytes, encoding: str) -> str | None:
    try:
        text = body.decode(encoding)
        return text if text.encode(encoding) == body else None
    except (LookupError, UnicodeError):
        return None


def _declared(body: bytes) -> str:
    cookies = (_COOKIE.match(line) for line in body.split(b"\n", 2)[:2])
    return next((cookie[1].decode("ascii", "replace") for cookie in cookies if cookie), "latin-1")


def _newline(text: str) -> str:
    windows = text.count("\r\n")
    return "\r\n" if windows * 2 > text.count("\n") else "\n"
