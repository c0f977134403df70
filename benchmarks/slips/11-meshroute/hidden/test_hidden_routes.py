import pytest

from meshroute import Planner, describe_route, load_topology, routing_table
from meshroute.report import round_trip


def test_reverse_faster_than_forward():
    planner = Planner(load_topology("m n 1 6/60"))
    assert planner.route("n", "m").cost == pytest.approx(201.0)
    assert planner.route("m", "n").cost == pytest.approx(2001.0)


def test_chain_against_the_grain():
    planner = Planner(load_topology("a b 0 12/24\nb c 0 12/48"))
    assert describe_route(planner.route("c", "a")) == "c > b > a (2 hops, 750.0 ms)"


def test_table_prefers_fast_reverse():
    planner = Planner(load_topology("a b 0 10/1000\nb c 0 100\nc a 0 100"))
    assert routing_table(planner, "b") == {"a": "a", "c": "c"}
    assert routing_table(planner, "a") == {"b": "c", "c": "c"}


def test_symmetric_round_trip():
    planner = Planner(load_topology("a b 3 120"))
    assert round_trip(planner, "a", "b") == pytest.approx(206.0)
