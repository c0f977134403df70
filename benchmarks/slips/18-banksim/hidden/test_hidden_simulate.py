import pytest

from banksim import simulate
from banksim.run import simulate_random


def test_mean_queue_with_idle_start():
    # waits: 12-15 by one customer, run ends at 16
    assert simulate([(10, 5), (12, 1)]).mean_queue == pytest.approx(3 / 16)


def test_two_counters_partly_busy():
    # busy 2 during 0-2, 1 during 2-6: 8 of 12 counter units
    assert simulate([(0, 6), (0, 2)], counters=2).utilisation == pytest.approx(8 / 12)


def test_littles_law():
    report = simulate_random(200, 2.0, 1.8, seed=11)
    assert report.mean_queue * report.end == pytest.approx(report.mean_wait * report.served)


def test_until_in_a_pause():
    report = simulate([(0, 4)], until=16)
    assert report.line() == "served 1, wait 0.00, queue 0.00, busy 25%"


def test_no_customers():
    assert simulate([], until=5).utilisation == 0
