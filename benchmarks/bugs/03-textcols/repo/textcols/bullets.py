"""Lists with a mark in front of every item."""

from .cells import cells
from .filling import fill
from .words import split_words


def bullet_list(items, width, mark="-"):
    """One item after the other, the lines after the first aligned under it."""
    lead = mark + " "
    blank = " " * cells(lead)
    out = []
    for item in items:
        lines = fill(split_words(item), width - cells(lead)) or [""]
        for number, line in enumerate(lines):
            out.append(((blank if number else lead) + line).rstrip())
    return "\n".join(out)
