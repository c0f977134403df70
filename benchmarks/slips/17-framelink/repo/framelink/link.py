"""Messages to bytes and back."""

from .decoder import FrameDecoder
from .encoder import encode_frame
from .messages import Message


class Link:
    """One end of a byte stream; ``send_bytes`` is called with output."""

    def __init__(self, send_bytes, limit=256):
        self._send_bytes = send_bytes
        self._decoder = FrameDecoder(limit)
        self.damaged = 0

    def send(self, message):
        """Send one message."""
        self._send_bytes(encode_frame(message.pack()))

    def receive(self, data):
        """Take bytes that came in; returns the list of good messages.

        Frames with a wrong CRC or content are counted in ``damaged``.
        """
        messages = []
        for frame in self._decoder.feed(data):
            try:
                messages.append(Message.unpack(frame))
            except ValueError:
                self.damaged += 1
        return messages

    def errors(self):
        """Return all error counts by name."""
        return {"damaged": self.damaged,
                "oversized": self._decoder.oversized,
                "malformed": self._decoder.malformed}
