"""The environment gate: the tests ran with the dependencies that the candidate asks for."""

from devagent.proposal.candidate import Evidence, Verdict
from devagent.proposal.gates.subject import Subject


class EnvironmentGate:
    """Gives no verdict on a candidate that changes what is to be installed for the tests.

    Its tests would run with other dependencies than it names. Building new ones runs code that nobody looked at, with a
    network: only the user begins that. Such a candidate may be proposed as unverified.
    """

    name = "environment"

    def check(self, subject: Subject) -> Evidence:
        """The manifests that were changed, and what to do."""
        if not subject.manifests:
            return Evidence(self.name, Verdict.PASS, "the dependencies are those that were installed")
        names = ", ".join(subject.manifests)
        summary = (
            f"{names} changes what is to be installed, and nothing is built for a candidate; after applying it: "
            "devagent sandbox build, then devagent test"
        )
        return Evidence(self.name, Verdict.NO_VERDICT, summary, data={"unobserved": True})
