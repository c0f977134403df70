"""One cached value."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    value: object
    weight: int
    expires: float | None
    tags: frozenset

    def live(self, now):
        return self.expires is None or now < self.expires
