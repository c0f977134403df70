from shopcart import Cart, Catalog, Product
from shopcart.pricing import price_line
from shopcart.receipt import render
from shopcart.tiers import TierTable


def product(text):
    return Product("X", "Thing", 100, 1, TierTable.parse(text))


def test_second_tier_starts_at_its_start():
    assert price_line(product("10:5, 50:12"), 50).percent == 12


def test_one_below_keeps_lower_tier():
    assert price_line(product("10:5, 50:12"), 49).percent == 5
    assert price_line(product("10:5, 50:12"), 9).percent == 0


def test_tier_from_one_piece():
    cart = Cart(Catalog([product("1:20")]))
    cart.add("X")
    assert cart.goods_total() == 80
    assert "discount 20 %" in render(cart)


def test_zero_pieces():
    assert price_line(product("1:20"), 0).net == 0
