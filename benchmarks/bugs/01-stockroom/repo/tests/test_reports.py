from stockroom import Warehouse


def test_levels_follow_reservations_and_shipping():
    house = Warehouse()
    house.receive("TEA", lot="t1", quantity=5, expires=9)
    house.place_order("x", [("TEA", 2)], day=0)
    assert house.levels() == {"TEA": (5, 2)}
    house.ship("x")
    assert house.levels() == {"TEA": (3, 0)}


def test_expiring_lists_lots_by_day():
    house = Warehouse()
    house.receive("TEA", lot="t2", quantity=5, expires=9)
    house.receive("TEA", lot="t1", quantity=5, expires=4)
    house.receive("TEA", lot="t3", quantity=5)
    assert house.expiring(9) == ["t1", "t2"]
    assert house.expiring(4) == ["t1"]
