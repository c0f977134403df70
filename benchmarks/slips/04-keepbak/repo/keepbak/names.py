"""Reading archive names."""

import re
from dataclasses import dataclass
from datetime import datetime

PATTERN = re.compile(r"(.+)-(\d{8})-(\d{6})\.tar\.gz")


@dataclass(frozen=True)
class Archive:
    """One archive: the name of what it holds, its time, file name and size in bytes."""

    name: str
    time: datetime
    filename: str
    size: int = 0


def parse_archive(filename, size=0):
    """Return the Archive of a file name, or None when it is no archive."""
    match = PATTERN.fullmatch(filename)
    if match is None:
        return None
    try:
        time = datetime.strptime(match[2] + match[3], "%Y%m%d%H%M%S")
    except ValueError:
        return None
    return Archive(match[1], time, filename, size)


def group_by_name(archives):
    """Group archives by name, the newest first within each group."""
    groups = {}
    for archive in sorted(archives, key=lambda a: a.time, reverse=True):
        groups.setdefault(archive.name, []).append(archive)
    return groups
