"""Balances of accounts."""


class Accounts:
    """The running balances by account name."""

    def __init__(self, opening=None):
        self._balances = dict(opening or {})

    def apply(self, posting):
        """Carry out one posting; accounts come to be when they are first named."""
        self._balances[posting.source] = self.balance(posting.source) - posting.cents
        self._balances[posting.target] = self.balance(posting.target) + posting.cents

    def balance(self, name):
        """Return the balance of one account, 0 for an unknown one."""
        return self._balances.get(name, 0)

    def names(self):
        """Return all account names in order."""
        return sorted(self._balances)

    def balances(self):
        """Return the balances of this moment; later postings do not change the result."""
        return self._balances

    def overdrawn(self, allowed=()):
        """Return the names with a balance below zero which are not in allowed."""
        return [name for name in self.names()
                if self.balance(name) < 0 and name not in allowed]
