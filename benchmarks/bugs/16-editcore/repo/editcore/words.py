"""Where words begin."""


def word_start(text, at):
    """The beginning of the word before a position."""
    while at > 0 and text[at - 1].isspace():
        at -= 1
    while at > 0 and not text[at - 1].isspace():
        at -= 1
    return at


def word_end(text, at):
    """The end of the word behind a position."""
    while at < len(text) and text[at].isspace():
        at += 1
    while at < len(text) and not text[at].isspace():
        at += 1
    return at
