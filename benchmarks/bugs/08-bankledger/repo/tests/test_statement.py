from decimal import Decimal

from bankledger.printing import print_sheet


def test_rows_in_order_of_days(bank):
    bank.deposit("ann", "10", day=5, text="second")
    bank.deposit("ann", "20", day=3, text="first")
    sheet = bank.statement("ann", 1, 31)
    assert [(row.text, row.balance) for row in sheet.rows] == [
        ("first", Decimal("20.00")),
        ("second", Decimal("30.00")),
    ]


def test_opening_and_closing(bank):
    for day in (1, 10, 20, 30):
        bank.deposit("ann", day, day=day)
    sheet = bank.statement("ann", 10, 20)
    assert (sheet.opening, sheet.closing) == (Decimal("1.00"), Decimal("31.00"))
    assert sheet.paid_in == Decimal("30.00")


def test_foreign_entries_are_shown_in_the_accounts_currency(bank):
    bank.deposit("joe", "8", day=1, currency="EUR", text="gift")
    bank.withdraw("joe", "2.50", day=2)
    sheet = bank.statement("joe", 1, 31)
    assert [row.amount for row in sheet.rows] == [Decimal("10.00"), Decimal("-2.50")]
    assert (sheet.paid_in, sheet.paid_out) == (Decimal("10.00"), Decimal("2.50"))


def test_empty_period(bank):
    bank.deposit("ann", "10", day=1)
    sheet = bank.statement("ann", 2, 3)
    assert (sheet.opening, sheet.rows, sheet.closing) == (Decimal("10.00"), (), Decimal("10.00"))


def test_printing(bank):
    bank.deposit("ann", "10", day=1)
    bank.withdraw("ann", "4", day=2)
    assert print_sheet(bank.statement("ann", 2, 31)).splitlines() == [
        "opening      10.00",
        "  2 withdrawal            -4.00       6.00",
        "closing       6.00",
    ]
