"""The tax rates, in percent."""

from .errors import InvoiceError

RATES = {"standard": 20, "reduced": 10, "none": 0}


def percent(name):
    try:
        return RATES[name]
    except KeyError:
        raise InvoiceError(f"no tax rate {name!r}") from None


def tax_on(net, name):
    """The tax on a net amount, rounded half away from zero."""
    tax, rest = divmod(abs(net) * percent(name), 100)
    if rest >= 50:
        tax += 1
    return tax if net >= 0 else -tax
