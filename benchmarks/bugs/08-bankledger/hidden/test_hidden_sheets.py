from decimal import Decimal

from bankledger.rates import RateTable
from bankledger.records import Account, Entry
from bankledger.sheets import draw_up


def rates():
    table = RateTable()
    table.quote("EUR", "USD", "2")
    return table


def test_opening_is_converted():
    entries = [Entry("a", 1, Decimal("10.00"), "EUR", "x"), Entry("a", 5, Decimal("1.00"), "USD", "y")]
    sheet = draw_up(Account("a", "USD"), entries, rates(), 2, 9)
    assert (sheet.opening, sheet.closing) == (Decimal("20.00"), Decimal("21.00"))


def test_money_going_out_is_converted():
    entries = [Entry("a", 1, Decimal("-10.00"), "USD", "x")]
    sheet = draw_up(Account("a", "EUR"), entries, rates(), 1, 9)
    assert sheet.rows[0].amount == Decimal("-5.00")
    assert sheet.paid_out == Decimal("5.00")


def test_transfer_there_and_back(bank):
    bank.deposit("ann", "100", day=1)
    bank.transfer("ann", "joe", "100", day=1)
    bank.transfer("joe", "ann", "125", day=1)
    assert bank.balance("ann") == Decimal("100.00")
    assert bank.balance("joe") == 0
