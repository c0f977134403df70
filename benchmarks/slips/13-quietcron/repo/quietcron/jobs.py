"""Periodic jobs."""

from dataclasses import dataclass

from .clock import DAY

POLICIES = ("defer", "skip", "ignore")


@dataclass(frozen=True)
class Job:
    """A job that is due every ``every`` minutes, ``offset`` after midnight.

    ``policy`` says what happens to a run in quiet hours: ``defer`` moves it
    to the end of them, ``skip`` drops it and ``ignore`` runs it anyway.
    """

    name: str
    every: int
    offset: int = 0
    policy: str = "defer"

    def __post_init__(self):
        if self.every < 1:
            raise ValueError("every must be at least one minute")
        if self.policy not in POLICIES:
            raise ValueError(f"unknown policy {self.policy!r}")

    def due_times(self, days=1):
        """Yield the due minutes of ``days`` days, restarting each midnight."""
        for day in range(days):
            for minute in range(self.offset, DAY, self.every):
                yield day * DAY + minute
