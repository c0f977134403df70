"""Invoices for the bookkeeper: rows separated by semicolons."""

from .text import money

HEAD = "number;rate;net;tax"


def export(invoices):
    """One row for each rate of each invoice."""
    rows = [HEAD]
    for invoice in invoices:
        for rate, (net, tax) in invoice.totals().taxes.items():
            rows.append(f"{invoice.number};{rate};{money(net)};{money(tax)}")
    return "\n".join(rows) + "\n"
