"""The text."""

from .errors import EditError, OutOfRange


class Buffer:
    """A text that can be changed at any position."""

    def __init__(self, text=""):
        self.text = text

    def __len__(self):
        return len(self.text)

    def insert(self, at, text):
        self._check(at)
        self.text = self.text[:at] + text + self.text[at:]

    def remove(self, at, text):
        """Remove a text which must stand at a position."""
        self._check(at)
        if self.text[at : at + len(text)] != text:
            raise EditError(f"{text!r} is not at {at}")
        self.text = self.text[:at] + self.text[at + len(text) :]

    def slice(self, start, end):
        self._check(start)
        self._check(end)
        return self.text[start:end]

    def _check(self, at):
        if not 0 <= at <= len(self.text):
            raise OutOfRange(f"{at} is not in a text of length {len(self.text)}")
