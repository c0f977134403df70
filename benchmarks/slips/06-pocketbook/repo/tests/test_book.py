from datetime import date

import pytest

from pocketbook import Book, Posting
from pocketbook.amounts import format_amount, parse_amount
from pocketbook.report import balance_sheet, change_row, lowest, warnings

TEXT = """\
# January
2024-01-01 income > bank 2,000
2024-01-05 bank > rent 900.00 flat
2024-01-05 bank > food 50.5
2024-01-20 bank > food 49.50 weekly shopping
"""


@pytest.fixture
def book():
    result = Book()
    result.read(TEXT)
    return result


def test_amounts():
    assert [parse_amount(t) for t in ("12", "12.5", "-1,234.50")] == [1200, 1250, -123450]
    assert format_amount(-123405) == "-1,234.05"


def test_bad_amount():
    with pytest.raises(ValueError):
        parse_amount("1.234")


def test_posting_text():
    assert Posting.parse("2024-01-31 a > b 1 two words").text == "two words"


def test_present_balance(book):
    assert book.balance("bank") == 100000


def test_balance_at_a_day(book):
    assert book.balance("bank", date(2024, 1, 1)) == 200000
    assert book.balance("bank", date(2024, 1, 10)) == 104950


def test_balance_before_first_day(book):
    assert book.balance("bank", date(2023, 12, 31)) == 0


def test_balance_at_last_day(book):
    assert book.balance("food", date(2024, 1, 20)) == 10000


def test_order_of_days(book):
    with pytest.raises(ValueError):
        book.post(Posting(date(2024, 1, 2), "bank", "food", 1))


def test_opening_balances_are_kept_apart():
    opening = {"bank": 500}
    book = Book(opening)
    book.read("2024-01-01 bank > food 1")
    assert opening == {"bank": 500} and book.balance("bank") == 400


def test_spent(book):
    assert book.spent("food", date(2024, 1, 5), date(2024, 1, 20)) == 10000


def test_change_row(book):
    assert change_row(book, "bank", date(2024, 1, 5), date(2024, 1, 31)) == "bank: -49.50"


def test_lowest_day(book):
    assert lowest(book, "bank") == (date(2024, 1, 20), 100000)


def test_sheet(book):
    assert balance_sheet(book).splitlines()[0].split() == ["bank", "1,000.00"]


def test_warnings(book):
    book.read("2024-02-01 bank > car 1500")
    assert warnings(book) == ["bank is overdrawn by 500.00"]
