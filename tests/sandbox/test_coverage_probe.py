"""What the coverage probes record: lines per test, and calls of the failing ones."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from local_sandbox import recorded, tree

from devagent.errors import SandboxError
from devagent.sandbox.choice import open_sandbox
from devagent.sandbox.coverage import Coverage, coverage, nearest
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import Command, Execution
from devagent.sandbox.scripted import Answer, ScriptedSandbox

SHOP = {
    "shop/__init__.py": "",
    "shop/cart.py": """import threading

LIMIT = 3

class Odd:
    def __repr__(self):
        raise RuntimeError

class Cart:
    kinds = [k for k in ("a", "b")]

    def __init__(self, items):
        self.items = items

    def total(self):
        result = 0
        for price in self.items:
            result += rounded(price)
        return result

def rounded(price):
    if price < 0:
        raise ValueError(f"bad {price}")
    return int(price)

def endless(n):
    while True:
        yield n

def in_thread(value):
    worker = threading.Thread(target=rounded, args=(value,))
    worker.start()
    worker.join()
""",
    "tests/helper.py": "def help(): return 1\n",
    "tests/test_cart.py": """
from shop.cart import Cart, Odd, endless, in_thread, rounded
from tests.helper import help

def test_total(): assert Cart([1.5, 2.5, 3, 4, 5]).total() == 4
def test_negative():
    try: rounded(-1)
    except ValueError: assert 0
def test_odd(): assert rounded is None and endless or Cart(Odd()) is None
def test_thread(): in_thread(7)
def test_generator():
    assert next(endless(5)) == 6
