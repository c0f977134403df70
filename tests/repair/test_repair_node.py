"""The warm sieve for JavaScript variants: it says what the real runner says, and what it cannot judge goes there."""

import asyncio
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sandbox.local_sandbox import LocalSandbox, tree

from devagent.repair.batch import Goal, Outcome, Variant, run_batch
from devagent.repair.edit import Change, Edit, Span, edit
from devagent.sandbox.ecosystem import detect

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

# Using it sends a test file to the real runner: the same tests are then run cold.
ESCAPE = {"cjs": "require('node:worker_threads');\n", "esm": "import 'node:worker_threads';\n"}
HEADS = {
    "cjs": "const { test, it, describe, before, after, beforeEach, afterEach } = require('node:test');\n"
    "const assert = require('node:assert/strict');\nconst cart = require('../src/index.js');\n",
    "esm": "import test, { it, describe, before, after, beforeEach, afterEach } from 'node:test';\n"
    "import assert from 'node:assert/strict';\nimport * as cart from '../src/index.js';\n",
}
INDEX = {"cjs": "module.exports = require('./cart');\n", "esm": "export * from './cart.js';\n"}
CART = """let calls = 0;
function rate(given) {
  calls += 1;
  return given || 7;
}
function count() {
  return calls;
}
"""
EXPORTS = {"cjs": "module.exports = { rate, count };\n", "esm": "export { rate, count };\n"}
TESTS = """
let log = [];
before(() => log.push('first'));
beforeEach(() => log.push('each'));
after(() => { log = []; });
test('starts with nothing counted', () => assert.equal(cart.count(), 0));
describe('rates', () => {
  let own = 0;
  before(() => { own = 40; });
  beforeEach(async () => { own += 1; });
  afterEach(() => { own += 1; });
  describe('of nothing', () => {
    it('may be zero', async () => { await null; assert.equal(cart.rate(0), 0); });
    it('saw the hooks', () => assert.deepEqual([own, ...log.slice(0, 2)], [43, 'first', 'each']));
  });
  it('has a default', (t, done) => setTimeout(() => done(cart.rate() === 7 ? null : new Error('no')), 1));
  it.skip('is left out', () => assert.fail());
  it('is left out later', (t) => t.skip());
  it.todo('is to come');
});
test('in steps', async (t) => {
  t.after(() => log.push('over'));
  await t.test('zero', () => assert.equal(cart.rate(0), 0));
  await t.test('zero', () => assert.equal(cart.rate(3), 3));
});
test('was tidied', { timeout: 900 }, () => assert.equal(log.at(-2), 'over'));
"""
TARGETS = [f"test/cart.test.js::{name}" for name in ("rates > of nothing > may be zero", "in steps > zero", "in steps")]
KEEP = [
    f"test/cart.test.js::{name}"
    for name in (
        "starts with nothing counted",
        "rates > of nothing > saw the hooks",
        "rates > has a default",
        "in steps > zero #2",
        "was tidied",
    )
]


def repository(kind: str, tests: str, *, cold: bool = False, cart: str = CART) -> dict[str, str]:
    return {
        "src/cart.js": cart + EXPORTS[kind],
        "src/index.js": INDEX[kind],
        "package.json": '{"type": "module"}' if kind == "esm" else "{}",
        "test/cart.test.js": (ESCAPE[kind] if cold else "") + HEADS[kind] + tests,
    }


def replaced(before: bytes, old: str, new: str) -> Edit:
    start = before.index(old.encode())
    return edit(before, Change((Span(start, start + len(old.encode()), new.encode()),)), "test", 1, 1.0)


def tried(root: Path, files: Mapping[str, str], edits: Sequence[tuple[str, str]], goal: Goal) -> list[Outcome]:
    """What becomes of the edits (old text, new text) of the first file."""

    async def go() -> list[Outcome]:
        sandbox = LocalSandbox(root / "box")
        await sandbox.start()
        await sandbox.sync(tree(files))
        path, before = next(iter(files)), next(iter(files.values())).encode()
        variants = [Variant(path, replaced(before, *pair)) for pair in edits]
        return await run_batch(sandbox, detect(tree(files)), {path: before}, variants, goal, seconds=60.0)

    return asyncio.run(go())


