"""The search: real runners, real tests, in a folder without isolation and (where Docker is there) in a container."""

import asyncio
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sandbox.local_sandbox import LocalSandbox, tree

from devagent.errors import CannotRun, SandboxError
from devagent.repair.batch import Goal, Outcome, Variant, run_batch
from devagent.repair.candidates import Stretch
from devagent.repair.edit import Change, Edit, Span, edit
from devagent.repair.search import Found, Search
from devagent.sandbox.choice import open_sandbox
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.sandbox import Sandbox

CART = """def total(prices, limit):
    found = 0
    for price in prices:
        if price < limit:
            found += price
    return found
"""
CART_TESTS = """from cart import total

def test_limit(): assert total([1, 5], 5) == 6
def test_over(): assert total([1, 6], 5) == 1
def test_none(): assert total([], 5) == 0
"""
PYTHON = {"cart.py": CART, "test_cart.py": CART_TESTS}
FAILING, KEEP = ["test_cart.py::test_limit"], ["test_cart.py::test_over", "test_cart.py::test_none"]
NODE = {
    "package.json": '{"type": "module"}',
    "cart.js": "export function rate(options) {\n  const rate = options.rate || 7;\n  return rate;\n}\n",
    "test/cart.test.js": """import test, { describe, it } from 'node:test';
import assert from 'node:assert';
import { rate } from '../cart.js';
describe('rates', () => { it('may be zero', () => assert.equal(rate({ rate: 0 }), 0)); });
test('has a default', () => assert.equal(rate({}), 7));
""",
}

node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


async def started(root: Path, files: Mapping[str, str]) -> LocalSandbox:
    sandbox = LocalSandbox(root / "box")
    await sandbox.start()
    await sandbox.sync(tree(files))
    return sandbox


def whole(files: Mapping[str, str], path: str) -> Stretch:
    return Stretch(path, files[path].encode(), 1, files[path].count("\n"))


def found_by(root: Path, files: Mapping[str, str], paths: list[str], tests: list[str], **more: Any) -> list[Found]:
    """The first survivor of a search, then the near misses."""

    async def go() -> list[Found]:
        sandbox = await started(root, files)
        options = {"seconds": 60.0, "test_seconds": 1.0, **more}
        search = Search(sandbox, detect(tree(files)), [whole(files, path) for path in paths], tests, **options)
        async for found in search.survivors():
            assert search.tried >= 1
            return [found, *search.partial]
        return list(search.partial)

    return asyncio.run(go())


def outcomes(
    root: Path, files: Mapping[str, str], contents: list[str], goal: Goal, seconds: float = 60.0
) -> list[Outcome]:
    """What becomes of whole new contents of the first file."""

    async def go() -> list[Outcome]:
        sandbox = await started(root, files)
        path, before = next(iter(files)), next(iter(files.values())).encode()
        variants = [Variant(path, rewritten(before, content.encode())) for content in contents]
        return await run_batch(sandbox, detect(tree(files)), {path: before}, variants, goal, seconds=seconds)

    return asyncio.run(go())


def rewritten(before: bytes, after: bytes) -> Edit:
    return edit(before, Change((Span(0, len(before), after),)), "test", 1, 1.0)


def test_a_python_bug_is_repaired_and_what_passed_still_passes(tmp_path: Path) -> None:
    (found, *_) = found_by(tmp_path, PYTHON, ["cart.py"], FAILING, keep=KEEP)
    assert found.files == {"cart.py": CART.replace("<", "<=").encode()}
    assert [e.description for e in found.edits] == ["line 4: `<` → `<=`"] and found.passed == 1


@node
def test_a_javascript_bug_is_repaired(tmp_path: Path) -> None:
    tests, keep = ["test/cart.test.js::rates > may be zero"], ["test/cart.test.js::has a default"]
    (found, *_) = found_by(tmp_path, NODE, ["cart.js"], tests, keep=keep)
    assert found.files == {"cart.js": NODE["cart.js"].replace("||", "??").encode()}


