"""Test runs: what counts, what does not, and that ids select what they name."""

import asyncio
import json
import shutil
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from local_sandbox import LocalSandbox, tree

from devagent.errors import CannotRun
from devagent.sandbox.choice import open_sandbox
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.results import TestResult, TestRun
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import Command, Execution, Sandbox, Tree
from devagent.sandbox.scripted import Answer, ScriptedSandbox, answer_tests, report

SHOP = {
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-x"\n',
    "shop/__init__.py": "",
    "shop/cart.py": "def total(prices):\n    return sum(int(p) for p in prices)\n",
}
EVERY_KIND = '''
import unittest
import pytest
from shop.cart import total

def test_ok(): assert total([1, 2]) == 3
def test_bad(): assert total([1.5, 2.5]) == 4

@pytest.mark.parametrize("x", ["a b", "ü::[q]", "a/b", "", "x\\ny"])
def test_param(x): assert x != "a b"

class TestOuter:
    class TestInner:
        def test_deep(self): total(["x"])

class Old(unittest.TestCase):
    def test_old(self):
        """A docstring."""
        self.assertEqual(total([1]), 2)

@pytest.fixture
def broken(): raise RuntimeError("no fixture")
def test_setup(broken): pass

@pytest.fixture
def late():
    yield
    raise RuntimeError("no teardown")
def test_teardown(late): pass

@pytest.mark.skip(reason="not now")
def test_skipped(): pass

@pytest.mark.xfail(reason="known")
def test_expected(): assert 0
'''


def python(root: Path, files: Mapping[str, str], **options: Any) -> Callable[..., TestRun]:
    """A function that runs the tests of `files` like `TestRunner.run`."""
    return runs(root, tree(files), **options)


def runs(root: Path, files: Tree, folder: str = "", **options: Any) -> Callable[..., TestRun]:
    async def go(*arguments: Any, **more: Any) -> TestRun:
        sandbox = LocalSandbox(root / "box")
        await sandbox.start()
        try:
            await sandbox.sync(files)
            return await TestRunner(sandbox, detect(files, folder=folder), **options).run(*arguments, **more)
        finally:
            await sandbox.close()

    return lambda *arguments, **more: asyncio.run(go(*arguments, **more))


def statuses(run: TestRun) -> dict[str, str]:
    return {
        r.id.partition("[")[0].rpartition("::")[2] + "".join(r.id.partition("[")[1:]): r.status for r in run.results
    }


def test_every_kind_of_test_is_reported_with_what_it_showed(tmp_path: Path) -> None:
    run = python(tmp_path, {**SHOP, "tests/test_kinds.py": EVERY_KIND})()
    assert (run.trouble, run.exit_code) == ("", 1)
    assert statuses(run) == {
        "test_ok": "passed",
        "test_bad": "failed",
        "test_param[a b]": "failed",
        "test_param[\\xfc::[q]]": "passed",
        "test_param[a/b]": "passed",
        "test_param[]": "passed",
        "test_param[x\\ny]": "passed",
        "test_deep": "failed",
        "test_old": "failed",
        "test_setup": "error",
        "test_teardown": "error",
        "test_skipped": "skipped",
        "test_expected": "skipped",
    }
    bad = run.by_id()["tests/test_kinds.py::test_bad"]
    assert bad.message.startswith("assert 3 == 4")
    assert bad.details.startswith("tests/test_kinds.py:7: in test_bad\n")
    assert bad.file == "tests/test_kinds.py"
    deep = run.by_id()["tests/test_kinds.py::TestOuter::TestInner::test_deep"]
    assert deep.message == "ValueError: invalid literal for int() with base 10: 'x'"
    assert "shop/cart.py:2: in total" in deep.details
    assert str(tmp_path) not in deep.details
    assert run.by_id()["tests/test_kinds.py::test_skipped"].message == "Skipped: not now"
    assert run.by_id()["tests/test_kinds.py::test_expected"].message == "expected failure: known"


