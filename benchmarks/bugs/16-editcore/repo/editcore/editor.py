"""The editor."""

from .buffer import Buffer
from .changes import Deletion, Insertion
from .clipboard import Clipboard
from .errors import OutOfRange
from .timeline import Timeline
from .words import word_end, word_start


class Editor:
    """A text with a cursor; every change can be undone."""

    def __init__(self, text="", limit=100):
        self._buffer = Buffer(text)
        self._timeline = Timeline(limit)
        self._clipboard = Clipboard()
        self.cursor = 0

    @property
    def text(self):
        return self._buffer.text

    def move_to(self, at):
        if not 0 <= at <= len(self._buffer):
            raise OutOfRange(str(at))
        if at != self.cursor:
            self._timeline.close()
        self.cursor = at

    def word_left(self):
        self.move_to(word_start(self.text, self.cursor))

    def word_right(self):
        self.move_to(word_end(self.text, self.cursor))

    def type(self, text):
        """Type a text letter by letter at the cursor."""
        for letter in text:
            self._do(Insertion(self.cursor, letter))

    def paste(self, text=None):
        """Insert a text as a whole, by default what was cut or copied last."""
        text = self._clipboard.latest() if text is None else text
        if text:
            self._timeline.close()
            self._do(Insertion(self.cursor, text))
            self._timeline.close()

    def backspace(self, times=1):
        for _ in range(min(times, self.cursor)):
            at = self.cursor - 1
            self._do(Deletion(at, self._buffer.slice(at, at + 1)))

    def cut(self, start, end):
        text = self._buffer.slice(start, end)
        self._clipboard.push(text)
        if text:
            self._timeline.close()
            self._do(Deletion(start, text))
            self._timeline.close()

    def copy(self, start, end):
        self._clipboard.push(self._buffer.slice(start, end))

    def undo(self):
        """Take the last change back; says whether there was one."""
        change = self._timeline.undo()
        if change is not None:
            self.cursor = change.revert(self._buffer)
        return change is not None

    def redo(self):
        """Make the change again that was undone last, if there is one."""
        change = self._timeline.redo()
        if change is not None:
            self.cursor = change.apply(self._buffer)
        return change is not None

    def depth(self):
        return self._timeline.depth()

    def _do(self, change):
        self.cursor = change.apply(self._buffer)
        self._timeline.record(change)
