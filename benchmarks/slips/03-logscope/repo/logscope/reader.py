"""From lines to entries."""

from .entry import parse_head


def read_entries(text):
    """Return the entries of a log text in order.

    Indented lines are details of the entry above, without their indentation; indented
    lines before the first entry and empty lines are ignored.
    """
    entries = []
    for line in text.splitlines():
        if not line.strip():
            continue
        if line[0] in " \t":
            if entries:
                entries[-1].details.append(line.strip())
            continue
        entries.append(parse_head(line))
    return entries


def by_source(entries):
    """Group entries by source, keeping their order; sources in order of first entry."""
    groups = {}
    for entry in entries:
        groups.setdefault(entry.source, []).append(entry)
    return groups


def at_level(entries, level):
    """Return the entries of this level or a more severe one."""
    return [entry for entry in entries if entry.at_least(level)]
