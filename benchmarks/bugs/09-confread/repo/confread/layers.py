"""Putting several files on top of each other."""

from .sections import read_sections


def stack(texts):
    """The sections of several files; what a later file says counts."""
    merged = {}
    for text in texts:
        for name, items in read_sections(text).items():
            merged.setdefault(name, {}).update(items)
    return merged
