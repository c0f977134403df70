"""The tampering gate: a candidate does not pass by weakening the tests or by fitting itself to them."""

from collections.abc import Iterator

from devagent.proposal.candidate import Evidence, Verdict
from devagent.proposal.gates.subject import Subject
from devagent.proposal.gates.weakening import special_cases, weakened_tests


class TamperingGate:
    """Flags deleted, skipped or weakened tests, touched runner configuration, and code fitted to the tests."""

    name = "tampering"

    def check(self, subject: Subject) -> Evidence:
        """What was found; with `allow_test_changes` it is told and does not fail the candidate."""
        flags = tuple(_flags(subject))
        if not flags:
            return Evidence(self.name, Verdict.PASS, "tests and test configuration are as they were")
        verdict = Verdict.PASS if subject.allow_test_changes else Verdict.FAIL
        hint = "allowed by --allow-test-changes" if subject.allow_test_changes else "--allow-test-changes accepts this"
        return Evidence(self.name, verdict, f"{len(flags)} sign(s) of weakened tests; {hint}", flags)


def _flags(subject: Subject) -> Iterator[str]:
    sources = [_text(file.content) for path, file in subject.base.items() if subject.is_test(path)]
    for path, file in subject.changes.items():
        old = subject.base.get(path)
        before = _text(old.content) if old else ""
        after = _text(file.content) if file else ""
        if subject.is_runner_config(path):
            if _configures_tests(path, before) or _configures_tests(path, after) or old is None:
                yield f"{path}: configures the test runner"
        elif subject.is_test(path):
            if file is None:
                yield f"{path}: a test file was deleted"
            elif old is not None:
                yield from weakened_tests(path, before, after)
        elif file is not None:
            yield from special_cases(path, before, after, sources)


def _configures_tests(path: str, text: str) -> bool:
    """Whether a file that may configure tests does so: general manifests only where they hold such a part."""
    name = path.rpartition("/")[2]
    parts = {
        "pyproject.toml": ("[tool.pytest", "[tool.coverage"),
        "setup.cfg": ("[tool:pytest]",),
        "tox.ini": ("[pytest]", "[testenv"),
        "package.json": ('"test', '"jest"', '"mocha"', '"vitest"'),
    }
    return name not in parts or any(part in text for part in parts[name])


def _text(content: bytes) -> str:
    return content.decode(errors="replace")
