"""Putting reader and detector together."""

from dataclasses import dataclass, field

from .bursts import BurstDetector
from .reader import by_source, read_entries


@dataclass
class SourceStats:
    """What is known of one source: counts by level and bursts."""

    source: str
    counts: dict = field(default_factory=dict)
    bursts: list = field(default_factory=list)

    @property
    def longest(self):
        """Return the burst with most errors (the earliest of equals) or None."""
        return max(self.bursts, key=lambda burst: burst.count, default=None)


def analyse_source(source, entries, window=10, minimum=2):
    """Return the SourceStats of the entries of one source."""
    stats = SourceStats(source)
    detector = BurstDetector(window, minimum)
    for entry in entries:
        stats.counts[entry.level] = stats.counts.get(entry.level, 0) + 1
        detector.feed(entry)
    stats.bursts = detector.finish()
    return stats


def analyse(text, window=10, minimum=2):
    """Read a log text and return the SourceStats of each source by name."""
    groups = by_source(read_entries(text))
    return {name: analyse_source(name, group, window, minimum)
            for name, group in groups.items()}
