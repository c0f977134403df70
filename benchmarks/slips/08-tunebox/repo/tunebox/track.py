"""Recordings."""

from dataclasses import dataclass

from .tags import parse_length


@dataclass(frozen=True)
class Track:
    """One file: artist, title, length in seconds, bit rate in kbit/s and rating 0 to 5."""

    artist: str
    title: str
    seconds: int
    bitrate: int = 128
    rating: int = 0

    def __post_init__(self):
        if not 0 <= self.rating <= 5:
            raise ValueError("rating must be within 0..5")

    @classmethod
    def parse(cls, line):
        """Read "artist | title | 3:45 | 320 | 4"; bit rate and rating may be missing."""
        artist, title, length, *more = [part.strip() for part in line.split("|")]
        return cls(artist, title, parse_length(length), *(int(part) for part in more))

    @property
    def size(self):
        """Return the approximate size of the file in kilobytes."""
        return self.seconds * self.bitrate // 8