def test_every_id_selects_its_test(tmp_path: Path) -> None:
    run = python(tmp_path, {**SHOP, "tests/test_kinds.py": EVERY_KIND})
    ids = [r.id for r in run().results]
    assert len(ids) == 13
    assert [r.id for r in run(ids).results] == ids
    for number, id_ in enumerate(ids):
        one = python(tmp_path / str(number), {**SHOP, "tests/test_kinds.py": EVERY_KIND})([id_])
        assert ([r.id for r in one.results], one.trouble) == ([id_], "")


def test_in_a_folder_ids_and_frames_carry_its_path_and_imports_are_seen_from_there(tmp_path: Path) -> None:
    own = {f"packages/shop/{path}": text for path, text in SHOP.items()}
    files = {**own, "packages/shop/tests/test_kinds.py": EVERY_KIND, "other/test_x.py": "def test_x(): pass\n"}
    run = python(tmp_path, files, folder="packages/shop")()
    assert (run.trouble, len(run.results)) == ("", 13)
    assert all(r.id.startswith("packages/shop/tests/test_kinds.py::") and r.file for r in run.results)
    deep = run.by_id()["packages/shop/tests/test_kinds.py::TestOuter::TestInner::test_deep"]
    assert "packages/shop/shop/cart.py:2: in total" in deep.details
    assert deep.details.startswith("packages/shop/tests/test_kinds.py:")
    chosen = [deep.id, "packages/shop/tests/test_kinds.py::test_ok"]
    assert [r.id for r in python(tmp_path / "2", files, folder="packages/shop")(chosen).results] == chosen


def test_a_long_selection_goes_through_a_file(tmp_path: Path) -> None:
    many = "import pytest\n@pytest.mark.parametrize('x', ['y' * 900 + str(n) for n in range(200)])\ndef test(x): pass\n"
    run = python(tmp_path, {"test_many.py": many})
    ids = [r.id for r in run().results]
    assert [r.id for r in run(ids).results] == ids


def test_a_file_that_cannot_be_imported_is_an_error_and_the_others_run(tmp_path: Path) -> None:
    files = {
        **SHOP,
        "test_a.py": "from shop.cart import gone\ndef test_a(): pass\n",
        "test_b.py": "def test_b(): pass\n",
    }
    run = python(tmp_path, files)()
    assert (run.trouble, statuses(run)) == ("", {"test_a.py": "error", "test_b": "passed"})
    assert run.bad[0].message.startswith("ImportError: cannot import name 'gone' from 'shop.cart' (shop/cart.py)")
    chosen = python(tmp_path, files)(["test_a.py::test_a", "test_b.py::test_b"])
    assert (chosen.trouble, statuses(chosen)) == ("", {"test_a": "error", "test_b": "passed"})


def test_a_conftest_that_cannot_be_imported_is_an_error_of_the_selected_tests(tmp_path: Path) -> None:
    files = {**SHOP, "conftest.py": "import shop.cart\nshop.cart.gone\n", "test_b.py": "def test_b(): pass\n"}
    assert statuses(python(tmp_path, files)()) == {"conftest.py": "error"}
    run = python(tmp_path, files)(["test_b.py::test_b"])
    assert (run.trouble, statuses(run)) == ("", {"test_b": "error"})


@pytest.mark.parametrize(
    "place",
    [
        {"test_a.py": "import no_such_package.sub\ndef test_a(): pass\n"},
        {"test_a.py": "def test_a():\n    import no_such_package.sub\n"},
        {"conftest.py": "import no_such_package.sub\n", "test_a.py": "def test_a(): pass\n"},
        {"test_a.py": "import shop.deep\ndef test_a(): pass\n", "shop/deep.py": "import no_such_package.sub\n"},
    ],
)
def test_a_missing_package_is_trouble_and_is_named(tmp_path: Path, place: dict[str, str]) -> None:
    run = python(tmp_path, {**SHOP, **place})()
    assert run.trouble == (
        "the sandbox lacks the package no_such_package, which the tests import; "
        "name it in requirements*.txt or pyproject.toml"
    )
    assert not run.counts


