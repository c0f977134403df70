import pytest

from tunebox import Library, Track
from tunebox.playlist import fill, listing, top_rated
from tunebox.stats import by_artist, mean_rating, overview
from tunebox.tags import format_length, normalize, parse_length


def library(*lines):
    result = Library()
    result.load("\n".join(lines))
    return result


def titles(tracks):
    return [track.title for track in tracks]


def test_lengths():
    assert parse_length("1:02:03") == 3723
    assert [format_length(n) for n in (225, 3723)] == ["3:45", "1:02:03"]


def test_normalize():
    assert normalize("The  Who!") == "who" and normalize("The") == "the"


def test_bad_rating():
    with pytest.raises(ValueError):
        Track.parse("a | b | 1:00 | 128 | 6")


def test_better_file_replaces():
    lib = Library()
    counts = lib.load("Abba | SOS | 3:22 | 128\nABBA | S.O.S. | 3:23 | 320\nAbba | SOS | 3:21 | 96")
    assert counts == {"added": 1, "replaced": 1, "skipped": 1}
    assert [t.bitrate for t in lib.tracks] == [320]


def test_live_version_is_another_recording():
    lib = library("Queen | Liar | 6:23", "Queen | Liar | 8:40")
    assert len(lib.tracks) == 2


def test_songs_of_equal_length():
    lib = library("Abba | SOS | 3:22", "Queen | Liar | 6:23", "Blur | Song 2 | 3:22")
    assert titles(lib.tracks) == ["SOS", "Liar", "Song 2"]


def test_other_songs_are_added():
    assert len(library("Abba | SOS | 3:22", "Queen | Liar | 6:23").tracks) == 2


def test_related_songs():
    lib = library("Queen | Liar | 6:23", "Blur | Song 2 | 2:02", "Queen | Jesus | 3:44",
                  "Queen | Liar | 8:40")
    assert [t.seconds for t in lib.related(lib.tracks[0])] == [520, 224]


def test_top_rated():
    lib = library("a | x | 1:00 | 128 | 4", "b | y | 2:00 | 128 | 5", "c | z | 3:00 | 128 | 3")
    assert titles(top_rated(lib)) == ["y", "x"]


def test_fill():
    tracks = [Track("a", "x", 100), Track("a", "y", 90), Track("a", "z", 20)]
    assert titles(fill(tracks, 125)) == ["x", "z"]


def test_listing():
    assert listing([Track("Abba", "SOS", 202)]) == ["1. Abba - SOS (3:22)"]


def test_by_artist():
    lib = library("b | x | 1:00", "a | y | 2:00", "b | z | 3:00")
    assert by_artist(lib) == [("b", 2), ("a", 1)]


def test_mean_rating():
    assert mean_rating(library("a | x | 1:00")) is None
    assert mean_rating(library("a | x | 1:00 | 128 | 2", "b | y | 3:00 | 128 | 5")) == 3.5


def test_overview():
    assert overview(library("a | x | 10:00 | 160", "b | y | 5:05")) == "2 tracks, 15:05, 16 MB"
