"""What a program printed, made safe to keep and to show: capped while it is read, plain when it is decoded."""

import re

# A program that prints this much is not read any further: draining it would only burn the host's processors.
FLOOD = 256 * 1024 * 1024

_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor movement, erasing
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]?"  # two-character escapes
)
_LINE_ENDS = re.compile(r"\r+\n?")
# Controls, and the marks that reorder text so that a line reads differently from what it is.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# What a reader must not miss, as it would change what a name or a line looks like.
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ERROR = re.compile(r"error|\bERR\b", re.IGNORECASE)


def plain(text: str) -> str:
    """`text` without terminal escape sequences and control characters; a carriage return ends a line."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", _SEQUENCES.sub("", text)))


def visible(text: str) -> str:
    """`text` with controls, and marks that reorder it, written out (`\\x1b`); bytes that are no text are too."""
    return _HIDDEN.sub(lambda match: _written_out(ord(match[0])), text)


def one_line(name: str) -> str:
    """A name on one line: `visible`, with line ends and tabs written out too."""
    return visible(name).replace("\n", "\\n").replace("\t", "\\t")


def _written_out(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:  # how Python carries a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def line_of_error(log: str) -> str:
    """The line of a log that says most about why it ended; empty for an empty log."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    marked = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    telling = marked or [line for line in lines if _ERROR.search(line)] or lines
    return telling[-1][:300] if telling else ""


class Output:
    """Collects a program's output in bounded memory: the first and the last half of `limit` bytes are kept."""

    def __init__(self, limit: int) -> None:
        self.total = 0
        self._half = max(limit // 2, 1)
        self._head = bytearray()
        self._tail = bytearray()

    def add(self, chunk: bytes) -> bool:
        """Take the next bytes; False when there was so much that nobody should read any further."""
        self.total += len(chunk)
        room = self._half - len(self._head)
        self._head += chunk[:room]
        self._tail += chunk[max(room, 0) :]
        if len(self._tail) > 2 * self._half:
            del self._tail[: -self._half]
        return not self.flooded

    @property
    def truncated(self) -> bool:
        """Whether anything was left out."""
        return self.total > 2 * self._half

    @property
    def flooded(self) -> bool:
        """Whether there was so much that the program should be stopped."""
        return self.total > FLOOD

    def text(self) -> str:
        """What was kept, decoded, plain; the cut is marked with the number of bytes left out."""
        tail = bytes(self._tail[-self._half :])
        if not self.truncated:
            return plain((bytes(self._head) + tail).decode(errors="replace"))
        missing = self.total - len(self._head) - len(tail)
        head, end = (plain(part.decode(errors="replace")) for part in (bytes(self._head), tail))
        return f"{head}\n[... {missing} bytes left out ...]\n{end}"
