import pytest

from stockroom import OutOfStock, StockError, UnknownOrder, Warehouse


def dairy(shelf_days=0):
    house = Warehouse(shelf_days)
    house.receive("MILK", lot="late", quantity=10, expires=30)
    house.receive("MILK", lot="soon", quantity=6, expires=12)
    house.receive("SALT", lot="salt", quantity=3)
    return house


def test_what_expires_first_goes_first():
    house = dairy()
    picks = house.place_order("o-1", [("MILK", 8)], day=1)
    assert picks == {"MILK": [("soon", 6), ("late", 2)]}


def test_second_order_gets_only_what_the_first_left():
    house = dairy()
    house.place_order("o-1", [("MILK", 4)], day=1)
    picks = house.place_order("o-2", [("MILK", 5)], day=1)
    assert picks == {"MILK": [("soon", 2), ("late", 3)]}
    assert house.levels()["MILK"] == (16, 9)


def test_a_fully_promised_lot_is_passed_over():
    house = dairy()
    house.place_order("o-1", [("MILK", 6)], day=1)
    picks = house.place_order("o-2", [("MILK", 1)], day=1)
    assert picks == {"MILK": [("late", 1)]}


def test_three_orders_use_up_everything():
    house = dairy()
    for number in ("a", "b", "c"):
        house.place_order(number, [("MILK", 5)], day=1)
    assert house.levels()["MILK"] == (16, 15)
    assert sum(house.ship(number) for number in ("a", "b", "c")) == 15
    assert house.levels()["MILK"] == (1, 0)


def test_reserved_units_do_not_count_as_free():
    house = dairy()
    house.place_order("o-1", [("MILK", 10)], day=1)
    with pytest.raises(OutOfStock) as caught:
        house.place_order("o-2", [("MILK", 7)], day=1)
    assert (caught.value.wanted, caught.value.free) == (7, 6)
    assert house.open_orders() == ["o-1"]


def test_cancelling_gives_the_units_back():
    house = dairy()
    house.place_order("o-1", [("MILK", 16)], day=1)
    assert house.cancel("o-1") == 16
    assert house.place_order("o-2", [("MILK", 7)], day=1) == {
        "MILK": [("soon", 6), ("late", 1)]
    }


def test_lots_too_close_to_expiry_are_left_alone():
    house = dairy(shelf_days=5)
    assert house.place_order("o-1", [("MILK", 2)], day=8) == {"MILK": [("late", 2)]}


def test_lines_for_the_same_product_are_added_up():
    house = dairy()
    assert house.place_order("o-1", [("SALT", 1), ("SALT", 2)], day=1) == {"SALT": [("salt", 3)]}


def test_an_order_is_placed_whole_or_not_at_all():
    house = dairy()
    with pytest.raises(OutOfStock):
        house.place_order("o-1", [("MILK", 2), ("SALT", 4)], day=1)
    assert house.levels() == {"MILK": (16, 0), "SALT": (3, 0)}


def test_order_numbers():
    house = dairy()
    house.place_order("o-1", [("SALT", 1)], day=1)
    with pytest.raises(StockError):
        house.place_order("o-1", [("SALT", 1)], day=1)
    with pytest.raises(UnknownOrder):
        house.ship("o-9")
