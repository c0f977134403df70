"""What a diff is made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hunk:
    """Lines to be replaced.

    ``start`` is the number of the first of the ``before`` lines in the old
    file, counted from 1. ``before`` are the lines of the old file and
    ``after`` those of the new one, with the context lines in both.
    """

    start: int
    before: tuple
    after: tuple


@dataclass(frozen=True)
class FilePatch:
    """The hunks of one file; a path is None where there is no file."""

    old_path: str | None
    new_path: str | None
    hunks: tuple
