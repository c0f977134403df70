"""Runs the simulation from start to end."""

from .bank import Bank
from .customers import from_pairs, random_pairs
from .events import Calendar
from .report import Report


def simulate(pairs, counters=1, room=None, until=None):
    """Serve the customers given as (arrival, service) pairs.

    Runs until the last customer has left or, if given, up to ``until``.
    """
    calendar = Calendar()
    bank = Bank(calendar, counters, room)
    for customer in from_pairs(pairs):
        calendar.at(customer.arrival, bank.arrive, customer)
    calendar.run(until)
    return Report.of(bank)


def compare_counters(pairs, choices):
    """Return {counters: mean wait} for several numbers of counters."""
    pairs = list(pairs)
    return {counters: simulate(pairs, counters).mean_wait for counters in choices}


def fewest_counters(pairs, target, most=20):
    """Return the smallest number of counters with mean wait <= target."""
    pairs = list(pairs)
    for counters in range(1, most + 1):
        if simulate(pairs, counters).mean_wait <= target:
            return counters
    raise ValueError("target cannot be reached")


def simulate_random(count, mean_gap, mean_service, counters=1, seed=0):
    """Run with random customers; the same seed gives the same run."""
    return simulate(random_pairs(count, mean_gap, mean_service, seed), counters)
