from decimal import Decimal

from bankledger.rates import RateTable


def test_both_directions():
    rates = RateTable()
    rates.quote("EUR", "USD", "1.25")
    assert rates.convert(Decimal("10.00"), "EUR", "USD") == Decimal("12.50")
    assert rates.convert(Decimal("12.50"), "USD", "EUR") == Decimal("10.00")


def test_same_currency_needs_no_rate():
    assert RateTable().convert(Decimal("10.00"), "CHF", "CHF") == Decimal("10.00")
