"""The book: accounts, postings and their history."""

from .accounts import Accounts
from .history import History
from .posting import Posting


class Book:
    """Takes postings in order of day and answers questions about any day."""

    def __init__(self, opening=None):
        self.accounts = Accounts(opening)
        self.history = History()
        self.postings = []

    def post(self, posting):
        """Carry out a posting and remember the balances of its day."""
        if self.postings and posting.day < self.postings[-1].day:
            raise ValueError("postings must come in order of day")
        self.accounts.apply(posting)
        self.postings.append(posting)
        self.history.record(posting.day, self.accounts.balances())

    def read(self, text):
        """Post each line of a text; empty lines and those with "#" in front are skipped."""
        for line in text.splitlines():
            if line.strip() and not line.startswith("#"):
                self.post(Posting.parse(line))

    def balance(self, name, day=None):
        """Return the balance of an account now, or as it was at the end of day."""
        if day is None:
            return self.accounts.balance(name)
        return self.history.at(day).get(name, 0)

    def spent(self, target, first, last):
        """Return what was posted to an account from first to last, both included."""
        return sum(p.cents for p in self.postings
                   if p.target == target and first <= p.day <= last)
