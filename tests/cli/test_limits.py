"""Limits hold in the program as a person runs it."""

import pytest
from cli.limited_runs import CASES, Case, play

from devagent.sandbox.process import available


@pytest.mark.namespaces
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_run_stops_at_its_limit_and_a_raised_one_goes_on(case: Case) -> None:
    if trouble := available():
        pytest.skip(trouble)
    assert play(case).faults == ()