def test_a_missing_module_of_the_repository_is_its_own_fault(tmp_path: Path) -> None:
    run = python(tmp_path, {**SHOP, "test_a.py": "import shop.gone\ndef test_a(): pass\n"})()
    assert (run.trouble, statuses(run)) == ("", {"test_a.py": "error"})


def test_a_hanging_test_fails_where_it_stands(tmp_path: Path) -> None:
    files = {**SHOP, "shop/loop.py": "def spin():\n    while True:\n        pass\n"}
    files["test_a.py"] = "from shop.loop import spin\ndef test_spins(): spin()\ndef test_after(): pass\n"
    run = python(tmp_path, files, timeout=20, hang_after=0.5)()
    assert (run.trouble, statuses(run)) == ("", {"test_spins": "failed", "test_after": "passed"})
    assert run.bad[0].message == "Failed: still running after 0.5 seconds: it hangs here"
    assert "shop/loop.py:" in run.bad[0].details


def test_where_one_test_hangs_the_next_ones_are_waited_for_less(tmp_path: Path) -> None:
    loops = "".join(f"def test_{n}():\n    while True: pass\n" for n in range(3))
    run = python(tmp_path, {"test_m.py": loops + "def test_after(): pass\n"}, hang_after=2.0)()
    assert run.counts
    assert [r.hung for r in run.results] == [True, True, True, False]
    assert run.results[2].seconds < run.results[0].seconds - 0.5
    assert run.working_seconds < 1.0 < 4.0 < run.seconds


def test_a_run_that_takes_too_long_names_the_test_that_ran(tmp_path: Path) -> None:
    stubborn = "def test_quick(): pass\ndef test_stubborn():\n    import time\n    time.sleep(60)\n"
    run = python(tmp_path, {"test_a.py": stubborn}, timeout=6, hang_after=0)()
    assert run.trouble == "the tests did not end within 6 s; running at that moment: test_a.py::test_stubborn"
    assert not run.results


@pytest.mark.parametrize(
    ("files", "trouble"),
    [
        (
            {"setup.py": "", "test_a.py": "x = 1\n"},
            "no tests were found; `python -m pytest` looks for them in files like test_*.py, *_test.py, tests.py",
        ),
        (
            {"pytest.ini": "[pytest]\naddopts = --no-such-option\n", "test_a.py": ""},
            "pytest could not start with this configuration: unrecognized arguments: --no-such-option",
        ),
        (
            {"test_a.py": "import os\ndef test_a(): os._exit(0)\n"},
            "the tests left no report (exit status 0)",
        ),
        (
            {
                "conftest.py": "def pytest_sessionfinish(session): session.exitstatus = 0\n",
                "test_a.py": "def test(): 0/0",
            },
            "exit status 0, but the report has 1 failed test",
        ),
        (
            {
                "conftest.py": "def pytest_sessionfinish(session): session.exitstatus = 1\n",
                "test_a.py": "def test(): 1",
            },
            "exit status 1, but the report has 0 failed tests",
        ),
        ({"test_a.py": "import pytest\ndef test_a(): pytest.exit('enough')\n"}, "pytest was interrupted"),
    ],
)
def test_what_does_not_agree_is_trouble(tmp_path: Path, files: dict[str, str], trouble: str) -> None:
    run = python(tmp_path, files)()
    assert run.trouble == trouble
    assert not run.counts


def test_a_selected_test_that_vanished_is_trouble(tmp_path: Path) -> None:
    run = python(tmp_path, {"test_a.py": "def test_a(): pass\n"})(["test_a.py::test_a", "test_a.py::test_gone"])
    assert run.trouble == "a selected test is not in the report: test_a.py::test_gone"
    gone = python(tmp_path, {"test_a.py": "def test_a(): pass\n"})(["test_gone.py::a", "test_gone.py::b"])
    assert gone.trouble == "a selected test is not in the report: test_gone.py::a (and 1 more)"


