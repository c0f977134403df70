import pytest

from invoicing import Invoice, InvoiceError, render


@pytest.fixture
def invoice():
    invoice = Invoice("A-1")
    invoice.add("book", 3, 1000, "reduced")
    invoice.add("lamp", 1, 3000, "standard")
    invoice.add("stamp", 1, 3000, "none")
    return invoice


def test_totals_without_discount(invoice):
    totals = invoice.totals()
    assert (totals.net, totals.tax, totals.gross) == (9000, 900, 9900)


def test_discount_is_spread_over_the_rates(invoice):
    invoice.discount(100)
    assert invoice.totals().taxes == {
        "reduced": (2966, 297),
        "standard": (2967, 593),
        "none": (2967, 0),
    }
    assert invoice.totals().net == 8900


def test_empty_invoice():
    assert Invoice("E").totals().gross == 0


def test_credit_note_without_discount(invoice):
    note = invoice.credit_note("A-1-C").totals()
    assert (note.net, note.tax, note.gross) == (-9000, -900, -9900)


def test_credit_note_takes_back_the_discounted_invoice(invoice):
    invoice.discount(100)
    before = invoice.totals()
    note = invoice.credit_note("A-1-C").totals()
    assert note.net == -before.net
    assert note.taxes == {rate: (-net, -tax) for rate, (net, tax) in before.taxes.items()}


def test_credit_note_in_installments(invoice):
    parts = invoice.credit_note("A-1-C").installments(7)
    assert sum(parts) == -9900
    assert parts == [-part for part in invoice.installments(7)]


def test_installments(invoice):
    assert invoice.installments(4) == [2475] * 4
    assert invoice.installments(7) == [1415, 1415] + [1414] * 5


def test_discount_limits(invoice):
    for cents in (-1, 9001):
        with pytest.raises(InvoiceError):
            invoice.discount(cents)


def test_bad_lines(invoice):
    with pytest.raises(InvoiceError):
        invoice.add("x", 1, 100, tax="luxury")
    with pytest.raises(InvoiceError):
        invoice.add("x", 0, 100)


def test_render(invoice):
    invoice.discount(90)
    assert render(invoice).splitlines() == [
        "Invoice A-1",
        "3 x book @ 10.00",
        "1 x lamp @ 30.00",
        "1 x stamp @ 30.00",
        "reduced: 29.70 + 2.97",
        "standard: 29.70 + 5.94",
        "none: 29.70 + 0.00",
        "total 98.01",
    ]
