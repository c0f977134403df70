import pytest

from invoicing.installments import plan
from invoicing.errors import InvoiceError
from invoicing.shares import divide
from invoicing.taxes import tax_on


def test_tax_is_rounded_half_away_from_zero():
    assert [tax_on(net, "reduced") for net in (4, 5, 14, 15)] == [0, 1, 1, 2]
    assert [tax_on(net, "reduced") for net in (-4, -5, -15)] == [0, -1, -2]


def test_shares_follow_the_weights():
    assert divide(100, [1, 2, 1]) == [25, 50, 25]
    assert divide(10, [0, 0]) == [5, 5]


def test_who_lost_most_gets_the_cent():
    assert divide(10, [1, 3, 3]) == [2, 4, 4]
    assert divide(11, [1, 3, 3]) == [1, 5, 5]


def test_negative_amounts_that_divide_evenly():
    assert divide(-100, [1, 2, 1]) == [-25, -50, -25]


def test_refund_in_three_parts():
    assert plan(-100, 3) == [-34, -33, -33]


def test_no_parts():
    with pytest.raises(InvoiceError):
        plan(100, 0)
