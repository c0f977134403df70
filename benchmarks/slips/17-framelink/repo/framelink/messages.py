"""Messages, the content of frames."""

from dataclasses import dataclass

from .crc import seal, unseal

PING, PONG, DATA, ACK = 1, 2, 3, 4
KINDS = {PING, PONG, DATA, ACK}


@dataclass(frozen=True)
class Message:
    """A message with its kind, sequence number (0-255) and payload."""

    kind: int
    seq: int
    payload: bytes = b""

    @property
    def is_reply(self):
        """True if the message answers another one."""
        return self.kind in (PONG, ACK)

    def pack(self):
        """Return the frame content, with CRC."""
        return seal(bytes((self.kind, self.seq)) + self.payload)

    @classmethod
    def unpack(cls, frame):
        """Read a message from frame content; ValueError if it is damaged."""
        body = unseal(frame)
        if len(body) < 2 or body[0] not in KINDS:
            raise ValueError("not a message")
        return cls(body[0], body[1], body[2:])