def test_fail_fast_stops_at_the_first_failure(tmp_path: Path) -> None:
    files = {"test_a.py": "def test_a(): 0/0\ndef test_b(): pass\n"}
    run = python(tmp_path, files)(["test_a.py::test_a", "test_a.py::test_b"], fail_fast=True)
    assert (run.trouble, statuses(run)) == ("", {"test_a": "failed"})


def test_the_tests_see_nothing_of_the_probe(tmp_path: Path) -> None:
    test = """
import os, subprocess, sys
def test_environment():
    assert not [n for n in os.environ if n.startswith("DEVAGENT")]
    assert "PYTHONPATH" not in os.environ
    assert not [p for p in sys.path if p.endswith("/files")]
    assert not os.path.exists(".pytest_cache")
"""
    run = python(tmp_path, {"test_a.py": test})()
    assert statuses(run) == {"test_environment": "passed"}, run.results


@pytest.mark.parametrize(
    "command",
    [
        ["pytest"],
        ["python", "-m", "pytest", "tests", "-k", "not slow"],
        ["uv", "run", "--frozen", "pytest", "-q"],
        ["poetry", "run", "python", "-m", "pytest"],
        ["sh", "-c", "cd . && python -m pytest tests"],
    ],
)
def test_the_user_s_pytest_command_gives_results_per_test(tmp_path: Path, command: list[str]) -> None:
    files = {"conftest.py": "", "tests/test_a.py": "def test_a(): pass\n"}
    run = python(tmp_path, files, command=command)()
    assert (run.trouble, statuses(run), run.command) == ("", {"test_a": "passed"}, tuple(command))
    assert statuses(python(tmp_path, files, command=command)(["tests/test_a.py::test_a"])) == {"test_a": "passed"}


def test_a_selection_is_run_whatever_the_command_would_leave_out(tmp_path: Path) -> None:
    files = {"a/test_a.py": "def test_a(): pass\n", "b/test_b.py": "def test_b(): pass\n"}
    run = python(tmp_path, files, command=["pytest", "a", "-k", "test_a"])(["b/test_b.py::test_b"])
    assert (run.trouble, statuses(run)) == ("", {"test_b": "passed"})


def test_any_other_command_is_judged_by_its_exit_status(tmp_path: Path) -> None:
    files = {"setup.py": "", "check.sh": "echo wrong; exit 3\n"}
    failed = python(tmp_path, files, command=["sh", "check.sh"])()
    assert failed.results[0].id == "command"
    assert (failed.bad[0].message, failed.bad[0].details, failed.trouble) == ("exit status 3", "wrong\n", "")
    passed = python(tmp_path, files, command=["true"])()
    assert (statuses(passed), passed.trouble) == ({"command": "passed"}, "")
    absent = python(tmp_path, files, command=["no-such-program"])()
    assert absent.trouble.startswith("the test command cannot be started: ")
    assert not absent.results


def test_a_command_may_write_its_own_report(tmp_path: Path) -> None:
    write = "import sys; open(sys.argv[1], 'w').write('<testsuite><testcase name=\"mine\"/></testsuite>')"
    run = python(tmp_path, {"setup.py": "", "w.py": write}, command=["python", "w.py", "{report}"])()
    assert (run.trouble, [r.id for r in run.results]) == ("", ["mine"])


def scripted(answer: Callable[[Command], Answer | Execution], select: Sequence[str] | None = None) -> TestRun:
    sandbox = ScriptedSandbox(lambda command, _: answer(command))
    return asyncio.run(TestRunner(sandbox, detect(tree({"setup.py": ""}))).run(select))


