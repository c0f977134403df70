"""Numbers about a library."""

from collections import Counter

from .tags import format_length


def by_artist(library):
    """Return (artist, number of tracks), the most frequent first, then by name."""
    counts = Counter(track.artist for track in library.tracks)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def mean_rating(library):
    """Return the mean of the ratings above 0, or None when nothing is rated."""
    rated = [track.rating for track in library.tracks if track.rating]
    return sum(rated) / len(rated) if rated else None


def overview(library):
    """Return "3 tracks, 10:05, 9 MB"."""
    seconds = sum(track.seconds for track in library.tracks)
    size = sum(track.size for track in library.tracks)
    return f"{len(library.tracks)} tracks, {format_length(seconds)}, {size // 1000} MB"


def longest(library, count=3):
    """Return the longest tracks, the longest first."""
    return sorted(library.tracks, key=lambda track: -track.seconds)[:count]
