from tunebox import Library, Track
from tunebox.match import same_recording, similarity


def test_limits_of_tolerance():
    base = Track("A", "T", 100)
    assert same_recording(base, Track("a", "t", 102)) and same_recording(base, Track("a", "t", 98))
    assert not same_recording(base, Track("A", "T", 103))


def test_similarity_of_equal_lengths():
    assert similarity(Track("A", "T", 100), Track("B", "U", 100)) == 0
    assert similarity(Track("A", "T", 100), Track("A", "U", 101)) == 1


def test_similarity_of_song():
    assert similarity(Track("A", "T", 100), Track("A", "T", 200)) == 2
    assert similarity(Track("A", "T", 100), Track("The A", "T", 99)) == 3


def test_radio_and_album_version():
    lib = Library()
    counts = lib.load("M | Pop | 3:20 | 128\nM | Pop | 4:58 | 320")
    assert counts["added"] == 2 and counts["replaced"] == 0


def test_cover_of_same_length():
    lib = Library()
    lib.load("A | Hurt | 3:38\nB | Hurt | 3:38")
    assert [t.artist for t in lib.tracks] == ["A", "B"]