def test_a_scripted_sandbox_answers_like_a_real_one() -> None:
    results = [TestResult("test_a.py::a", "passed"), TestResult("test_a.py::b", "failed", message="no", details="why")]
    run = scripted(lambda command: answer_tests(command, results))
    assert (run.results, run.trouble, run.exit_code) == (tuple(results), "", 1)


@pytest.mark.parametrize("nonce", ["", "0123456789abcdef"])
def test_a_report_of_another_run_is_trouble(nonce: str) -> None:
    forged = report([TestResult("test_a.py::a", "passed")], nonce)
    run = scripted(lambda c: Answer(Execution(0, "", 1.0), {c.env["DEVAGENT_REPORT"]: forged}))
    assert run.trouble == "the test report is not of this run"


@pytest.mark.parametrize(
    ("left", "told"),
    [
        ((), []),
        (("redis-server",), ["the tests left a process (redis-server) running; the sandbox ended it"]),
        (("a\x1b[2J", "b", "a\x1b[2J", "c", "d"),
         ["the tests left 5 processes (a\\x1b[2J, b, c) running; the sandbox ended them"]),
    ],
)  # fmt: skip
def test_what_the_tests_left_running_is_told(left: tuple[str, ...], told: list[str]) -> None:
    def answer(command: Command) -> Answer:
        good = answer_tests(command, [TestResult("a", "passed")])
        return Answer(replace(good.execution, left=left), good.files)

    run = scripted(answer)
    assert (run.trouble, list(run.notes)) == ("", told)


def test_a_report_that_cannot_be_read_is_trouble() -> None:
    run = scripted(lambda c: Answer(Execution(0, "", 1.0), {c.env["DEVAGENT_REPORT"]: b"<passed/>"}))
    assert run.trouble == "the test report is no JUnit XML: its root is <passed>"


@pytest.mark.parametrize(
    ("ended", "trouble"),
    [("out of memory", "the tests used more memory than the sandbox allows"), ("killed", "the tests were killed")],
)
def test_a_run_that_was_cut_short_is_trouble_whatever_its_report_says(ended: Any, trouble: str) -> None:
    def answer(command: Command) -> Answer:
        good = answer_tests(command, [TestResult("a", "passed")])
        return Answer(Execution(0, "", 1.0, ended), good.files)

    run = scripted(answer)
    assert (run.trouble, run.results) == (trouble, ())


def test_runs_survive_the_journal() -> None:
    run = scripted(lambda command: answer_tests(command, [TestResult("a", "failed", message="m")]))
    assert TestRun.from_json(run.to_json()) == run


NODE = {
    "package.json": '{"scripts": {"test": "node --test"}}',
    "lib/add.js": "exports.add = (a, b) => a + b;\n",
    "add.test.js": """
const { test, describe, it } = require('node:test');
const assert = require('node:assert');
const { add } = require('./lib/add');
test('adds', () => { assert.strictEqual(add(1, 2), 3); });
test('ü "q" <x> & [a].*', () => { assert.strictEqual(add(1, 2), 4); });
describe('suite', () => {
  it('inner', () => {});
  describe('deep', () => { it('inner', () => { throw new TypeError('boom'); }); });
  it.skip('left out', () => {});
});
test('with subtests', async (t) => {
  await t.test('one', () => { assert.ok(false, 'why'); });
  await t.test('one', () => {});
});
""",
    "esm.test.mjs": "import test from 'node:test';\ntest('module', () => {});\n",
    "load.test.js": "throw new Error('at load');\n",
}


@pytest.fixture
def node(tmp_path: Path) -> Callable[[Mapping[str, str]], Callable[..., TestRun]]:
    """A function that runs tests of Node.js: with the host's, or in Docker."""

    def run(files: Mapping[str, str], **options: Any) -> Callable[..., TestRun]:
        if shutil.which("node"):
            return runs(tmp_path, tree(files), **options)
        return lambda *arguments, **more: in_docker(
            tree(files), lambda sandbox: TestRunner(sandbox, detect(tree(files)), **options).run(*arguments, **more)
        )

    return run


