import pytest

from netplan import AddressPlan, PlanError


def test_whole_site_is_not_free():
    plan = AddressPlan("172.16.0.0/20")
    plan.reserve("172.16.15.0/24", "end")
    with pytest.raises(PlanError, match="no free /20"):
        plan.allocate(20, "x")


def test_largest_free_leaves_out_the_used_half():
    plan = AddressPlan("172.16.0.0/20")
    plan.reserve("172.16.1.0/24", "a")
    assert str(plan.largest_free()) == "172.16.8.0/21"


def test_single_address_in_the_way():
    plan = AddressPlan("10.9.0.0/16")
    plan.reserve("10.9.0.255/32", "host")
    assert str(plan.allocate(24, "net")) == "10.9.1.0/24"


def test_same_block_twice():
    plan = AddressPlan("10.9.0.0/16")
    plan.reserve("10.9.2.0/24", "a")
    with pytest.raises(PlanError, match="overlaps a"):
        plan.reserve("10.9.2.0/24", "b")


def test_gap_is_filled():
    plan = AddressPlan("10.9.0.0/16")
    plan.reserve("10.9.0.0/24", "a")
    plan.reserve("10.9.2.0/24", "b")
    assert str(plan.allocate(24, "c")) == "10.9.1.0/24"
