"""Three versions of a file become one where that is clean, written down as ours is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devagent.repo.git import Git, Repository, find_root
from devagent.repo.objects import Blob, Entry, TreeChange
from devagent.repo.threeway import Carried, Conflict, carry, merge

MakeRepo = Callable[..., Path]
LINES = st.lists(st.sampled_from(["a", "b", "c", "d", "é"]), max_size=12)


def merged(ours: bytes, base: bytes, theirs: bytes) -> bytes:
    result = merge(Git(Path("/")), Entry(ours), Entry(base), Entry(theirs))
    assert result is not None
    return result.content


def text(*lines: str, end: str = "\n") -> str:
    return "".join(line + end for line in lines)


BASE = text("one", "two", "three", "four", "five")
THEIRS = text("one", "TWO", "three", "four", "five")
OURS = text("one", "two", "three", "four", "FIVE")
BOTH = text("one", "TWO", "three", "four", "FIVE")


@pytest.mark.parametrize(
    ("ours", "base", "theirs", "expected"),
    [
        pytest.param(OURS.encode(), BASE.encode(), THEIRS.encode(), BOTH.encode(), id="two lines"),
        pytest.param(BASE.encode(), BASE.encode(), THEIRS.encode(), THEIRS.encode(), id="ours is the base"),
        pytest.param(OURS.encode(), BASE.encode(), BASE.encode(), OURS.encode(), id="theirs is the base"),
        pytest.param(OURS.encode(), BASE.encode(), OURS.encode(), OURS.encode(), id="both did the same"),
        pytest.param(
            *(OURS.replace("\n", "\r\n").encode(), BASE.encode(), THEIRS.encode()),
            BOTH.replace("\n", "\r\n").encode(),
            id="ours became CRLF",
        ),
        pytest.param(
            *(OURS.encode(), BASE.replace("\n", "\r\n").encode(), THEIRS.replace("\n", "\r\n").encode()),
            BOTH.encode(),
            id="ours became LF",
        ),
        pytest.param(
            *(b"one\r\n" + OURS.encode(), b"one\r\n" + BASE.encode(), b"one\r\n" + THEIRS.encode()),
            b"one\r\n" + BOTH.encode(),
            id="mixed line endings stay",
        ),
        pytest.param(
            *(b"\xef\xbb\xbf" + OURS.encode(), BASE.encode(), THEIRS.encode()),
            b"\xef\xbb\xbf" + BOTH.encode(),
            id="ours got a byte-order mark",
        ),
        pytest.param(
            *(OURS[:-1].encode(), BASE[:-1].encode(), THEIRS[:-1].encode()),
            BOTH[:-1].encode(),
            id="no newline at the end",
        ),
        pytest.param(
            *(OURS.encode("utf-16"), BASE.encode("utf-16"), THEIRS.encode("utf-16")), BOTH.encode("utf-16"), id="UTF-16"
        ),
        pytest.param(
            *((t + "déjà\n").encode("latin-1") for t in (OURS + "six\n", BASE + "six\n", THEIRS + "six\n")),
            (BOTH + "six\ndéjà\n").encode("latin-1"),
            id="Latin-1",
        ),
        pytest.param(
            *(
                (OURS + "six\ndéjà\n").encode("latin-1"),
                (BASE + "six\ndéjà\n").encode(),
                (THEIRS + "six\ndéjà\n").encode(),
            ),
            (BOTH + "six\ndéjà\n").encode("latin-1"),
            id="ours became Latin-1, elsewhere",
        ),
    ],
)
def test_what_does_not_overlap_is_merged_in_the_form_that_ours_has(
    ours: bytes, base: bytes, theirs: bytes, expected: bytes
) -> None:
    assert merged(ours, base, theirs) == expected


@pytest.mark.parametrize(
    ("ours", "base", "theirs"),
    [
        pytest.param(b"mine\n", b"one\n", b"theirs\n", id="the same line"),
        pytest.param(b"one\nmine\n", b"one\n", b"one\ntheirs\n", id="both added at the end"),
        pytest.param(b"\0\nx\nmine\n", b"\0\nx\none\n", b"!\0\nx\none\n", id="binary"),
        pytest.param(
            *((OURS + "six\ndéjà\n").encode("latin-1"), (BASE + "six\ndéjà\n").encode()),
            ("é" + THEIRS + "six\ndéjà\n").encode(),
            id="letters in another encoding",
        ),
        pytest.param(OURS.encode("utf-16")[:-1], BASE.encode("utf-16"), THEIRS.encode("utf-16"), id="broken UTF-16"),
    ],
)
def test_what_overlaps_is_a_conflict(ours: bytes, base: bytes, theirs: bytes) -> None:
    with pytest.raises(Conflict):
        merged(ours, base, theirs)


def test_files_that_come_go_and_change_their_mode() -> None:
    git, one, two = Git(Path("/")), Entry(b"1\n"), Entry(b"2\n")
    tool = Entry(b"1\n", "100755")
    assert merge(git, None, None, one) == one
    assert merge(git, one, one, None) is None
    assert merge(git, None, one, None) is None
    assert merge(git, tool, one, two) == Entry(b"2\n", "100755")
    assert merge(git, two, one, tool) == Entry(b"2\n", "100755")
    assert merge(git, Entry(b"1\n"), tool, Entry(b"2\n", "100755")) == two
    link = Entry(b"target", "120000")
    assert merge(git, link, one, one) == link
    for ours, base, theirs in [
        (two, one, None),
        (None, one, two),
        (two, None, one),
        (two, one, link),
        (link, one, two),
    ]:
        with pytest.raises(Conflict):
            merge(git, ours, base, theirs)


@given(LINES, LINES, LINES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_merging_is_the_same_from_both_sides_and_keeps_the_line_endings(
    ours: list[str], base: list[str], theirs: list[str]
) -> None:
    def attempt(*versions: bytes) -> bytes | None:
        try:
            return merged(*versions)
        except Conflict:
            return None

    one = attempt(text(*ours).encode(), text(*base).encode(), text(*theirs).encode())
    assert one == attempt(text(*theirs).encode(), text(*base).encode(), text(*ours).encode())
    if one is not None and len(ours) > 1 and ours != base:
        windows = attempt(text(*ours, end="\r\n").encode(), text(*base).encode(), text(*theirs).encode())
        assert windows == one.replace(b"\n", b"\r\n")


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repository:
    return find_root(make_repo({"a": BASE}))


def store(repo: Repository, content: str) -> Blob:
    return Blob(repo.git.run("hash-object", "-w", "--stdin", stdin=content.encode()).line, "100644")


def test_changes_are_carried_onto_other_files(repo: Repository) -> None:
    base, theirs, ours, both = (store(repo, content) for content in (BASE, THEIRS, OURS, BOTH))
    change = TreeChange("a", base, theirs)
    assert carry(repo, [change], {"a": base}) == Carried((change,))
    assert carry(repo, [change], {"a": ours}) == Carried((TreeChange("a", ours, both),), ("a",))
    assert carry(repo, [change], {"a": theirs}) == Carried((TreeChange("a", theirs, theirs),), ("a",))
    assert carry(repo, [change], {}) == Carried((), (), ("a",))
    assert carry(repo, [change], {"a": Blob(repo.head() or "", "160000")}) == Carried((), (), ("a",))