def in_docker(files: Tree, act: Callable[[Sandbox], Coroutine[Any, Any, Any]]) -> Any:
    async def go() -> Any:
        ecosystem = detect(files)
        try:
            sandbox = await open_sandbox(
                ecosystem.recipe(files), kind="docker", progress=print, project_install=ecosystem.project_install
            )
        except CannotRun as error:
            pytest.skip(f"no Docker engine that can build an environment: {error}")
        try:
            await sandbox.sync(files)
            return await act(sandbox)
        finally:
            await sandbox.close()

    return asyncio.run(go())


NODE_STATUSES = {
    "add.test.js::adds": "passed",
    'add.test.js::ü "q" <x> & [a].*': "failed",
    "add.test.js::suite > inner": "passed",
    "add.test.js::suite > deep > inner": "failed",
    "add.test.js::suite > left out": "skipped",
    "add.test.js::with subtests > one": "failed",
    "add.test.js::with subtests > one #2": "passed",
    "add.test.js::with subtests": "failed",
    "esm.test.mjs::module": "passed",
    "load.test.js": "error",
}


def check_node(run: TestRun) -> None:
    assert run.trouble == ""
    assert {r.id: r.status for r in run.results} == NODE_STATUSES
    known = run.by_id()
    assert known['add.test.js::ü "q" <x> & [a].*'].message.endswith("3 !== 4")
    assert "add.test.js:6:" in known['add.test.js::ü "q" <x> & [a].*'].details
    assert known["add.test.js::suite > deep > inner"].message == "TypeError: boom"
    assert (
        known["add.test.js::with subtests > one"].message == "AssertionError: why\nactual: false\nexpected: true (==)"
    )
    assert known["load.test.js"].message == "Error: at load"
    assert known["esm.test.mjs::module"].file == "esm.test.mjs"


def test_tests_of_node_are_reported_with_file_and_full_name(node: Any) -> None:
    check_node(node(NODE)())


def test_every_id_of_node_selects_its_test(node: Any) -> None:
    ids = list(NODE_STATUSES)
    chosen = node(NODE)(ids[3:5])
    assert (chosen.trouble, [r.id for r in chosen.results]) == ("", ids[3:5])
    assert [r.id for r in node(NODE)(["load.test.js"]).results] == ["load.test.js"]
    assert node(NODE)(["add.test.js::gone"]).trouble == "a selected test is not in the report: add.test.js::gone"


def test_a_file_of_node_that_hangs_or_dies_keeps_no_result_of_the_others(node: Any) -> None:
    head = "const { test, describe } = require('node:test');\ntest('ends', () => {});\n"
    files = {
        "a.test.js": head,
        "b.test.js": head + "describe('in', () => test('waits', () => new Promise((r) => setTimeout(r, 60000))));\n",
        "c.test.js": head + "test('exits', () => process.exit(3));\n",
        "d.test.js": head + "test('spins', () => { for (;;); });\n",
        "e.test.js": head + "test('fails', () => { throw new Error('no'); });\n",
    }
    run = node(files, timeout=60, hang_after=1.5)()
    assert run.trouble == "", run.output
    seen = run.by_id()
    assert all(seen[f"{name}.test.js::ends"].status == "passed" for name in "abe")
    assert {r.id.partition("::")[0]: r.hung for r in run.bad} == {
        "b.test.js": True, "c.test.js": False, "d.test.js": True, "e.test.js": False
    }  # fmt: skip
    assert seen["b.test.js::in > waits"].hung and "exit status 3" in seen["c.test.js"].message
    assert run.seconds < 30


