"""Customers and where they come from."""

import random
from dataclasses import dataclass


@dataclass
class Customer:
    """A customer; ``started`` and ``left`` are set during the run."""

    number: int
    arrival: float
    service: float
    started: float | None = None
    left: float | None = None

    @property
    def wait(self):
        """Time in the queue; None while not served yet."""
        return None if self.started is None else self.started - self.arrival


def from_pairs(pairs):
    """Return customers from (arrival, service) pairs, by arrival."""
    customers = []
    for number, (arrival, service) in enumerate(sorted(pairs, key=lambda p: p[0]), 1):
        if arrival < 0 or service < 0:
            raise ValueError("times may not be negative")
        customers.append(Customer(number, float(arrival), float(service)))
    return customers


def random_pairs(count, mean_gap, mean_service, seed):
    """Return ``count`` pairs with exponential gaps and service times."""
    source = random.Random(seed)
    time = 0.0
    pairs = []
    for _ in range(count):
        time += source.expovariate(1 / mean_gap)
        pairs.append((time, source.expovariate(1 / mean_service)))
    return pairs
