"""Where the entries are kept."""

from collections import OrderedDict

from .errors import TooHeavy
from .tagindex import TagIndex


class Shelf:
    """Entries in the order of their last use, with a limit on their weight.

    ``weight`` is always the sum of the weights of the entries on the shelf,
    and the tag index knows exactly the tags of these entries.
    """

    def __init__(self, max_weight):
        self.max_weight = max_weight
        self.weight = 0
        self.index = TagIndex()
        self._entries = OrderedDict()

    def __len__(self):
        return len(self._entries)

    def __contains__(self, key):
        return key in self._entries

    def peek(self, key):
        """The entry of a key, without that being a use of it."""
        return self._entries.get(key)

    def touch(self, key):
        self._entries.move_to_end(key)

    def insert(self, key, entry, now):
        """Put an entry on the shelf, in place of the one the key had.

        When it does not fit, entries go until it does: first those which have
        expired, then the ones used longest ago. The new entry counts as just
        used and never goes itself. Returns the keys that had to go.
        """
        if entry.weight > self.max_weight:
            raise TooHeavy(f"{key!r} weighs {entry.weight}, the limit is {self.max_weight}")
        self._entries.pop(key, None)
        gone = []
        if self.weight + entry.weight > self.max_weight:
            for other in [name for name, item in self._entries.items() if not item.live(now)]:
                self.remove(other)
                gone.append(other)
        while self.weight + entry.weight > self.max_weight:
            oldest = next(iter(self._entries))
            self.remove(oldest)
            gone.append(oldest)
        self._entries[key] = entry
        self.weight += entry.weight
        self.index.attach(key, entry.tags)
        return gone

    def remove(self, key):
        """Take an entry off the shelf; it must be there."""
        entry = self._entries.pop(key)
        self.weight -= entry.weight
        self.index.detach(key, entry.tags)
        return entry

    def keys(self):
        return list(self._entries)
