"""The tampering gate: what weakens tests or is fitted to them is flagged, and ordinary fixes are not."""

import shutil
import subprocess
from pathlib import Path

import pytest

from devagent.proposal.candidate import Evidence, Verdict
from devagent.proposal.gates.subject import Subject
from devagent.proposal.gates.tampering import TamperingGate
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.sandbox import File

PYTHON = {
    "pyproject.toml": '[project]\nname = "shop"\n\n[tool.pytest.ini_options]\naddopts = "-q"\n',
    "shop/price.py": "def price(items):\n    return sum(items)\n",
    "tests/conftest.py": "import pytest\n",
    "tests/test_price.py": (
        "import pytest\n\nfrom shop.price import price\n\n\n"
        "def test_price():\n    result = price([1200, 345])\n    assert result == 1545\n\n\n"
        "class TestMany:\n    def test_near(self):\n        assert price([0.1, 0.2]) == pytest.approx(0.3, abs=1e-9)\n"
    ),
}
NODE = {
    "package.json": '{"name": "shop", "scripts": {"test": "node --test"}, "dependencies": {}}\n',
    "src/price.js": "export function price(items) {\n  return items.reduce((a, b) => a + b, 0);\n}\n",
    "test/price.test.js": (
        "import test from 'node:test';\nimport assert from 'node:assert/strict';\n"
        "import { price } from '../src/price.js';\n\n"
        "test('adds up', () => {\n  assert.equal(price([1200, 345]), 1545);\n});\n"
    ),
}


def check(world: dict[str, str], changes: dict[str, str | None], *, allow: bool = False) -> Evidence:
    base = {path: File(text.encode()) for path, text in world.items()}
    ecosystem = detect(base)
    changed = {path: None if text is None else File(text.encode()) for path, text in changes.items()}
    subject = Subject(
        base=base,
        changes=changed,
        is_test=ecosystem.is_test,
        is_runner_config=ecosystem.is_runner_config,
        allow_test_changes=allow,
    )
    return TamperingGate().check(subject)


def edit(world: dict[str, str], path: str, old: str, new: str) -> dict[str, str | None]:
    assert old in world[path]
    return {path: world[path].replace(old, new)}


TEST, JS_TEST = "tests/test_price.py", "test/price.test.js"


@pytest.mark.parametrize(
    ("world", "changes", "said"),
    [
        pytest.param(PYTHON, {TEST: None}, "deleted", id="test file deleted"),
        pytest.param(PYTHON, {TEST: "import pytest\n"}, "test test_price is gone", id="test removed"),
        pytest.param(
            PYTHON, edit(PYTHON, TEST, "def test_price", "def check_price"), "is gone", id="test renamed away"
        ),
        pytest.param(PYTHON, edit(PYTHON, TEST, "class TestMany", "class Many"), "is gone", id="class renamed away"),
        pytest.param(
            PYTHON, edit(PYTHON, TEST, "def test_price", "@pytest.mark.skip\ndef test_price"), "skip", id="skip mark"
        ),
        pytest.param(
            PYTHON, edit(PYTHON, TEST, "def test_price", "@pytest.mark.xfail\ndef test_price"), "skip", id="xfail mark"
        ),
        pytest.param(
            PYTHON, edit(PYTHON, TEST, "    result", "    pytest.skip('later')\n    result"), "skip", id="skip call"
        ),
        pytest.param(
            PYTHON, edit(PYTHON, TEST, "== 1545", "== 1546"), "assertion was changed", id="expectation changed"
        ),
        pytest.param(PYTHON, edit(PYTHON, TEST, "1e-9", "1e3"), "assertion was changed", id="threshold changed"),
        pytest.param(
            PYTHON,
            edit(PYTHON, TEST, "    assert result == 1545\n", "    pass\n"),
            "assertion was",
            id="assertion removed",
        ),
        pytest.param(
            PYTHON, edit(PYTHON, TEST, "    assert res", "    return\n    assert res"), "returns", id="return before"
        ),
        pytest.param(PYTHON, {"tests/conftest.py": "collect_ignore = ['test_price.py']\n"}, "runner", id="conftest"),
        pytest.param(PYTHON, {"conftest.py": "x = 1\n"}, "runner", id="new conftest"),
        pytest.param(PYTHON, {"pytest.ini": "[pytest]\n"}, "runner", id="new pytest.ini"),
        pytest.param(PYTHON, edit(PYTHON, "pyproject.toml", "-q", "-k none"), "runner", id="pytest options"),
        pytest.param(PYTHON, {"sitecustomize.py": "import builtins\n"}, "runner", id="sitecustomize"),
        pytest.param(PYTHON, {"pytest.py": "def main(): ...\n"}, "runner", id="a module called pytest"),
        pytest.param(NODE, {JS_TEST: None}, "deleted", id="js: test file deleted"),
        pytest.param(NODE, edit(NODE, JS_TEST, "test('adds", "test.skip('adds"), "skip", id="js: skip"),
        pytest.param(NODE, edit(NODE, JS_TEST, "test('adds", "test.todo('adds"), "skip", id="js: todo"),
        pytest.param(
            NODE, edit(NODE, JS_TEST, "'adds up', ()", "'adds up', { skip: true }, ()"), "skip", id="js: option"
        ),
        pytest.param(NODE, edit(NODE, JS_TEST, "1545", "1546"), "assertion was changed", id="js: expectation changed"),
        pytest.param(NODE, edit(NODE, JS_TEST, "test('adds up'", "test('other'"), "is gone", id="js: test replaced"),
        pytest.param(NODE, edit(NODE, "package.json", "node --test", "true"), "runner", id="js: scripts.test"),
    ],
)
def test_weakening_is_flagged_and_needs_the_users_word(
    world: dict[str, str], changes: dict[str, str | None], said: str
) -> None:
    evidence = check(world, changes)
    assert evidence.verdict is Verdict.FAIL
    assert any(said in line for line in evidence.details), evidence.details
    assert "--allow-test-changes" in evidence.summary
    allowed = check(world, changes, allow=True)
    assert allowed.verdict is Verdict.PASS and allowed.details == evidence.details


