"""What was done and what was taken back."""


class Timeline:
    """Changes that can be undone, and undone ones that can be done again.

    At most ``limit`` changes are remembered; the oldest are forgotten first.
    """

    def __init__(self, limit=100):
        self._limit = limit
        self._done = []
        self._undone = []
        self._open = False

    def record(self, change):
        """Remember a change that was just made to the text.

        While the last entry is open the change is joined to it, if the two
        go together; otherwise it becomes an entry of its own. In any case
        what was undone before cannot be done again afterwards, as the
        text it belongs to is no longer there. The entry stays open for more.
        """
        if self._open and self._done:
            joined = self._done[-1].join(change)
            if joined is not None:
                self._done[-1] = joined
                return
        self._undone.clear()
        self._done.append(change)
        if len(self._done) > self._limit:
            del self._done[0]
        self._open = True

    def close(self):
        """Let nothing more be joined to the last entry."""
        self._open = False

    def undo(self):
        """Take an entry from the done ones; None if there is none."""
        if not self._done:
            return None
        change = self._done.pop()
        self._undone.append(change)
        return change

    def redo(self):
        """Take an entry from the undone ones; None if there is none."""
        if not self._undone:
            return None
        change = self._undone.pop()
        self._done.append(change)
        return change

    def depth(self):
        """How many changes can be undone and redone."""
        return len(self._done), len(self._undone)