def test_the_search_goes_on_when_the_caller_refuses_a_survivor(tmp_path: Path) -> None:
    async def go() -> list[Found]:
        sandbox = await started(tmp_path, PYTHON)
        search = Search(sandbox, detect(tree(PYTHON)), [whole(PYTHON, "cart.py")], FAILING, seconds=8, test_seconds=1)
        return [found async for found in search.survivors()]

    survivors = asyncio.run(go())
    contents = [found.files["cart.py"] for found in survivors]
    assert len(contents) == len(set(contents)) > 1
    assert [found.tried for found in survivors] == sorted(found.tried for found in survivors)


UNITTEST = {
    "cart.py": "def due(total, limit):\n    if total > limit:\n        return total\n    return 0\n",
    "test_cart.py": "import unittest\nfrom cart import due\n\n\nclass Cart(unittest.TestCase):\n"
    "    def test_at_the_limit(self):\n        self.assertEqual(due(5, 5), 5)\n\n"
    "    def test_below(self):\n        self.assertEqual(due(4, 5), 0)\n",
}


def test_failures_of_unittest_cases_are_seen(tmp_path: Path) -> None:
    contents = [UNITTEST["cart.py"].replace(">", "<"), UNITTEST["cart.py"].replace(">", ">=")]
    goal = Goal(["test_cart.py::Cart::test_at_the_limit"], ["test_cart.py::Cart::test_below"], 5.0)
    assert [o.survives for o in outcomes(tmp_path, UNITTEST, contents, goal)] == [False, True]


def test_two_edits_in_two_files_are_found_by_way_of_a_near_miss(tmp_path: Path) -> None:
    files = {
        "low.py": "def low(n):\n    return n > 3\n",
        "high.py": "def high(n):\n    return n - 1\n",
        "test_both.py": "from low import low\nfrom high import high\n\ndef test_low(): assert low(1) and not low(4) "
        "and not low(3)\ndef test_high(): assert high(5) == 6\n",
    }
    tests = ["test_both.py::test_low", "test_both.py::test_high"]
    (found, *_) = found_by(tmp_path, files, ["low.py", "high.py"], tests)
    assert found.files == {
        "low.py": b"def low(n):\n    return n < 3\n",
        "high.py": b"def high(n):\n    return n + 1\n",
    }
    assert len(found.edits) == 2 and found.passed == 2


def test_near_misses_that_break_nothing_come_first(tmp_path: Path) -> None:
    files = {**PYTHON, "test_cart.py": CART_TESTS + "\ndef test_never(): assert total([1], 5) == 'no'\n"}
    near = found_by(tmp_path, files, ["cart.py"], [*FAILING, "test_cart.py::test_never"], keep=KEEP, seconds=4)
    assert near[0].kept and near[0].passed == 1 and near[0].files["cart.py"] == CART.replace("<", "<=").encode()


def test_variants_that_exit_loop_or_break_the_file_have_failed_and_the_next_one_is_tried(tmp_path: Path) -> None:
    head, good = "import os, sys, time\n", CART.replace("<", "<=")
    bad = [
        CART.replace("found = 0", "import os; os._exit(0)"),
        CART.replace("found = 0", "raise SystemExit(0)"),
        CART.replace("found = 0", "while True: pass"),
        CART.replace("found = 0", "import os; os.closerange(0, 100)"),
        head + CART.replace("found = 0", "os.fork() or time.sleep(60)"),
        CART.replace("for price", "for for"),
        "raise KeyboardInterrupt\n",
        "",
    ]
    tried = outcomes(tmp_path, PYTHON, [*bad, good], Goal(FAILING, KEEP, 1.0))
    assert [outcome.survives for outcome in tried] == [False] * len(bad) + [True]
    assert tried[2].ended == "timed out" and tried[5].ended == "does not compile"


def test_code_that_ran_during_the_import_is_imported_afresh(tmp_path: Path) -> None:
    code = (
        "LIMIT = 1\n\ndef table():\n    return [1, 2]\n\nTABLE = table()\n\ndef top():\n    return max(TABLE) + LIMIT\n"
    )
    files = {"tables.py": code, "test_tables.py": "from tables import top\ndef test_top(): assert top() == 9\n"}
    contents = [code.replace("2", "7"), code.replace("[1, 2]", "[1, 8]")]
    tried = outcomes(tmp_path, files, contents, Goal(["test_tables.py::test_top"], [], 5.0))
    assert [outcome.survives for outcome in tried] == [False, True]