def test_in_a_folder_ids_of_node_carry_its_path(tmp_path: Path) -> None:
    if not shutil.which("node"):
        pytest.skip("Node.js is not installed here")
    files = tree({f"web/app/{path}": text for path, text in NODE.items()})
    run = runs(tmp_path, files, folder="web/app")()
    assert {r.id.removeprefix("web/app/"): r.status for r in run.results} == NODE_STATUSES
    chosen = "web/app/add.test.js::suite > deep > inner"
    one = runs(tmp_path / "2", files, folder="web/app")([chosen])
    assert [(r.id, r.file) for r in one.results] == [(chosen, "web/app/add.test.js")]
    assert "web/app/add.test.js:9:" in one.results[0].details


def test_what_npm_runs_before_the_tests_runs_too_and_is_named_where_it_fails(node: Any) -> None:
    made = "require('node:test')('made', () => require('./made.json'));\n"
    writes = """node -e "require('fs').writeFileSync('made.json', '1')\""""

    def files(before: str) -> dict[str, str]:
        scripts = {"test": "node --test a.test.js", "pretest": before}
        return {"a.test.js": made, "package.json": json.dumps({"scripts": scripts})}

    assert [(r.id, r.status) for r in node(files(writes))().results] == [("a.test.js::made", "passed")]
    failed = node(files("exit 3"))()
    assert failed.trouble == "the tests left no report (exit status 1): pretest failed"


def test_npm_test_is_the_script_behind_it(node: Any) -> None:
    files = {**NODE, "package.json": '{"scripts": {"test": "node --test esm.test.*"}}'}
    run = node(files, command=["npm", "test"])()
    assert (run.trouble, [r.id for r in run.results]) == ("", ["esm.test.mjs::module"])
    assert node(files, command=["npm", "test"])(["esm.test.mjs::module"]).trouble == ""


@pytest.mark.parametrize(
    ("statement", "trouble"),
    [
        (
            "require('no-such-package');",
            "the sandbox lacks the package no-such-package, which the tests import; name it in package.json",
        ),
        ("require('./gone');", ""),
    ],
)
def test_a_missing_package_of_node_is_trouble_and_a_missing_file_is_not(
    node: Any, statement: str, trouble: str
) -> None:
    run = node({"a.test.js": statement})()
    assert (run.trouble, statuses(run)) == (trouble, {"a.test.js": "error"})


@pytest.mark.docker
def test_the_environment_of_a_python_project_has_its_dependencies_and_the_project() -> None:
    files = tree(
        {
            "pyproject.toml": """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "devagent-sample"
version = "1.2"
dependencies = ["iniconfig>=2"]
[project.scripts]
sample = "sample:main"
[tool.hatch.build.targets.wheel]
packages = ["src/sample"]
""",
            "src/sample/__init__.py": "import iniconfig\ndef main(): print('here')\n",
            "tests/test_sample.py": """
import importlib.metadata, subprocess, sample
def test_installed():
    assert importlib.metadata.version("devagent-sample") == "1.2"
    assert sample.__file__ == "/work/src/sample/__init__.py"
    assert subprocess.check_output(["sample"], text=True) == "here\\n"
""",
        }
    )
    run = in_docker(files, lambda sandbox: TestRunner(sandbox, detect(files)).run())
    assert (run.trouble, statuses(run)) == ("", {"test_installed": "passed"}), run


@pytest.mark.docker
def test_node_in_the_sandbox_finds_its_packages_from_both_module_systems() -> None:
    files = {
        **NODE,
        "package.json": '{"dependencies": {"left-pad": "1.3.0"}}',
        "pad.test.mjs": "import pad from 'left-pad';\nimport test from 'node:test';\ntest(pad('x', 3), () => {});\n",
        "pad.test.js": "require('node:test')(require('left-pad')('y', 3), () => {});\n",
    }
    run = in_docker(tree(files), lambda sandbox: TestRunner(sandbox, detect(tree(files))).run())
    found = {r.id: r.status for r in run.results}
    assert (found.pop("pad.test.mjs::  x"), found.pop("pad.test.js::  y")) == ("passed", "passed")
    assert (found, run.trouble) == (NODE_STATUSES, "")
