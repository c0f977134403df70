"""The cache itself."""

from .clock import SystemClock
from .entry import Entry
from .shelf import Shelf
from .stats import Stats


class Cache:
    """Values by key, until they are too old, too many or invalidated.

    ``ttl`` is the time to live in seconds of values put without one of their
    own; None means for ever.
    """

    def __init__(self, max_weight=100, ttl=None, clock=None):
        self._shelf = Shelf(max_weight)
        self._ttl = ttl
        self._clock = clock or SystemClock()
        self.stats = Stats()

    def put(self, key, value, *, ttl=None, weight=1, tags=()):
        now = self._clock.now()
        life = self._ttl if ttl is None else ttl
        expires = None if life is None else now + life
        entry = Entry(value, weight, expires, frozenset(tags))
        gone = self._shelf.insert(key, entry, now)
        self.stats.evicted += len(gone)

    def get(self, key, default=None):
        entry = self._shelf.peek(key)
        if entry is None or not entry.live(self._clock.now()):
            if entry is not None:
                self._shelf.remove(key)
            self.stats.misses += 1
            return default
        self._shelf.touch(key)
        self.stats.hits += 1
        return entry.value

    def delete(self, key):
        """Forget a key; says whether it was known."""
        if key not in self._shelf:
            return False
        self._shelf.remove(key)
        return True

    def invalidate_tag(self, tag):
        """Forget every value with this tag; returns how many there were."""
        keys = self._shelf.index.keys(tag)
        for key in keys:
            self._shelf.remove(key)
        return len(keys)

    def tags(self):
        return self._shelf.index.tags()

    def keys(self):
        """The keys, those used longest ago first."""
        return self._shelf.keys()

    @property
    def weight(self):
        return self._shelf.weight

    def __len__(self):
        return len(self._shelf)
