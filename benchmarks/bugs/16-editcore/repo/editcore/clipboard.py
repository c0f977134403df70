"""What was cut or copied, the latest last."""


class Clipboard:
    def __init__(self, size=10):
        self._size = size
        self._items = []

    def push(self, text):
        if text:
            self._items.append(text)
            del self._items[: -self._size]

    def latest(self):
        return self._items[-1] if self._items else ""

    def history(self):
        return list(reversed(self._items))
