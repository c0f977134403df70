from datetime import date

from pocketbook import Book
from pocketbook.report import lowest


def book():
    result = Book({"cash": 1000})
    result.read("2023-03-01 cash > fun 2\n2023-03-02 cash > fun 3\n2023-03-03 fun > cash 5\n")
    return result


def test_series():
    assert [b for _, b in book().history.series("cash")] == [800, 500, 1000]


def test_lowest_in_the_middle():
    assert lowest(book(), "cash") == (date(2023, 3, 2), 500)


def test_snapshot_is_independent():
    b = book()
    before = b.accounts.balances()
    b.read("2023-03-04 cash > tax 1")
    assert "tax" not in before and before["cash"] == 1000


def test_result_may_be_changed_by_the_caller():
    b = book()
    b.accounts.balances()["cash"] = 7
    assert b.balance("cash") == 1000


def test_change_between_days():
    assert book().history.change("fun", date(2023, 3, 1), date(2023, 3, 2)) == 300
