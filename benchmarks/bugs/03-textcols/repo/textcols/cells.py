"""How wide text is on a terminal."""

import unicodedata


def char_cells(char):
    """Cells one character takes: none, one or two."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cells(text):
    return sum(char_cells(char) for char in text)


def chop(word, width):
    """Cut a word into pieces of at most ``width`` cells each."""
    pieces = []
    piece, used = "", 0
    for char in word:
        size = char_cells(char)
        if piece and used + size > width:
            pieces.append(piece)
            piece, used = "", 0
        piece += char
        used += size
    if piece:
        pieces.append(piece)
    return pieces
