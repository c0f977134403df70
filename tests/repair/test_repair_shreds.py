"""A rewritten function taken apart."""

from hypothesis import given
from hypothesis import strategies as st

from devagent.repair.shreds import shreds

OLD = b"def f(a, b):\n    x = a + b\n    y = a\n    return x\n"


def texts(new: bytes, old: bytes = OLD) -> list[bytes]:
    return [edit.content for edit in shreds(old, new, "a.py", (1, old.count(b"\n")))]


def test_each_change_alone() -> None:
    found = texts(b"def f(a, b):\n    x = a - b\n    y = b\n    return x\n")
    assert b"def f(a, b):\n    x = a - b\n    y = a\n    return x\n" in found
    assert b"def f(a, b):\n    x = a + b\n    y = b\n    return x\n" in found


def test_changes_within_a_line() -> None:
    assert b"def f(a, b):\n    x = a - b\n    y = a\n    return x\n" in texts(OLD.replace(b"x = a + b", b"x = b - b"))


def test_what_was_added_in_another_place() -> None:
    found = texts(OLD.replace(b"    return x\n", b"    x += 1\n    return x\n"))
    assert b"def f(a, b):\n    x = a + b\n    x += 1\n    y = a\n    return x\n" in found


def test_a_block_keeps_its_shape() -> None:
    found = texts(OLD.replace(b"    y = a\n", b"    y = a\n    if b:\n        y = b\n"))
    assert b"def f(a, b):\n    if b:\n        y = b\n    x = a + b\n    y = a\n    return x\n" in found


def test_nothing_that_does_not_parse() -> None:
    found = texts(OLD.replace(b"    y = a\n    return x\n", b"    if a:\n        return b\n    return x\n"))
    assert all(b"if a:\n        " in text or b"if a" not in text for text in found)


@given(st.lists(st.sampled_from([b"a = 1\n", b"b = a\n", b"if a:\n    b = 2\n", b"print(a)\n"]), max_size=6))
def test_neither_end_and_nothing_twice(lines: list[bytes]) -> None:
    old, new = b"a = 0\nb = 0\n", b"".join(lines)
    found = texts(new, old)
    assert old not in found
    assert new not in found
    assert len(found) == len(set(found))