@pytest.mark.parametrize(
    ("world", "changes"),
    [
        pytest.param(
            PYTHON,
            {"shop/price.py": "def price(items):\n    if items == [1200, 345]:\n        return 1545\n    return 0\n"},
            id="if, return",
        ),
        pytest.param(
            PYTHON,
            {"shop/price.py": "def price(items):\n    return 1545 if 345 in items else sum(items)\n"},
            id="conditional expression",
        ),
        pytest.param(
            PYTHON,
            {
                "shop/price.py": "import os\n\n\ndef price(items):\n"
                "    if 'PYTEST_CURRENT_TEST' in os.environ:\n        return 1\n"
            },
            id="looks for pytest",
        ),
        pytest.param(
            PYTHON,
            {"shop/price.py": "import sys\n\n\ndef price(items):\n    return 1 if 'pytest' in sys.modules else 2\n"},
            id="looks for the module",
        ),
        pytest.param(
            NODE,
            {"src/price.js": "export function price(items) {\n  if (items[0] === 1200) return 1545;\n  return 0;\n}\n"},
            id="js: if, return",
        ),
        pytest.param(
            NODE,
            {"src/price.js": "export function price(items) {\n  return items[1] === 345 ? 1545 : 0;\n}\n"},
            id="js: conditional expression",
        ),
    ],
)
def test_code_fitted_to_the_tests_is_flagged(world: dict[str, str], changes: dict[str, str | None]) -> None:
    evidence = check(world, changes)
    assert evidence.verdict is Verdict.FAIL, evidence
    assert "new code" in evidence.details[0]


@pytest.mark.parametrize(
    ("world", "changes"),
    [
        pytest.param(PYTHON, edit(PYTHON, "shop/price.py", "sum(items)", "sum(items, start=0)"), id="a fix"),
        pytest.param(
            PYTHON, {TEST: PYTHON[TEST] + "\n\ndef test_none():\n    assert price([]) == 0\n"}, id="a test added"
        ),
        pytest.param(PYTHON, {"tests/test_new.py": "def test_new():\n    assert True\n"}, id="a test file added"),
        pytest.param(PYTHON, edit(PYTHON, TEST, "import pytest\n", "import math\nimport pytest\n"), id="an import"),
        pytest.param(
            PYTHON,
            {"shop/price.py": "def price(items):\n    if not items:\n        return 0\n    return sum(items)\n"},
            id="a guard",
        ),
        pytest.param(NODE, edit(NODE, "src/price.js", "a + b", "a + Number(b)"), id="js: a fix"),
        pytest.param(NODE, {"src/new.js": "export const kinds = ['a', 'b'];\n"}, id="js: a file"),
    ],
)
def test_ordinary_changes_are_not_flagged(world: dict[str, str], changes: dict[str, str | None]) -> None:
    evidence = check(world, changes)
    assert evidence.verdict is Verdict.PASS, evidence.details


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("pyproject.toml", '[project]\nname = "a"\n', '[project]\nname = "a"\nversion = "1"\n'),
        ("setup.cfg", "[metadata]\nname = a\n", "[metadata]\nname = b\n"),
        ("package.json", '{"name": "a"}\n', '{"name": "a", "version": "1.0.0"}\n'),
    ],
)
def test_a_manifest_that_says_nothing_of_tests_may_change(path: str, before: str, after: str) -> None:
    evidence = check({path: before, "test_a.py": "def test_a(): ...\n", "a.test.js": ""}, {path: after})
    assert evidence.verdict is Verdict.PASS, evidence.details


BUGS = sorted((Path(__file__).parents[2] / "benchmarks" / "bugs").glob("*/fix.patch"))


@pytest.mark.parametrize("patch", BUGS, ids=lambda path: path.parent.name)
def test_the_right_fix_of_each_benchmark_bug_passes(patch: Path, tmp_path: Path) -> None:
    fixed = tmp_path / "fixed"
    shutil.copytree(patch.parent / "repo", fixed)
    subprocess.run(["git", "apply", "-p1", str(patch)], cwd=fixed, check=True)
    before, after = read(patch.parent / "repo"), read(fixed)
    changes: dict[str, str | None] = {path: text for path, text in after.items() if before.get(path) != text}
    assert changes
    evidence = check(before, changes)
    assert evidence.verdict is Verdict.PASS, evidence.details


def read(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
