"""One log entry."""

import re
from dataclasses import dataclass, field
from datetime import datetime

LEVELS = ("DEBUG", "INFO", "WARN", "ERROR")
PATTERN = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (\w+) ([\w.-]+): (.*)")


class BadLine(ValueError):
    """Raised for a line which is not the head of an entry."""


@dataclass
class Entry:
    """Time, level, source and message, with the detail lines that follow."""

    time: datetime
    level: str
    source: str
    message: str
    details: list = field(default_factory=list)

    @property
    def is_error(self):
        """Tell whether the entry is of level ERROR."""
        return self.level == "ERROR"

    def at_least(self, level):
        """Tell whether the entry's level is `level` or a more severe one."""
        return LEVELS.index(self.level) >= LEVELS.index(level)


def parse_head(line):
    """Parse the head line of an entry or raise BadLine."""
    match = PATTERN.fullmatch(line)
    if match is None or match[2] not in LEVELS:
        raise BadLine(line)
    time = datetime.strptime(match[1], "%Y-%m-%d %H:%M:%S")
    return Entry(time, match[2], match[3], match[4])
