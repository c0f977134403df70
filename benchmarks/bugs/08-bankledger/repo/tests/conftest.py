import pytest

from bankledger import Bank


@pytest.fixture
def bank():
    bank = Bank()
    bank.rates.quote("EUR", "USD", "1.25")
    bank.open("ann", "EUR")
    bank.open("bob", "EUR", overdraft="50")
    bank.open("joe", "USD")
    return bank
