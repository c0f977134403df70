from decimal import Decimal

import pytest

from bankledger import BankError, NoRate, NotEnough


def test_deposit_and_withdraw(bank):
    bank.deposit("ann", "100", day=1)
    bank.withdraw("ann", "30.50", day=2)
    assert bank.balance("ann") == Decimal("69.50")
    assert bank.balance("ann", day=1) == Decimal("100.00")


def test_overdraft(bank):
    bank.withdraw("bob", "50", day=1)
    with pytest.raises(NotEnough):
        bank.withdraw("bob", "0.01", day=1)
    with pytest.raises(NotEnough):
        bank.withdraw("ann", "1", day=1)


def test_transfer_in_one_currency(bank):
    bank.deposit("ann", "100", day=1)
    bank.transfer("ann", "bob", "40", day=2)
    assert (bank.balance("ann"), bank.balance("bob")) == (Decimal("60.00"), Decimal("40.00"))


def test_foreign_deposit(bank):
    bank.deposit("ann", "50", day=1, currency="USD")
    assert bank.balance("ann") == Decimal("40.00")


def test_transfer_abroad(bank):
    bank.deposit("ann", "100", day=1)
    bank.transfer("ann", "joe", "40", day=2)
    assert bank.balance("ann") == Decimal("60.00")
    assert bank.balance("joe") == Decimal("50.00")


def test_money_received_from_abroad_can_be_spent_but_no_more(bank):
    bank.deposit("joe", "100", day=1)
    bank.transfer("joe", "ann", "100", day=1)
    with pytest.raises(NotEnough):
        bank.withdraw("ann", "80.01", day=2)
    bank.withdraw("ann", "80", day=2)
    assert bank.balance("ann") == 0


def test_unquoted_currency(bank):
    bank.deposit("ann", "5", day=1, currency="CHF")
    with pytest.raises(NoRate):
        bank.balance("ann")


def test_bad_requests(bank):
    with pytest.raises(BankError):
        bank.deposit("zoe", "1", day=1)
    with pytest.raises(BankError):
        bank.deposit("ann", "-1", day=1)
    with pytest.raises(BankError):
        bank.deposit("ann", "one", day=1)
    with pytest.raises(BankError):
        bank.transfer("ann", "ann", "1", day=1)
    with pytest.raises(BankError):
        bank.open("ann", "EUR")