BAD = [
    ("given || 7", "given && 7"),
    ("given || 7", "given ||"),
    ("given || 7", "Promise.reject(new Error('stray')) && 0"),
    ("calls += 1", "calls += globalThis.leak ? 9 : 1; globalThis.leak = true"),
    ("let calls = 0", "let calls = 1"),
    ("calls += 1", "throw new Error('no')"),
    ("let calls = 0", "let calls = 0; process.on('exit', () => {}); setInterval(() => {}, 5).unref()"),
]
GOOD, OTHER = ("given || 7", "given ?? 7"), ("given || 7", "given || 8")


@pytest.mark.parametrize("kind", ["cjs", "esm"])
def test_outcomes_are_the_same_warm_and_cold(tmp_path: Path, kind: str) -> None:
    goal = Goal(TARGETS, KEEP, 5.0)
    warm, cold = (
        sorted(
            tried(tmp_path / str(cold), repository(kind, TESTS, cold=cold), [*BAD, GOOD], goal), key=lambda o: o.variant
        )
        for cold in (False, True)
    )
    # Whether the others still pass is only asked where more of the tests do that should.
    assert [replace(o, kept=o.kept and o.passed > 0) for o in warm] == [
        replace(o, kept=o.kept and o.passed > 0) for o in cold
    ]
    assert [outcome.survives for outcome in warm] == [False] * len(BAD) + [True]


@pytest.mark.parametrize("kind", ["cjs", "esm"])
def test_many_variants_a_second_are_tried(tmp_path: Path, kind: str) -> None:
    edits = [("given || 7", f"given || {number}") for number in range(300)]
    started = time.monotonic()
    outcomes = tried(tmp_path, repository(kind, TESTS), [*edits, GOOD], Goal(TARGETS, KEEP, 5.0))
    assert sum(outcome.survives for outcome in outcomes) == 1 and len(outcomes) >= len(edits)
    # A process for each takes at least 80 ms: half of what two lanes would need for that.
    assert time.monotonic() - started < 0.02 * len(edits) + 4.0


@pytest.mark.parametrize("kind", ["cjs", "esm"])
def test_variants_that_loop_wait_for_ever_or_exit_have_failed(tmp_path: Path, kind: str) -> None:
    tests = """
test('zero', async () => assert.equal(await cart.rate(0), 0));
test('seven', () => assert.equal(cart.rate(), 7));
"""
    bad = [
        ("return given || 7", "while (true) {}"),
        ("return given || 7", "return new Promise(() => {})"),
        ("return given || 7", "process.exit(0)"),
        ("let calls = 0", "let calls = 0; process.exit(0)"),
        ("return given || 7", "process.kill(process.pid, 'SIGKILL')"),
        ("let calls = 0", "let calls = 0; throw 1"),
    ]
    goal = Goal(["test/cart.test.js::zero"], ["test/cart.test.js::seven"], 3.0)
    outcomes = {o.variant: o for o in tried(tmp_path, repository(kind, tests), [*bad, GOOD], goal)}
    assert [outcomes[number].ended for number in range(4)] == ["timed out", "tested", "exited", "exited"]
    assert [number for number, outcome in outcomes.items() if outcome.survives] == [len(bad)]


@pytest.mark.parametrize("kind", ["cjs", "esm"])
def test_what_a_variant_leaves_behind_does_not_reach_the_next(tmp_path: Path, kind: str) -> None:
    tests = """
test('clean', () => {
  const left = [globalThis.leak, process.env.LEAK, process.exitCode, [].leak];
  assert.deepEqual(left, Array(4).fill(undefined));
  assert.ok(Date.now() > 1 && process.listenerCount('exit') < 3 && cart.count() === 0);
});
test('zero', () => assert.equal(cart.rate(0), 0));
"""
    leaks = (
        "globalThis.leak = 1; process.env.LEAK = '1'; process.exitCode = 3; Array.prototype.leak = 1; calls += 5;"
        "for (const n of [1, 2, 3]) process.on('exit', () => n); setInterval(() => {}, 1); process.chdir('/');"
        "Date.now = () => 0;"
    )
    bad = [("return given || 7", f"{leaks} return 7")] * 4
    goal = Goal(["test/cart.test.js::zero"], ["test/cart.test.js::clean"], 3.0)
    outcomes = sorted(tried(tmp_path, repository(kind, tests), [*bad, GOOD], goal), key=lambda o: o.variant)
    assert [(o.passed, o.survives) for o in outcomes] == [(0, False)] * len(bad) + [(1, True)]


