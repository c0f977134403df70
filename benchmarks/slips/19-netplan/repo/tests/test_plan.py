import pytest

from netplan import AddressPlan, PlanError, plan_report
from netplan.addresses import format_address, parse_address


@pytest.fixture
def plan():
    return AddressPlan("10.0.0.0/16")


def test_address_round_trip():
    assert format_address(parse_address("192.168.7.250")) == "192.168.7.250"


def test_bad_address():
    with pytest.raises(ValueError):
        parse_address("10.0.0.256")


def test_host_bits(plan):
    with pytest.raises(ValueError, match="host bits"):
        plan.reserve("10.0.1.1/24", "x")


def test_first_allocation(plan):
    assert str(plan.allocate(24, "a")) == "10.0.0.0/24"


def test_allocations_of_one_size_follow(plan):
    names = [str(plan.allocate(25, name)) for name in "abc"]
    assert names == ["10.0.0.0/25", "10.0.0.128/25", "10.0.1.0/25"]


def test_small_after_large(plan):
    plan.allocate(24, "a")
    assert str(plan.allocate(28, "b")) == "10.0.1.0/28"


def test_large_after_small(plan):
    plan.allocate(24, "a")
    plan.reserve("10.0.3.128/25", "b")
    assert str(plan.allocate(23, "c")) == "10.0.4.0/23"


def test_reserve_inside_used_block(plan):
    plan.reserve("10.0.4.0/22", "lab")
    with pytest.raises(PlanError, match="overlaps lab"):
        plan.reserve("10.0.5.0/24", "x")


def test_reserve_around_used_block(plan):
    plan.reserve("10.0.5.0/24", "lab")
    with pytest.raises(PlanError, match="overlaps lab"):
        plan.reserve("10.0.4.0/22", "x")


def test_neighbours_do_not_overlap(plan):
    plan.reserve("10.0.5.0/24", "a")
    plan.reserve("10.0.4.0/24", "b")
    plan.reserve("10.0.6.0/24", "c")
    assert len(plan.register) == 3


def test_outside_site(plan):
    with pytest.raises(PlanError, match="is not in"):
        plan.reserve("10.1.0.0/24", "x")


def test_release_frees(plan):
    plan.allocate(24, "a")
    plan.release("a")
    assert str(plan.allocate(24, "b")) == "10.0.0.0/24"


def test_names_are_unique(plan):
    plan.allocate(24, "a")
    with pytest.raises(PlanError, match="name"):
        plan.allocate(24, "a")


def test_full_site():
    plan = AddressPlan("10.0.0.0/30")
    plan.allocate(30, "all")
    with pytest.raises(PlanError, match="no free /32"):
        plan.allocate(32, "x")


def test_report():
    plan = AddressPlan("10.0.0.0/24")
    plan.reserve("10.0.0.64/26", "office")
    assert plan_report(plan) == (
        "10.0.0.64/26 - 10.0.0.127 office\n"
        "25.0% used, largest free block 10.0.0.128/25")
