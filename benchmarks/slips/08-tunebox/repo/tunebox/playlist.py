"""Playlists."""

from .tags import format_length


def top_rated(library, minimum=4):
    """Return the tracks of at least this rating, the best first."""
    found = [track for track in library.tracks if track.rating >= minimum]
    return sorted(found, key=lambda track: -track.rating)


def fill(tracks, seconds):
    """Take tracks in order as long as they fit into the time; those too long are left out."""
    chosen, used = [], 0
    for track in tracks:
        if used + track.seconds <= seconds:
            chosen.append(track)
            used += track.seconds
    return chosen


def listing(tracks):
    """Return numbered rows such as "1. Artist - Title (3:45)"."""
    return [f"{number}. {track.artist} - {track.title} ({format_length(track.seconds)})"
            for number, track in enumerate(tracks, 1)]


def without(tracks, artist):
    """Return the tracks that are not by this artist."""
    return [track for track in tracks if track.artist != artist]
