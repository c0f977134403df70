from datetime import date

import pytest

from invoicing import Book, Invoice, InvoiceError, export


@pytest.fixture
def book():
    book = Book()
    book.customers.add("acme", "ACME Ltd")
    book.customers.add("shop", "Corner shop", terms="at once")
    return book


def issue(book, customer, cents, day):
    invoice = book.draft(day.year)
    invoice.add("work", 1, cents)
    book.issue(invoice, customer, day)
    return invoice.number


def test_numbers_begin_anew_each_year(book):
    numbers = [book.draft(year).number for year in (2023, 2023, 2024)]
    assert numbers == ["2023-001", "2023-002", "2024-001"]


def test_open_and_paid(book):
    number = issue(book, "acme", 1000, date(2024, 1, 10))
    assert book.open(number) == 1200
    book.pay(number, 200)
    assert book.balance("acme") == 1000


def test_a_credited_invoice_is_not_open(book):
    number = issue(book, "acme", 1000, date(2024, 1, 10))
    note = book.credit(number)
    assert note.number == "2024-001-C1"
    assert book.open(number) == 0
    with pytest.raises(InvoiceError):
        book.credit(number)


def test_overdue(book):
    first = issue(book, "acme", 1000, date(2024, 1, 10))
    second = issue(book, "shop", 500, date(2024, 2, 1))
    assert book.overdue(date(2024, 2, 2)) == [(second, 600)]
    assert book.overdue(date(2024, 3, 1)) == [(first, 1200), (second, 600)]


def test_terms(book):
    book.customers.add("late", "Late Inc", terms="end of month")
    book.customers.add("odd", "Odd Inc", terms="whenever")
    invoice = Invoice("X-1")
    assert book.issue(invoice, "late", date(2024, 2, 3)) == date(2024, 2, 29)
    with pytest.raises(InvoiceError):
        book.issue(Invoice("X-2"), "odd", date(2024, 2, 3))
    with pytest.raises(InvoiceError):
        book.issue(Invoice("X-3"), "nobody", date(2024, 2, 3))


def test_export():
    invoice = Invoice("A-1")
    invoice.add("book", 1, 1000, "reduced")
    invoice.add("pen", 2, 150)
    invoice.discount(130)
    assert export([invoice]) == "number;rate;net;tax\nA-1;reduced;9.00;0.90\nA-1;standard;2.70;0.54\n"
