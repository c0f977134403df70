"""Whether a text in the place of a conflict leaves a file that its grammar accepts."""

from devagent.merge.parses import frames
from devagent.merge.regions import Clean, Conflict, Regions, Source, Spans

NOWHERE = Spans(range(0), range(0), range(0))


def regions(before: bytes, ours: bytes, theirs: bytes, after: bytes) -> Regions:
    return (
        Clean((before,), Source.BASE, NOWHERE),
        Conflict((), (ours,), (theirs,), NOWHERE),
        Clean((after,), Source.BASE, NOWHERE),
    )


def test_a_text_that_closes_what_it_did_not_open_is_not_accepted() -> None:
    found = frames("a.js", regions(b"function f() {\n", b"a();\n", b"b();\n", b"}\n"))
    assert len(found) == 2
    for frame in found:
        assert frame.accepts(1, b"a();\nb();\n")
        assert not frame.accepts(1, b"a();\n}\n}\n")
        assert frame.accepts(1, b"a();\n")


def test_a_file_that_does_not_parse_anyway_tells_nothing() -> None:
    assert frames("a.js", regions(b"function f( {\n", b"a();\n", b"b();\n", b"}\n")) == []


def test_text_in_no_known_language_tells_nothing() -> None:
    assert frames("a.unknown", regions(b"", b"a\n", b"b\n", b"")) == []


def test_letters_outside_of_ascii_do_not_move_anything() -> None:
    found = frames("a.py", regions("x = 'é'\n".encode(), b"y = 1\n", b"y = 2\n", "z = 'ü'\n".encode("latin-1")))
    assert all(frame.accepts(1, "y = 'ß'\n".encode("latin-1")) for frame in found)
    assert not any(frame.accepts(1, b"y = (\n") for frame in found)
