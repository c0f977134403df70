import pytest

from meshroute import Planner, describe_route, load_topology, routing_table
from meshroute.loader import TopologyError
from meshroute.planner import NoRoute
from meshroute.report import round_trip

RING = """
a b 5 1000   # fast
b c 5 1000
c d 5 1000
d a 50 1000
"""

UPLINK = """
home isp 10 100/20
isp core 2 1000
home lte 30 40
lte core 5 1000
"""


@pytest.fixture
def ring():
    return Planner(load_topology(RING))


@pytest.fixture
def uplink():
    return Planner(load_topology(UPLINK))


def test_short_way_round(ring):
    assert ring.route("a", "d").nodes == ("a", "b", "c", "d")


def test_cost_adds_up(ring):
    assert ring.route("a", "c").cost == pytest.approx(34.0)


def test_route_to_self(ring):
    route = ring.route("a", "a")
    assert route.nodes == ("a",) and route.cost == 0


def test_down_link_is_avoided():
    planner = Planner(load_topology(RING.replace("b c 5 1000", "b c 5 1000 down")))
    assert planner.route("a", "c").nodes == ("a", "d", "c")


def test_no_route():
    planner = Planner(load_topology("a b 1 10\nc d 1 10"))
    with pytest.raises(NoRoute):
        planner.route("a", "d")


def test_routing_table_with_gap():
    planner = Planner(load_topology("a b 1 10\nb e 1 10\nc d 1 10"))
    assert routing_table(planner, "a") == {"b": "b", "e": "b", "c": None, "d": None}


def test_describe(ring):
    assert describe_route(ring.route("a", "b")) == "a > b (1 hop, 17.0 ms)"


def test_bad_line_is_named():
    with pytest.raises(TopologyError, match="line 2"):
        load_topology("a b 1 10\na b one 10")


def test_upload_direction(uplink):
    assert uplink.route("home", "core").nodes == ("home", "isp", "core")


def test_download_takes_the_other_way(uplink):
    assert uplink.route("core", "home").nodes == ("core", "lte", "home")


def test_round_trip_on_asymmetric_link():
    planner = Planner(load_topology("x y 10 120/24"))
    assert round_trip(planner, "x", "y") == pytest.approx(10 + 100 + 10 + 500)


def test_reachable():
    planner = Planner(load_topology("a b 1 10\nc d 1 10"))
    assert planner.reachable("a") == {"a", "b"}
