"""All entries of the bank."""


class Journal:
    """Entries in the order in which they were written."""

    def __init__(self):
        self._entries = []

    def write(self, *entries):
        """Write entries that belong together."""
        self._entries.extend(entries)

    def of(self, account):
        """The entries of one account by day, on the same day as written."""
        mine = [entry for entry in self._entries if entry.account == account]
        return sorted(mine, key=lambda entry: entry.day)

    def __len__(self):
        return len(self._entries)
