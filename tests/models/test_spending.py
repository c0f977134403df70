"""Random runs never spend more than they may. The whole of it is benchmarks/budgets.py."""

from pathlib import Path

import pytest
from models.random_spending import spend


@pytest.mark.parametrize("seed", range(900, 915))
def test_a_random_run_stays_below_every_limit_and_everybody_counts_the_same(seed: int, tmp_path: Path) -> None:
    account = spend(seed, tmp_path / "run")
    assert account.faults == []
