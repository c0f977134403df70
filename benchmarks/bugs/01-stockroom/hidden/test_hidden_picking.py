from stockroom.models import Lot
from stockroom.picking import plan_picks


def as_pairs(picks):
    return [(pick.lot, pick.quantity) for pick in picks]


def test_partly_promised_lots_give_only_their_rest():
    lots = [Lot("a", "X", 5, 3, reserved=4), Lot("b", "X", 5, 4, reserved=2), Lot("c", "X", 9)]
    assert as_pairs(plan_picks("X", lots, 6, 0)) == [("a", 1), ("b", 3), ("c", 2)]


def test_exactly_what_is_free():
    lots = [Lot("a", "X", 5, 3, reserved=4), Lot("b", "X", 5, 4, reserved=2)]
    assert as_pairs(plan_picks("X", lots, 4, 0)) == [("a", 1), ("b", 3)]


def test_a_full_lot_may_be_used_whole():
    lots = [Lot("a", "X", 5, 3), Lot("b", "X", 5, 4)]
    assert as_pairs(plan_picks("X", lots, 5, 0)) == [("a", 5)]


def test_planning_reserves_nothing():
    lot = Lot("a", "X", 5, 3, reserved=1)
    plan_picks("X", [lot], 4, 0)
    assert (lot.on_hand, lot.reserved) == (5, 1)
