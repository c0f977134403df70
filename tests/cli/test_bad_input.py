"""Bad input gets one clear line and the right exit code, and nothing is lost."""

import asyncio

import pytest
from cli.bad_input import CASES, DOCKER, NAMESPACES, BadInput, engine_is_here, play

from devagent.sandbox.choice import docker_trouble
from devagent.sandbox.process import available

MARKS = {NAMESPACES: [pytest.mark.namespaces], DOCKER: [pytest.mark.docker], "": []}


@pytest.mark.parametrize("case", [pytest.param(case, marks=MARKS[case.needs], id=case.name) for case in CASES])
def test_it_is_told_in_one_line(case: BadInput) -> None:
    if case.needs == NAMESPACES and (trouble := available()):
        pytest.skip(trouble)
    if case.needs == DOCKER and (not engine_is_here() or asyncio.run(docker_trouble())):
        pytest.skip("no local Docker engine answers")
    seen = play(case)
    assert case.faults(seen) == [], seen.ended