def test_module_level_code_methods_and_closures_can_change(tmp_path: Path) -> None:
    code = (
        "LIMIT = 1\n\ndef twice(f):\n    def inner(*a):\n        return f(*a) + 1\n    return inner\n\n"
        "class A:\n    @twice\n    def f(self, n):\n        return n\n"
    )
    files = {"a.py": code, "test_a.py": "from a import A, LIMIT\ndef test_a(): assert A().f(3) * LIMIT == 6\n"}
    for after in ("LIMIT = 1.5", code), ("f(*a) * 2", None), ("return n * 2 - 1", None):
        text = {"LIMIT = 1.5": ("LIMIT = 1", after[0]), "f(*a) * 2": ("f(*a) + 1", after[0])}.get(after[0])
        changed = code.replace(*text) if text else code.replace("return n\n", f"{after[0]}\n")
        (tried,) = outcomes(tmp_path / after[0].split()[-1], files, [changed], Goal(["test_a.py::test_a"], [], 5.0))
        assert tried.survives


@node
def test_javascript_variants_that_hang_or_exit_have_failed(tmp_path: Path) -> None:
    before = NODE["cart.js"]
    files = {"cart.js": before, **NODE}
    bad = [
        before.replace("const rate", "while (true) {} const rate"),
        before.replace("const rate", "process.exit(0); const rate"),
        "}",
    ]
    goal = Goal(["test/cart.test.js::rates > may be zero"], ["test/cart.test.js::has a default"], 2.0)
    tried = outcomes(tmp_path, files, [*bad, before.replace("||", "??")], goal)
    assert [outcome.variant for outcome in tried if outcome.survives] == [3]
    assert tried[0].ended == "timed out"


def test_a_search_ends_when_its_time_is_over(tmp_path: Path) -> None:
    never = "import time\ndef test_never():\n    time.sleep(0.4)\n    assert 0\n"
    started_at = time.monotonic()
    assert found_by(tmp_path, {**PYTHON, "test_x.py": never}, ["cart.py"], ["test_x.py::test_never"], seconds=2) == []
    assert time.monotonic() - started_at < 10


def test_an_ecosystem_without_a_runner_has_no_repairs(tmp_path: Path) -> None:
    async def go() -> list[Found]:
        search = Search(
            LocalSandbox(tmp_path),
            detect({}, command=["make"], image="debian:bookworm-slim"),
            [whole(PYTHON, "cart.py")],
            ["command"],
            seconds=9,
            test_seconds=1,
        )
        return [found async for found in search.survivors()]

    assert asyncio.run(go()) == []


def test_forged_results_are_dropped(tmp_path: Path) -> None:
    lie = "import glob\n    for p in glob.glob('../out/*'): open(p, 'a').write('{\"variant\": 99}\\nrubbish\\n[]\\n')"
    forged = CART.replace("found = 0", f"{lie}\n    found = 0")
    tried = outcomes(tmp_path, PYTHON, [forged, CART.replace("<", "<=")], Goal(FAILING, KEEP, 1.0))
    assert [(outcome.variant, outcome.survives) for outcome in tried] == [(0, False), (1, True)]


@pytest.mark.docker
@pytest.mark.parametrize(
    ("files", "path", "tests"),
    [(PYTHON, "cart.py", FAILING), (NODE, "cart.js", ["test/cart.test.js::rates > may be zero"])],
    ids=["python", "node"],
)
def test_a_bug_is_repaired_in_a_container(files: dict[str, str], path: str, tests: list[str]) -> None:
    async def opened() -> Sandbox:
        try:
            return await open_sandbox(detect(tree(files)).recipe(tree(files)), kind="docker", progress=print)
        except (CannotRun, SandboxError) as error:
            pytest.skip(f"no Docker engine that can build an environment: {error}")

    async def go() -> Found | None:
        sandbox = await opened()
        try:
            await sandbox.sync(tree(files))
            search = Search(sandbox, detect(tree(files)), [whole(files, path)], tests, seconds=60, test_seconds=1)
            return await anext(search.survivors(), None)
        finally:
            await sandbox.close()

    found = asyncio.run(go())
    assert found is not None and found.tried < 60
