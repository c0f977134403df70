"""Tables whose cells are wrapped."""

from .align import STYLES
from .filling import fill
from .words import split_words

BAR = " | "


def table(rows, widths, aligns=None):
    """Draw rows of text in columns; the first row is the heading."""
    aligns = aligns or ["left"] * len(widths)
    drawn = []
    for number, row in enumerate(rows):
        drawn.extend(_row(row, widths, aligns))
        if number == 0:
            drawn.append("-+-".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in drawn)


def _row(row, widths, aligns):
    """The lines of one row; it is as high as its highest cell."""
    columns = [fill(split_words(text), width) for text, width in zip(row, widths)]
    height = max(len(column) for column in columns)
    lines = []
    for index in range(height):
        parts = []
        for column, width, align in zip(columns, widths, aligns):
            text = column[index] if index < len(column) else ""
            parts.append(STYLES[align](text, width))
        lines.append(BAR.join(parts))
    return lines
