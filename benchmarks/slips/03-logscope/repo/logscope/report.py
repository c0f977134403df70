"""Text reports."""

from .analysis import analyse


def burst_row(source, burst):
    """Return "db 10:00:00 3 errors in 12 s"."""
    return f"{source} {burst.start:%H:%M:%S} {burst.count} errors in {burst.seconds:.0f} s"


def burst_report(text, window=10, minimum=2):
    """Return one row per burst of all sources in order of their start."""
    found = []
    for name, stats in analyse(text, window, minimum).items():
        found += [(burst.start, name, burst) for burst in stats.bursts]
    found.sort(key=lambda item: item[:2])
    if not found:
        return "no bursts"
    return "\n".join(burst_row(name, burst) for _, name, burst in found)


def level_report(text):
    """Return one row per source with its counts by level, sources by name."""
    rows = []
    for name, stats in sorted(analyse(text).items()):
        counts = " ".join(f"{level}={n}" for level, n in sorted(stats.counts.items()))
        rows.append(f"{name}: {counts}")
    return "\n".join(rows)


def summary_row(stats):
    """Return "db: 12 entries, 2 bursts" for one source."""
    total = sum(stats.counts.values())
    return f"{stats.source}: {total} entries, {len(stats.bursts)} bursts"
