"""Where two long versions are certainly the same: lines that occur once in both, in the order of both.

This is the first step of patience diff (B. Cohen). It takes one pass, where the search for the best run of lines takes
one for each run.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence


def anchors(a: Sequence[int], b: Sequence[int], part: tuple[int, int, int, int]) -> list[tuple[int, int]]:
    """The places, in both, of the lines of a part that occur once in either version of it and that do not cross.

    Arguments:
        part: from where to where it goes in `a`, then in `b`.
    """
    a_start, a_end, b_start, b_end = part
    often = Counter(a[a_start:a_end])
    single = {b[at]: at for at in range(b_start, b_end) if often[b[at]] == 1}
    often_b = Counter(b[b_start:b_end])
    pairs = [(at, single[a[at]]) for at in range(a_start, a_end) if a[at] in single and often_b[a[at]] == 1]
    return [pairs[at] for at in longest_rise([place for _, place in pairs])]


def longest_rise(values: Sequence[int]) -> list[int]:
    """The positions of the longest strictly rising subsequence."""
    ends: list[int] = []
    best: list[int] = []
    before: list[int] = []
    for at, value in enumerate(values):
        length = bisect_left(ends, value)
        before.append(best[length - 1] if length else -1)
        ends[length : length + 1] = [value]
        best[length : length + 1] = [at]
    chain = []
    at = best[-1] if best else -1
    while at >= 0:
        chain.append(at)
        at = before[at]
    return chain[::-1]
