"""Paragraphs of running text."""

from .align import STYLES
from .filling import fill
from .words import split_paragraphs, split_words


def paragraph(text, width, align="left", indent=0):
    """Lay out text, which may have several paragraphs, at a width.

    ``indent`` cells are left free on the left of every line. The last line of
    a justified paragraph is only aligned to the left.
    """
    style = STYLES[align]
    blocks = []
    for part in split_paragraphs(text):
        lines = fill(split_words(part), width - indent)
        done = []
        for number, line in enumerate(lines, 1):
            last = align == "justify" and number == len(lines)
            shown = line if last else style(line, width - indent)
            done.append((" " * indent + shown).rstrip())
        blocks.append("\n".join(done))
    return "\n\n".join(blocks)
