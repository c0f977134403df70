"""Decoding of the byte stream into frames."""

from .encoder import END, ESC, ESC_END, ESC_ESC

CODES = {ESC_END: END, ESC_ESC: ESC}


class FrameDecoder:
    """Collects bytes until a frame is complete.

    A frame with more than ``limit`` bytes (without escapes) is counted in
    ``oversized`` and skipped up to its END; a frame with an unknown escape
    code is counted in ``malformed`` and skipped likewise.
    """

    def __init__(self, limit=256):
        self.limit = limit
        self.oversized = 0
        self.malformed = 0
        self._buffer = bytearray()
        self._escaped = False
        self._skipping = False

    def feed(self, data):
        """Take more bytes; returns the list of frames they complete.

        Skipped frames leave nothing behind: what follows their END is
        decoded as if they had never been sent.  Empty frames are ignored.
        """
        frames = []
        for byte in data:
            if byte == END:
                if self._buffer and not self._skipping:
                    frames.append(bytes(self._buffer))
                    self._buffer.clear()
                self._skipping = False
                continue
            if self._skipping:
                continue
            if self._escaped:
                if byte not in CODES:
                    self.malformed += 1
                    self._skipping = True
                    continue
                byte = CODES[byte]
                self._escaped = False
            elif byte == ESC:
                self._escaped = True
                continue
            if len(self._buffer) >= self.limit:
                self.oversized += 1
                self._skipping = True
                continue
            self._buffer.append(byte)
        return frames

    @property
    def pending(self):
        """Number of bytes of the frame being received."""
        return len(self._buffer)
