"""The syntax gate: only errors that a change brings count, in the languages that are known."""

import pytest

from devagent.proposal.candidate import Verdict
from devagent.proposal.gates.subject import Subject
from devagent.proposal.gates.syntax import SyntaxGate
from devagent.sandbox.sandbox import File

GOOD = b"def f(a):\n    return a\n"


def check(base: dict[str, bytes], changes: dict[str, bytes | None]) -> tuple[Verdict, tuple[str, ...]]:
    files = {path: File(content) for path, content in base.items()}
    changed = {path: None if content is None else File(content) for path, content in changes.items()}
    evidence = SyntaxGate().check(Subject(base=files, changes=changed))
    return evidence.verdict, evidence.details


def test_a_change_that_parses_passes() -> None:
    assert check({"a.py": GOOD}, {"a.py": GOOD.replace(b"return a", b"return a + 1")})[0] is Verdict.PASS


@pytest.mark.parametrize(
    ("path", "broken"),
    [
        pytest.param("a.py", b"def f(a):\n    return (a\n", id="python"),
        pytest.param("a.js", b"export function f(a) { return [a; }\n", id="javascript"),
        pytest.param("a.ts", b"function f(a: number: string) { return a }\n", id="typescript"),
    ],
)
def test_a_new_error_fails_and_is_told_with_file_and_line(path: str, broken: bytes) -> None:
    verdict, details = check({}, {path: broken})
    assert verdict is Verdict.FAIL
    assert details[0].startswith(f"{path}:")
    assert details[0].split(":")[1].isdigit()


def test_an_error_that_was_there_before_is_not_held_against_a_change() -> None:
    broken = b"def f(a):\n    return (a\n\n\ndef g():\n    return 1\n"
    assert check({"a.py": broken}, {"a.py": broken.replace(b"return 1", b"return 2")})[0] is Verdict.PASS


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"a.py": None}, id="a deletion"),
        pytest.param({"notes.txt": b"def f((:\n"}, id="a language nobody knows"),
    ],
)
def test_what_cannot_be_parsed_passes(changes: dict[str, bytes | None]) -> None:
    assert check({"a.py": GOOD}, changes)[0] is Verdict.PASS


@pytest.mark.parametrize(
    ("path", "good", "broken"),
    [
        pytest.param("package.json", b'{"a": 1,\n "b": 2}\n', b'{"a": 1\n "b": 2}\n', id="json"),
        pytest.param("pyproject.toml", b"[a]\nb = 1\n", b"[a]\nb = 1\nb = 2\n", id="toml"),
        pytest.param("ci.yml", b"a:\n  b: 1\n", b"a:\n  b: 1\n c: 2\n", id="yaml"),
    ],
)
def test_data_that_can_no_longer_be_read_fails_and_templates_pass(path: str, good: bytes, broken: bytes) -> None:
    verdict, details = check({path: good}, {path: broken})
    assert verdict is Verdict.FAIL
    assert details[0].startswith(f"{path}:{2 if path.endswith('json') else 3}: ")
    assert check({path: broken}, {path: good})[0] is Verdict.PASS
    assert check({path: good}, {path: b"{% if a %}\n" + broken})[0] is Verdict.PASS
    assert check({}, {path: broken})[0] is Verdict.PASS


def test_large_data_is_no_reason_for_no_verdict() -> None:
    large = b"[" + b"1," * 1_500_000 + b"1]"
    assert check({"a.json": large}, {"a.json": large[:-1]})[0] is Verdict.PASS


def test_a_symlink_called_like_a_module_is_not_parsed() -> None:
    subject = Subject(base={}, changes={"b.py": File(b"../(((", "120000")})
    assert SyntaxGate().check(subject).verdict is Verdict.PASS


def test_a_file_too_large_to_be_parsed_is_no_verdict() -> None:
    assert check({}, {"big.py": b"x = 1\n" * 2_000_000})[0] is Verdict.NO_VERDICT
