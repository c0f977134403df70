"""Results are remembered by the bytes they were made from."""

from hypothesis import given
from hypothesis import strategies as st

from devagent.code.remembering import remembered


@given(st.lists(st.binary(max_size=4000), max_size=40), st.integers(0, 20_000))
def test_a_remembered_function_gives_what_it_gave_before(contents: list[bytes], most: int) -> None:
    @remembered(most)
    def length(content: bytes, more: int = 0) -> int:
        return len(content) + more

    for content in contents:
        assert length(content) == len(content)
        assert length(content, more=1) == len(content) + 1


def test_what_was_used_last_is_kept_and_what_is_too_large_is_not() -> None:
    calls = []

    @remembered(10_000)
    def seen(content: bytes) -> None:
        calls.append(content[:1])

    for content in (b"a" * 4000, b"b" * 3000, b"a" * 4000, b"c" * 3000, b"a" * 4000, b"b" * 3000, b"d" * 20_000):
        seen(content)
    seen(b"d" * 20_000)
    assert calls == [b"a", b"b", b"c", b"b", b"d", b"d"]
