"""Dividing an amount of cents."""

from fractions import Fraction

from .errors import InvoiceError


def divide(amount, weights):
    """Divide ``amount`` cents in proportion to ``weights``.

    The amount may be negative, the weights may not. The shares are whole
    cents and add up to the amount exactly: each is first cut off towards
    zero, then the cents that are still missing go, one each, to the shares
    that lost most by that, of equal ones to the first. So dividing ``-n``
    gives the shares of ``n`` with the sign changed. When all weights are
    zero they count as equal.
    """
    if not weights or min(weights) < 0:
        raise InvoiceError("weights must be given and must not be negative")
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    shares = []
    lost = []
    for weight in weights:
        exact = Fraction(amount * weight, whole)
        share = int(exact)
        shares.append(share)
        lost.append(exact - share)
    missing = amount - sum(shares)
    order = sorted(range(len(weights)), key=lambda at: (-lost[at], at))
    for at in order[:missing]:
        shares[at] += 1
    return shares
