"""Taking text apart."""

import re

_BLANK = re.compile(r"\n[ \t]*\n+")


def split_words(text):
    """The words of a text; any run of white space lies between two words."""
    return text.split()


def split_paragraphs(text):
    """The paragraphs of a text, which are separated by blank lines."""
    return [part for part in _BLANK.split(text.strip("\n")) if part.strip()]
