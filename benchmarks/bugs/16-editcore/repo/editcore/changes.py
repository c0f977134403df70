"""Changes of the text that can be taken back."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Insertion:
    at: int
    text: str

    def apply(self, buffer):
        """Make the change; returns where the cursor is to go."""
        buffer.insert(self.at, self.text)
        return self.at + len(self.text)

    def revert(self, buffer):
        buffer.remove(self.at, self.text)
        return self.at

    def join(self, later):
        """This change and a later one as a single change, or None.

        Only typing goes on: one letter behind the last one, unless it begins
        a new word or line.
        """
        if not isinstance(later, Insertion) or later.at != self.at + len(self.text):
            return None
        if len(later.text) != 1 or later.text.isspace():
            return None
        return Insertion(self.at, self.text + later.text)


@dataclass(frozen=True)
class Deletion:
    at: int
    text: str

    def apply(self, buffer):
        buffer.remove(self.at, self.text)
        return self.at

    def revert(self, buffer):
        buffer.insert(self.at, self.text)
        return self.at + len(self.text)

    def join(self, later):
        """Backspaces in a row belong together."""
        if not isinstance(later, Deletion) or len(later.text) != 1:
            return None
        if later.at + 1 != self.at:
            return None
        return Deletion(later.at, later.text + self.text)
