"""Invoices as text."""


def money(cents):
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def render(invoice):
    """A line per item, then the sums."""
    rows = [f"Invoice {invoice.number}"]
    for line in invoice.lines():
        rows.append(f"{line.quantity} x {line.label} @ {money(line.unit_price)}")
    totals = invoice.totals()
    for rate, (net, tax) in totals.taxes.items():
        rows.append(f"{rate}: {money(net)} + {money(tax)}")
    rows.append(f"total {money(totals.gross)}")
    return "\n".join(rows)
