"""The outcome of a run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Report:
    """Figures of one run of the simulation."""

    served: int
    turned_away: int
    end: float
    mean_wait: float
    longest_wait: float
    mean_queue: float
    longest_queue: int
    utilisation: float

    @classmethod
    def of(cls, bank):
        """Collect the figures of a bank at the current time."""
        now = bank.calendar.now
        return cls(
            served=bank.waits.count,
            turned_away=bank.turned_away,
            end=now,
            mean_wait=bank.waits.mean,
            longest_wait=bank.waits.largest or 0.0,
            mean_queue=bank.queue_meter.mean(now),
            longest_queue=bank.queue_meter.peak,
            utilisation=bank.busy_meter.mean(now) / bank.counters,
        )

    def line(self):
        """Return the figures as a line of text."""
        return (f"served {self.served}, wait {self.mean_wait:.2f}, "
                f"queue {self.mean_queue:.2f}, busy {self.utilisation:.0%}")
