"""The front door."""

from decimal import Decimal

from .errors import BankError, NotEnough
from .journal import Journal
from .money import amount_of
from .rates import RateTable
from .records import Account, Entry
from .sheets import draw_up
from .transfers import transfer_entries

ALL_DAYS = 10**9


class Bank:
    """Accounts, their entries and the rates of the day."""

    def __init__(self):
        self.rates = RateTable()
        self._accounts = {}
        self._journal = Journal()

    def open(self, name, currency, overdraft="0"):
        if name in self._accounts:
            raise BankError(f"{name} has an account already")
        self._accounts[name] = Account(name, currency, Decimal(overdraft))

    def deposit(self, name, amount, day, currency=None, text="deposit"):
        account = self._account(name)
        money = amount_of(amount)
        self._journal.write(Entry(name, day, money, currency or account.currency, text))

    def withdraw(self, name, amount, day, text="withdrawal"):
        account = self._account(name)
        money = amount_of(amount)
        self._check_funds(account, money)
        self._journal.write(Entry(name, day, -money, account.currency, text))

    def transfer(self, source, target, amount, day, text=""):
        """Move money; the amount is in the currency of the source."""
        money = amount_of(amount)
        sender, receiver = self._account(source), self._account(target)
        entries = transfer_entries(sender, receiver, money, day, text)
        self._check_funds(sender, money)
        self._journal.write(*entries)

    def balance(self, name, day=ALL_DAYS):
        return self.statement(name, 0, day).closing

    def statement(self, name, first, last):
        account = self._account(name)
        return draw_up(account, self._journal.of(name), self.rates, first, last)

    def _check_funds(self, account, money):
        if self.balance(account.name) + account.overdraft < money:
            raise NotEnough(f"{account.name} does not have {money} {account.currency}")

    def _account(self, name):
        try:
            return self._accounts[name]
        except KeyError:
            raise BankError(f"{name} has no account") from None
