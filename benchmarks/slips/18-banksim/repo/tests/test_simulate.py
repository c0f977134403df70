import pytest

from banksim import simulate
from banksim.events import Calendar
from banksim.run import compare_counters, fewest_counters, simulate_random

THREE = [(0, 5), (1, 2), (3, 4)]


def test_waits_of_three():
    report = simulate(THREE)
    assert report.mean_wait == pytest.approx((0 + 4 + 4) / 3)
    assert report.longest_wait == 4


def test_end_is_last_departure():
    assert simulate(THREE).end == 11


def test_enough_counters_no_wait():
    report = simulate(THREE, counters=3)
    assert report.mean_wait == 0 and report.longest_queue == 0


def test_longest_queue():
    assert simulate(THREE).longest_queue == 2


def test_mean_queue():
    # one waits 1-3, two wait 3-5, one waits 5-7: area 8 over 11
    assert simulate(THREE).mean_queue == pytest.approx(8 / 11)


def test_always_busy():
    assert simulate(THREE).utilisation == pytest.approx(1.0)


def test_half_busy():
    assert simulate([(4, 4)]).utilisation == pytest.approx(0.5)


def test_full_queue_turns_away():
    report = simulate([(0, 9), (1, 1), (2, 1), (3, 1)], room=1)
    assert (report.served, report.turned_away) == (2, 2)


def test_until_stops_early():
    report = simulate([(0, 1), (20, 1)], until=10)
    assert (report.served, report.end) == (1, 10)


def test_same_time_keeps_order():
    seen = []
    calendar = Calendar()
    calendar.at(1, seen.append, "a")
    calendar.at(1, seen.append, "b")
    calendar.at(0, seen.append, "c")
    calendar.run()
    assert seen == ["c", "a", "b"]


def test_past_is_refused():
    calendar = Calendar()
    calendar.run(until=5)
    with pytest.raises(ValueError):
        calendar.at(4, print)


def test_compare_counters():
    assert compare_counters(THREE, [1, 3]) == {1: pytest.approx(8 / 3), 3: 0}


def test_fewest_counters():
    assert fewest_counters(THREE, 0.5) == 2


def test_random_run_repeats():
    assert simulate_random(50, 2, 1.5, seed=4) == simulate_random(50, 2, 1.5, seed=4)
