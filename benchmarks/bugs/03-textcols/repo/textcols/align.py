"""Filling a line up to a width."""

from .cells import cells


def left(line, width):
    return line + " " * (width - cells(line))


def right(line, width):
    return " " * (width - cells(line)) + line


def center(line, width):
    room = width - cells(line)
    return " " * (room // 2) + line + " " * (room - room // 2)


def justify(line, width):
    """Spread the words of a line over the whole width; wider gaps come first."""
    words = line.split(" ")
    if len(words) == 1:
        return left(line, width)
    room = width - sum(cells(word) for word in words)
    gap, extra = divmod(room, len(words) - 1)
    out = words[0]
    for index, word in enumerate(words[1:]):
        out += " " * (gap + (1 if index < extra else 0)) + word
    return out


STYLES = {"left": left, "right": right, "center": center, "justify": justify}
