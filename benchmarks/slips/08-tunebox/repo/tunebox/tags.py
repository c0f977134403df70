"""Reading of tag texts."""

import re


def parse_length(text):
    """Turn "3:45" or "1:02:03" into seconds."""
    seconds = 0
    for part in text.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds


def format_length(seconds):
    """Turn seconds into "3:45" or "1:02:03"."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}"


def normalize(text):
    """Return text for comparing: lower case, no punctuation, single spaces, no "the" in front."""
    words = re.sub(r"[^\w\s]", "", text.lower()).split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return " ".join(words)
