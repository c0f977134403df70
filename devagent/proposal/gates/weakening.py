"""What a change does to the tests themselves: the observations behind the tampering gate.

Text only, so that it holds for a file that no longer parses, and for any language: an assertion, a skip and a test
definition are recognised by the lines that test runners of that language know.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

_ASSERTION = re.compile(
    r"\bassert\b|\bassert[A-Z_.(]|\bself\.assert|\bexpect\s*\(|\.should\b|\bpytest\.(raises|approx)|\bt\.(is|deepEqual|throws)\b"
)
_SKIP = re.compile(
    r"\bskip(if|unless|test)?\b|\bSkipTest\b|\bimportorskip\b|\bxfail\b|\bexpectedFailure\b|\.(skip|todo)\b|\bx(it|test|describe)\s*\(|\bskip:\s*true|\btodo:\s*true",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\.(only)\b\s*\(|\bonly:\s*true")
_TEST = re.compile(
    r"^\s*(?:async\s+)?def\s+(test\w*)|^\s*class\s+(Test\w*|\w+Test(?:s|Case)?)\b|\b(?:it|test|describe)\s*\(\s*(['\"`].*?['\"`])"
)
_LITERAL = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|\b\d+(?:\.\d+)?\b")
_BRANCH = re.compile(r"\b(?:if|elif|case|when)\b")
_PYTHON_CONDITIONAL = re.compile(r"(?P<yes>.*\S.*)\bif\b(?P<condition>.+)\belse\b(?P<no>.+)")
_JAVASCRIPT_CONDITIONAL = re.compile(r"(?P<condition>.*[=!<>(].*?)\s\?\s(?P<yes>.+)\s:\s(?P<no>.+)")
_OUTCOME = re.compile(r"\breturn\b|=|\byield\b|=>")
_RUNNER = re.compile(
    r"PYTEST_CURRENT_TEST|sys\.modules|['\"](?:pytest|unittest|_pytest)['\"]|NODE_TEST_CONTEXT|JEST_WORKER_ID|VITEST|\bsys\.argv\b.*pytest"
)
_TRIVIAL = {"0", "1", "2", "-1", "''", '""', "10", "100", "0.0", "1.0"}


def weakened_tests(path: str, before: str, after: str) -> Iterator[str]:
    """What a change to one test file took away or softened, one sentence each."""
    for name in sorted(_tests(before) - _tests(after)):
        yield f"{path}: test {name} is gone"
    old, new = before.splitlines(), after.splitlines()
    lost = _matching(old, _ASSERTION) - _matching(new, _ASSERTION)
    for line in lost:
        yield f"{path}: an assertion was changed or removed: {line}"
    for pattern, what in ((_SKIP, "a skip was added"), (_ONLY, "a test was singled out")):
        for line in _matching(new, pattern) - _matching(old, pattern):
            yield f"{path}: {what}: {line}"
    if not lost and _has_early_return(new) > _has_early_return(old):
        yield f"{path}: a test now returns before its assertions"


def special_cases(path: str, before: str, after: str, test_sources: Iterable[str]) -> Iterator[str]:
    """Signs that code was fitted to the tests: it looks for the runner, or answers a test's input with its output.

    A branch is suspicious when it is new, compares with a literal that the tests hold and the old file does not, and
    what it gives is such a literal too.
    """
    old_lines, new_lines = Counter(before.splitlines()), after.splitlines()
    added = [(n, line) for n, line in enumerate(new_lines) if line not in old_lines]
    for _, line in added:
        if _RUNNER.search(line):
            yield f"{path}: new code looks for the test runner: {line.strip()}"
    foreign = _literals("\n".join(test_sources)) - _literals(before) - _TRIVIAL
    for n, line in added:
        following = " ".join(text for m, text in added if n <= m <= n + 2)
        condition, outcome = _conditional(line) or _branch(line, following)
        if _literals(condition) & foreign and _literals(outcome) & foreign:
            yield f"{path}: new code answers a value of the test with a value of the test: {line.strip()}"


def _tests(text: str) -> set[str]:
    return {next(filter(None, match.groups())) for line in text.splitlines() if (match := _TEST.search(line))}


def _matching(lines: list[str], pattern: re.Pattern[str]) -> Counter[str]:
    code = (line.strip() for line in lines)
    return Counter(line for line in code if pattern.search(line) and not line.startswith(("#", "//", "*")))


def _has_early_return(lines: list[str]) -> int:
    return sum(line.strip() in ("return", "return;") for line in lines)


def _literals(text: str) -> set[str]:
    return {match.group().replace('"', "'") for match in _LITERAL.finditer(text)}


def _conditional(line: str) -> tuple[str, str] | None:
    """Condition and outcomes of a conditional expression: `YES if CONDITION else NO`, or `CONDITION ? YES : NO`."""
    if match := _PYTHON_CONDITIONAL.fullmatch(line) or _JAVASCRIPT_CONDITIONAL.fullmatch(line):
        return match["condition"], f"{match['yes']} {match['no']}"
    return None


def _branch(line: str, following: str) -> tuple[str, str]:
    """Condition of a branch and what it gives, both empty where the line begins none or it gives nothing.

    The condition ends before `:` in Python, before `)` and `return` or `{` elsewhere.
    """
    if not _BRANCH.search(line):
        return "", ""
    match = re.search(r":\s*(?=return\b|yield\b|\w+\s*=|$)|\)\s*(?=return\b|\{)", line)
    condition = line[: match.start()] if match else line
    outcome = following.replace(condition, "", 1)
    return (condition, outcome) if _OUTCOME.search(outcome) else ("", "")