def test_helper(): assert help() == 1
""",
    "tests/__init__.py": "",
}
TOTAL, NEGATIVE = "tests/test_cart.py::test_total", "tests/test_cart.py::test_negative"


def test_lines_are_those_that_ran_and_not_those_of_import_or_of_tests(tmp_path: Path) -> None:
    found = recorded(tmp_path, SHOP, [TOTAL, NEGATIVE], ["tests/test_cart.py::test_helper"])
    assert found.lines[TOTAL] == {"shop/cart.py": frozenset({13, 16, 17, 18, 19, 22, 24})}
    assert found.lines[NEGATIVE] == {"shop/cart.py": frozenset({22, 23})}
    assert found.lines["tests/test_cart.py::test_helper"] == {}


def test_threads_are_followed(tmp_path: Path) -> None:
    test = "tests/test_cart.py::test_thread"
    assert recorded(tmp_path, SHOP, [], [test]).lines[test] == {"shop/cart.py": frozenset({22, 24, 31, 32, 33})}


def test_calls_show_arguments_results_and_nesting(tmp_path: Path) -> None:
    calls = recorded(tmp_path, SHOP, [TOTAL, NEGATIVE]).calls
    shown = [(c.depth, c.function, c.line, c.arguments, c.result) for c in calls if c.test == TOTAL]
    assert shown == [
        (0, "Cart.__init__", 12, "self, items=[1.5, 2.5, 3, 4, 5]", "None"),
        (0, "Cart.total", 15, "self", "15"),
        (1, "rounded", 21, "price=1.5", "1"),
        (1, "rounded", 21, "price=2.5", "2"),
        (1, "rounded", 21, "price=3", "3"),
    ]
    assert [(c.arguments, c.result) for c in calls if c.test == NEGATIVE] == [
        ("price=-1", "raised ValueError('bad -1')")
    ]


def test_values_that_resist_being_shown_are_named(tmp_path: Path) -> None:
    calls = recorded(tmp_path, SHOP, ["tests/test_cart.py::test_odd", "tests/test_cart.py::test_generator"]).calls
    assert calls[0].arguments in ("self, items=<Odd instance>", "self, items=<Odd whose repr raises RuntimeError>")
    assert calls[-1].function == "endless"
    assert calls[-1].result == "a generator or coroutine"


def test_long_values_are_cut_and_addresses_left_out(tmp_path: Path) -> None:
    files = {
        "m.py": "class A: pass\ndef f(x): return A()\n",
        "test_m.py": "import m\ndef test(): assert m.f('y' * 9000) is None\n",
    }
    (call,) = recorded(tmp_path, files, ["test_m.py::test"]).calls
    assert len(call.arguments) < 130
    assert call.result == "<m.A object>"


def test_a_hanging_test_is_recorded_up_to_where_it_hangs(tmp_path: Path) -> None:
    files = {
        "m.py": "def f():\n    n = 1\n    while n:\n        pass\n",
        "test_m.py": "import m\ndef test_hang(): m.f()\ndef test_after(): pass\n",
    }
    found = recorded(tmp_path, files, ["test_m.py::test_hang"], ["test_m.py::test_after"], hang_after=0.5)
    assert found.lines["test_m.py::test_hang"] == {"m.py": frozenset({2, 3, 4})}
    assert "test_m.py::test_after" in found.lines
    assert found.calls[0].result == "raised still running after 0.5 seconds: it hangs here"


def test_passing_tests_are_left_out_when_time_runs_out_and_failing_ones_are_not(tmp_path: Path) -> None:
    slow = "import time, pytest\n@pytest.mark.parametrize('n', range(6))\ndef test_p(n): time.sleep(1.2)\n"
    files = {"test_m.py": slow + "def test_f(): time.sleep(0.5); assert 0\n"}
    passing = [f"test_m.py::test_p[{n}]" for n in range(6)]
    found = recorded(tmp_path, files, ["test_m.py::test_f"], passing, timeout=7.0)
    assert "test_m.py::test_f" in found.lines
    assert 0 < len(found.lines) < 7


def test_the_time_to_collect_the_tests_is_not_taken_from_them(tmp_path: Path) -> None:
    files = {
        "m.py": "def f(): return 1\n",
        "test_m.py": "import time, m\ntime.sleep(3.5)\ndef test_f(): assert m.f() == 2\ndef test_p(): assert m.f()\n",
    }
    found = recorded(tmp_path, files, ["test_m.py::test_f"], ["test_m.py::test_p"], timeout=5.5)
    assert found.lines["test_m.py::test_p"] == {"m.py": frozenset({1})}


def test_of_passing_tests_only_functions_are_recorded_that_a_failing_one_ran(tmp_path: Path) -> None:
    files = {
        "m.py": "def f(x):\n    return x\ndef g(x):\n    return f(x)\n",
        "test_m.py": "import m\ndef test_f(): assert m.f(0)\ndef test_g(): assert m.g(1)\n",
    }
    found = recorded(tmp_path, files, ["test_m.py::test_f"], ["test_m.py::test_g"])
    assert found.lines["test_m.py::test_g"] == {"m.py": frozenset({2})}


def test_lines_that_only_a_late_turn_of_a_loop_or_a_later_call_runs_are_seen(tmp_path: Path) -> None:
    source = "def f(n):\n    for i in range(n):\n        if i > 40:\n            n += 1\n    return n\n"
    files = {"m.py": source, "test_m.py": "import m\ndef test_f():\n    m.f(3)\n    m.f(3)\n    assert m.f(50) == 0\n"}
    found = recorded(tmp_path, files, [], ["test_m.py::test_f"])
    assert found.lines["test_m.py::test_f"] == {"m.py": frozenset({2, 3, 4, 5})}


def test_the_nearest_passing_tests_come_first() -> None:
    passing = ["z.py::a", "a/c/t.py::a", "a/b/u.py::a", "a/b/t.py::b", "a/b/t.py::c"]
    assert nearest(["a/b/t.py::x"], passing) == [
        "a/b/t.py::b",
        "a/b/t.py::c",
        "a/b/u.py::a",
        "a/c/t.py::a",
        "z.py::a",
    ]
    assert nearest([], ["b", "a", "b"]) == ["b", "a"]


def test_a_command_without_a_report_records_nothing() -> None:
    sandbox = ScriptedSandbox([Execution(0, "", 0.1)])
    runner = TestRunner(sandbox, detect(tree({"setup.py": ""})), command=["make", "test"])
    assert asyncio.run(coverage(runner, ["command"])) == Coverage()
    assert not sandbox.commands


FORGED = [
    b'{"test": ["x"], "lines": {"a": [1, "b"], "c": 3}, "calls": [1, {}]}',
    b'{"test": {}, "lines": {}, "calls": 3}',
    b'{"lines":{},"calls":[{"test":1,"function":1,"path":1,"line":"","depth":1,"arguments":1,"result":1}]}',
    b"[" * 100_000,
    b'{"lines": 1}',
]


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200) | st.sampled_from(FORGED))
def test_a_forged_recording_is_no_more_than_absent(recording: bytes) -> None:
    def answer(command: Command, _: Any) -> Answer:
        output = json.loads(command.env["DEVAGENT_COVERAGE"])["output"]
        return Answer(Execution(0, "", 0.1), {output: recording})

    runner = TestRunner(ScriptedSandbox(answer), detect(tree({"setup.py": ""})))
    assert asyncio.run(coverage(runner, ["a"])) == Coverage()


def test_a_recording_survives_the_journal(tmp_path: Path) -> None:
    found = recorded(tmp_path, SHOP, [NEGATIVE])
    assert found.calls
    assert Coverage.from_json(json.loads(json.dumps(found.to_json()))) == found


NODE = {
    "package.json": "{}",
    "lib/add.js": """// ünïcödé 😀 before everything shifts every offset
