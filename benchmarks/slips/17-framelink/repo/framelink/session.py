"""The conversation on top of a link."""

from .link import Link
from .messages import ACK, DATA, PING, PONG, Message


class Session:
    """Sends data, confirms received data and answers pings."""

    def __init__(self, send_bytes, limit=256):
        self.link = Link(send_bytes, limit)
        self.received = []
        self.unconfirmed = {}
        self._next = 0

    def send(self, payload):
        """Send data; returns its sequence number."""
        seq = self._next
        self._next = (seq + 1) % 256
        self.unconfirmed[seq] = bytes(payload)
        self.link.send(Message(DATA, seq, bytes(payload)))
        return seq

    def resend(self):
        """Send all data again that has not been confirmed."""
        for seq, payload in list(self.unconfirmed.items()):
            self.link.send(Message(DATA, seq, payload))

    def on_bytes(self, data):
        """Handle bytes from the other end."""
        for message in self.link.receive(data):
            if message.kind == DATA:
                self.received.append(message.payload)
                self.link.send(Message(ACK, message.seq))
            elif message.kind == PING:
                self.link.send(Message(PONG, message.seq, message.payload))
            elif message.kind == ACK:
                self.unconfirmed.pop(message.seq, None)
