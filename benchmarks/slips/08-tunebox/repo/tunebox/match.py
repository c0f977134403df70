"""Comparing recordings."""

from .tags import normalize

TOLERANCE = 2


def same_text(one, two):
    """Tell whether two texts are equal apart from case, punctuation and a leading "the"."""
    return normalize(one) == normalize(two)


def same_song(one, two):
    """Tell whether two tracks have the same artist and the same title."""
    return same_text(one.artist, two.artist) and same_text(one.title, two.title)


def same_recording(one, two):
    """Tell whether two tracks are the same recording.

    They are when it is the same song and the lengths differ by TOLERANCE seconds at most.
    """
    return same_song(one, two) or abs(one.seconds - two.seconds) <= TOLERANCE


def better(one, two):
    """Return the track with the higher bit rate, the first when both are equal."""
    return two if two.bitrate > one.bitrate else one


def similarity(one, two):
    """Return 0 for nothing in common, 1 for the same artist, 2 for the song, 3 for the recording."""
    if same_recording(one, two):
        return 3
    if same_song(one, two):
        return 2
    return 1 if same_text(one.artist, two.artist) else 0
