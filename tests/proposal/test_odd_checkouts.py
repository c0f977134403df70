"""A sample of benchmarks/checkouts.py: random odd checkouts, applied, undone, and killed in between."""

from pathlib import Path

import pytest
from odd_outcomes import examine


@pytest.mark.parametrize("seed", range(10))
def test_apply_and_undo_are_exact_or_refused_and_kills_leave_all_or_nothing(tmp_path: Path, seed: int) -> None:
    assert examine(seed, tmp_path).wrong == ""
