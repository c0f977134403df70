"""How the benchmarks print what they measured, and whether it is what is required."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured figure. `limit` is what it may be at most (at least, with `at_least`); `None` requires nothing."""

    name: str
    measured: float
    limit: float | None = None
    unit: str = ""
    at_least: bool = False

    @property
    def held(self) -> bool:
        """Whether it is what is required."""
        if self.limit is None:
            return True
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def cells(self) -> tuple[str, str, str, str]:
        """The figure as a row of a table."""
        if self.limit is None:
            return self.name, _number(self.measured, self.unit), "", ""
        bound = f"{'>=' if self.at_least else '<='} {_number(self.limit, self.unit)}"
        return self.name, _number(self.measured, self.unit), bound, "yes" if self.held else "NO"


def report(figures: Sequence[Figure]) -> int:
    """Print the figures; the exit code is 1 when one is missed."""
    print()
    print_table(("figure", "measured", "required", "held"), [figure.cells() for figure in figures])
    return 0 if all(figure.held for figure in figures) else 1


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns: numbers to the right, all else to the left."""
    texts = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    right = [_is_number(column[1:]) for column in zip(*texts, strict=True)]
    for number, row in enumerate(texts):
        cells = [c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)]
        print("  ".join(cells).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def _is_number(cells: Sequence[str]) -> bool:
    return any(cells) and all(re.fullmatch(r"(-?[\d.]+( \w+)?)?", cell) for cell in cells)


def _number(value: float, unit: str) -> str:
    text = str(value) if isinstance(value, int) else f"{value:.3g}" if value < 100 else f"{value:.0f}"
    return f"{text} {unit}".strip()