def test_a_survivor_of_the_sieve_is_verified_by_the_real_runner(tmp_path: Path) -> None:
    tests = "test('zero', () => assert.equal(cart.rate(0), 0));\n"
    only_warm = ("given || 7", "typeof process.channel === 'object' ? 0 : 7")
    goal = Goal(["test/cart.test.js::zero"], [], 3.0)
    outcomes = tried(tmp_path, repository("cjs", tests), [only_warm, GOOD], goal)
    assert {o.variant: o.survives for o in outcomes} == {0: False, 1: True}


def test_tests_may_use_mocks_of_functions_and_timers(tmp_path: Path) -> None:
    tests = """
const { mock } = require('node:test');
test('timers', (t) => {
  const apis = ['setTimeout'];
  t.mock.timers.enable(process.version.startsWith('v18.') ? apis : { apis });
  const done = t.mock.fn();
  setTimeout(done, cart.rate(0));
  t.mock.timers.tick(1);
  assert.equal(done.mock.callCount(), 1);
});
test('methods', (t) => { t.mock.method(cart, 'count', () => 9); assert.equal(cart.count(), 9); });
test('restored', () => assert.equal(cart.count(), 1));
"""
    ids = [f"test/cart.test.js::{name}" for name in ("timers", "methods", "restored")]
    outcomes = tried(tmp_path, repository("cjs", tests), [OTHER, GOOD], Goal(ids[:1], ids[1:], 3.0))
    assert [o.variant for o in outcomes if o.survives] == [1]


@pytest.mark.parametrize(
    ("extra", "target"),
    [
        (
            "test('plans', (t) => { t.plan(1); t.assert?.equal(cart.rate(0), 0) ?? assert.equal(cart.rate(0), 0); });",
            "zero",
        ),
        ("test('main', () => assert.equal(require.main === module && cart.rate(0), 0));", "main"),
        ("require('node:child_process').spawn('true');", "zero"),
        ("const { Worker } = require('node:worker_threads');", "zero"),
        ("if (process.channel) process.exit();", "zero"),
        ("require('node:test').run({ files: [] });", "zero"),
    ],
    ids=["plan", "main", "spawn", "thread", "exit", "run"],
)
def test_what_the_sieve_cannot_judge_is_still_repaired(tmp_path: Path, extra: str, target: str) -> None:
    tests = f"test('zero', () => assert.equal(cart.rate(0), 0));\n{extra}\n"
    outcomes = tried(tmp_path, repository("cjs", tests), [OTHER, GOOD], Goal([f"test/cart.test.js::{target}"], [], 3.0))
    assert [o.variant for o in outcomes if o.survives] == [1]


def test_one_file_may_be_warm_and_another_cold(tmp_path: Path) -> None:
    files = repository("esm", "test('zero', () => assert.equal(cart.rate(0), 0));\n")
    cold = ESCAPE["esm"] + HEADS["esm"] + "test('seven', () => assert.equal(cart.rate(), 7));\n"
    goal = Goal(["test/cart.test.js::zero"], ["test/cold.test.js::seven"], 3.0)
    edits = [("given || 7", "0"), GOOD]
    outcomes = sorted(tried(tmp_path, {**files, "test/cold.test.js": cold}, edits, goal), key=lambda o: o.variant)
    assert [(o.passed, o.kept, o.survives) for o in outcomes] == [(1, False, False), (1, True, True)]


def test_modules_that_are_imported_later_are_fresh_too(tmp_path: Path) -> None:
    files = repository("esm", "test('unused', () => {});\n")
    later = (
        "const { test } = require('node:test');\nconst assert = require('node:assert');\n"
        "test('zero', async () => { const { rate } = await import('../src/index.js'); assert.equal(rate(0), 0); });\n"
    )
    goal = Goal(["test/later.test.cjs::zero"], [], 3.0)
    outcomes = tried(tmp_path, {**files, "test/later.test.cjs": later}, [OTHER, BAD[4], GOOD], goal)
    assert [o.variant for o in outcomes if o.survives] == [2]
