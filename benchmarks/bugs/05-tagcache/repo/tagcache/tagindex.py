"""Which keys carry which tag."""


class TagIndex:
    """Keys by tag; a tag nobody carries is not kept."""

    def __init__(self):
        self._keys = {}

    def attach(self, key, tags):
        for tag in tags:
            self._keys.setdefault(tag, set()).add(key)

    def detach(self, key, tags):
        for tag in tags:
            keys = self._keys.get(tag, set())
            keys.discard(key)
            if not keys:
                self._keys.pop(tag, None)

    def keys(self, tag):
        """The keys with this tag, sorted."""
        return sorted(self._keys.get(tag, ()))

    def tags(self):
        return sorted(self._keys)
