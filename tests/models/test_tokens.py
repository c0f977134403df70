"""The estimator against counts that Qwen2.5-Coder's own tokenizer gave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.journal.tokens import estimate_tokens
from devagent.models.model import Message, ModelRequest
from devagent.models.tokens import estimate_prompt, worst_case_prompt, worst_case_tokens

PYTHON = '''def merge_intervals(intervals, gap=0):
    """Merge overlapping intervals, and those that are at most `gap` apart."""
    if not intervals:
        return []
    ordered = sorted(intervals, key=lambda pair: pair[0])
    merged = [ordered[0]]
    for start, end in ordered[1:]:
        last_start, last_end = merged[-1]
        if start - last_end <= gap:
            merged[-1] = (last_start, max(last_end, end))
        else:
            merged.append((start, end))
    return merged


class TokenBucket:
    def __init__(self, capacity: float, refill_per_second: float, clock=time.monotonic) -> None:
        self._capacity, self._refill = capacity, refill_per_second
        self._level, self._updated = capacity, clock()
        self._clock = clock

    def try_take(self, amount: float = 1.0) -> bool:
        """Whether `amount` could be taken; the level is left alone when it could not."""
        now = self._clock()
        self._level = min(self._capacity, self._level + (now - self._updated) * self._refill)
        self._updated = now
        if self._level < amount:
            return False
        self._level -= amount
        return True
'''
JAVASCRIPT = """export function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}

async function fetchPages(client, path, { pageSize = 50, signal } = {}) {
  const pages = [];
  for (let offset = 0; ; offset += pageSize) {
    const page = await client.get(`${path}?limit=${pageSize}&offset=${offset}`, { signal });
    pages.push(...page.items);
    if (page.items.length < pageSize) return pages;
  }
}
"""
PROSE = """The journal is an append-only record of a run's effects. An event is on disk before its result is used, so a
run that was killed at any instant goes on from its journal and pays for nothing twice. Whoever reads the file while
another process writes to it sees whole lines only. Large values live in files beside it, named after their hash, and
an unfinished last line is cut off when the journal is opened again. None of this needs a database.
"""
TRACEBACK = """Traceback (most recent call last):
  File "/work/tests/test_invoice.py", line 41, in test_rounding_is_half_even
    assert total([Line(1, "2.675"), Line(3, "0.335")]) == Decimal("3.68")
AssertionError: assert Decimal('3.69') == Decimal('3.68')
 +  where Decimal('3.69') = total([Line(quantity=1, price='2.675'), Line(quantity=3, price='0.335')])
=========================== short test summary info ============================
FAILED tests/test_invoice.py::test_rounding_is_half_even - AssertionError: ...
========================= 1 failed, 17 passed in 0.42s =========================
"""
SAMPLES = {
    "python": (PYTHON, 287),
    "javascript": (JAVASCRIPT, 144),
    "prose": (PROSE, 97),
    "traceback": (TRACEBACK, 166),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_estimate_is_within_a_tenth_of_the_real_count(name: str) -> None:
    text, real = SAMPLES[name]
    assert estimate_tokens(text) == pytest.approx(real, rel=0.1)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_worst_case_covers_the_real_count_and_not_twice_that(name: str) -> None:
    text, real = SAMPLES[name]
    assert real <= worst_case_tokens(text) <= 1.6 * real


@given(st.text())
def test_the_worst_case_is_never_below_the_estimate_nor_above_the_bytes(text: str) -> None:
    assert worst_case_tokens(text) <= len(text.encode())
    assert worst_case_tokens(text) >= min(estimate_tokens(text), len(text.encode()))


def test_a_conversation_counts_what_its_template_adds() -> None:
    request = ModelRequest([Message("system", PROSE), Message("user", PYTHON)])
    assert estimate_prompt(request) > estimate_tokens(PROSE) + estimate_tokens(PYTHON)
    assert worst_case_prompt(request) > estimate_prompt(request)
