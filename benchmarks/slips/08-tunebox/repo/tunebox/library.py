"""The library."""

from .match import better, same_recording, similarity
from .track import Track


class Library:
    """Tracks in order of import, each recording once."""

    def __init__(self):
        self.tracks = []

    def add(self, track):
        """Add a track; a second file of the same recording replaces a worse one in its place.

        Return "added", "replaced" or "skipped".
        """
        for index, known in enumerate(self.tracks):
            if same_recording(known, track):
                if better(known, track) is known:
                    return "skipped"
                self.tracks[index] = track
                return "replaced"
        self.tracks.append(track)
        return "added"

    def load(self, text):
        """Add a track per line, skipping empty lines; return the counts by outcome."""
        counts = {"added": 0, "replaced": 0, "skipped": 0}
        for line in text.splitlines():
            if line.strip():
                counts[self.add(Track.parse(line))] += 1
        return counts

    def related(self, track):
        """Return the other tracks that have something in common, the most similar first."""
        scored = [(similarity(track, other), other) for other in self.tracks if other is not track]
        scored.sort(key=lambda item: item[0], reverse=True)
        return [other for score, other in scored if score]
