"""What would have to be built anew gets no verdict."""

from devagent.proposal.candidate import Verdict
from devagent.proposal.gates.environment import EnvironmentGate
from devagent.proposal.gates.subject import Subject


def test_other_dependencies_get_no_verdict_and_a_way_on() -> None:
    evidence = EnvironmentGate().check(Subject({}, {}, manifests=("requirements.txt",)))
    assert evidence.verdict is Verdict.NO_VERDICT and evidence.data["unobserved"]
    assert "requirements.txt" in evidence.summary and "devagent sandbox build" in evidence.summary


def test_the_same_dependencies_pass() -> None:
    assert EnvironmentGate().check(Subject({}, {})).verdict is Verdict.PASS