const LIMIT = 3;
function add(a, b) {
  if (a > 100) {
    return -1;
  }
  const items = [a, b].map((x) => {
    return x;
  });
  return items.reduce((s, x) => s + x, 0);
}
class Box {
  constructor(v) { this.v = v; }
  get() {
    return this.v ? this.v : helper();
  }
}
const helper = () => 7;
module.exports = { add, Box };
""",
    "lib/mod.mjs": "export function twice(x) {\n  return x * 2;\n}\nexport const never = () => {\n  return 0;\n};\n",
    "test/add.test.js": """
const { test, describe, it } = require('node:test');
const assert = require('node:assert');
const { add, Box } = require('../lib/add');
test('adds', () => { assert.strictEqual(add(1, 2), 3); });
describe('box', () => {
  it('same', () => { assert.strictEqual(new Box(0).get(), 8); });
});
it('same', () => { add(101, 0); });
test('outer', async (t) => { await t.test('sub', () => { new Box(1).get(); }); });
""",
    "test/mod.test.mjs": "import test from 'node:test';\nimport { twice } from '../lib/mod.mjs';\n"
    "test('twice', () => { twice(2); });\n",
}


@pytest.fixture
def javascript(tmp_path: Path) -> Coverage:
    """What the probe for Node.js records of `NODE`: with the host's, or in Docker."""
    failing = ["test/add.test.js::box > same"]
    others = ["test/add.test.js::adds", "test/add.test.js::same", "test/add.test.js::outer", "test/mod.test.mjs::twice"]
    if shutil.which("node"):
        return recorded(tmp_path, NODE, failing, [*others, "test/add.test.js::outer > sub"])

    async def go() -> Coverage:
        files, ecosystem = tree(NODE), detect(tree(NODE))
        try:
            sandbox = await open_sandbox(ecosystem.recipe(files), kind="docker", progress=print)
        except SandboxError as error:
            pytest.skip(f"neither Node.js nor a Docker engine that can build an environment: {error}")
        try:
            await sandbox.sync(files)
            return await coverage(TestRunner(sandbox, ecosystem), failing, [*others, "test/add.test.js::outer > sub"])
        finally:
            await sandbox.close()

    return asyncio.run(go())


def test_lines_of_javascript_are_told_per_test(javascript: Coverage) -> None:
    lines = javascript.lines
    assert lines["test/add.test.js::adds"] == {"lib/add.js": frozenset({3, 4, 7, 8, 9, 10, 11})}
    assert lines["test/add.test.js::box > same"] == {"lib/add.js": frozenset({13, 14, 15, 16, 18})}
    assert lines["test/add.test.js::same"]["lib/add.js"] >= {3, 4, 5}
    assert not lines["test/add.test.js::same"]["lib/add.js"] & {7, 8, 10, 15}
    assert lines["test/add.test.js::outer > sub"] == {"lib/add.js": frozenset({13, 14, 15, 16})}
    assert lines["test/add.test.js::outer"] == lines["test/add.test.js::outer > sub"]
    assert lines["test/mod.test.mjs::twice"] == {"lib/mod.mjs": frozenset({1, 2, 3})}
