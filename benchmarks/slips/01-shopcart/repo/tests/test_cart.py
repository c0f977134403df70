import pytest

from shopcart import Cart, Catalog, Product
from shopcart.catalog import UnknownProduct
from shopcart.receipt import render
from shopcart.shipping import ShippingRules
from shopcart.tiers import TierTable


@pytest.fixture
def cart():
    catalog = Catalog([
        Product("PEN", "Blue pen", 120, 10, TierTable.parse("10:5, 50:12")),
        Product("PAD", "Paper pad", 350, 300),
        Product("BOX", "Big box", 900, 15_000, TierTable.parse("3:10")),
    ])
    return Cart(catalog)


def test_empty_cart_costs_nothing(cart):
    assert cart.total() == 0


def test_same_product_adds_up(cart):
    cart.add("PEN")
    cart.add("PEN", 2)
    assert [(p.code, q) for p, q, _ in cart.lines()] == [("PEN", 3)]


def test_unknown_product(cart):
    with pytest.raises(UnknownProduct):
        cart.add("CUP")


def test_no_discount_below_first_tier(cart):
    cart.add("PEN", 9)
    assert cart.goods_total() == 1080


def test_discount_inside_tier(cart):
    cart.add("PEN", 20)
    assert cart.goods_total() == 2280


def test_discount_at_start_of_tier(cart):
    cart.add("PEN", 10)
    assert cart.goods_total() == 1140


def test_shipping_below_limit(cart):
    cart.add("PAD", 2)
    assert cart.total() == 700 + 490


def test_two_parcels(cart):
    cart.add("BOX", 2)
    assert cart.total() == 1800 + 2 * 490


def test_free_shipping_at_limit(cart):
    cart.rules = ShippingRules(490, 700)
    cart.add("PAD", 2)
    assert cart.total() == 700


def test_hint_for_next_tier(cart):
    cart.add("PEN", 47)
    assert cart.hints() == ["3 more for 12 % off"]


def test_remove_line(cart):
    cart.add("PAD")
    cart.remove("PAD")
    cart.remove("PEN")
    assert cart.lines() == []


def test_receipt_shows_discount(cart):
    cart.add("BOX", 3)
    rows = render(cart).splitlines()
    assert rows[0].split() == ["3", "x", "Big", "box", "27.00"]
    assert rows[1].split() == ["discount", "10", "%", "-2.70"]
    assert rows[-1].split() == ["TOTAL", "39.00"]


def test_receipt_without_discount(cart):
    cart.add("PAD", 1)
    assert len(render(cart).splitlines()) == 3
