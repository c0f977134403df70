"""Filling lines with words."""

from .cells import cells, chop


def fill(words, width):
    """Put words on lines of at most ``width`` cells, as many as fit on each.

    A word that is wider than a whole line cannot be kept together: it begins
    on a line of its own, after the words before it, and is cut wherever a
    line is full. The words after it go on behind its last piece. No word is
    ever left out, and the words stay in order.

    Returns the lines without padding; no words make no lines.
    """
    if width < 2:
        raise ValueError("the lines are too narrow")
    lines = []
    current, used = [], 0
    for word in words:
        size = cells(word)
        if size > width:
            *full, tail = chop(word, width)
            lines.extend(full)
            current, used = [tail], cells(tail)
            continue
        if current and used + 1 + size > width:
            lines.append(" ".join(current))
            current, used = [], 0
        used += size + 1 if current else size
        current.append(word)
    if current:
        lines.append(" ".join(current))
    return lines
