"""JavaScript versions compared by what they do: a real run of the tests, in a folder without isolation."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from sandbox.local_sandbox import LocalSandbox, tree

from devagent.repair.behaviour import Behaviour, can_compare, compared
from devagent.sandbox.ecosystem import detect

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

CART = """function total(prices, limit) {
  let found = 0;
  for (const price of prices) {
    if (price <= limit) found += price;
  }
  return found;
}
class Till {
  #tips = 0;
  constructor(start = 0) { this.taken = [start]; }
  take(amount, { tip = 0 } = {}) {
    this.taken.push(amount);
    this.#tips += tip;
    return this;
  }
  tips() { return this.#tips; }
}
function store() {
  const items = [];
  return { add: (item) => items.push(item), all: () => [...items] };
}
const doubled = async (number) => number * 2;
"""
NAMES = "{ total, Till, store, doubled }"
TESTS = """
test('limit', () => assert.equal(total([1, 5], 5), 6));
test('till', () => {
  const till = new Till(2).take(3, { tip: 1 });
  assert.ok(till instanceof Till);
  assert.equal(till.tips(), 1);
});
test('store', () => {
  const items = store();
  items.add('a');
  assert.deepEqual(items.all(), ['a']);
});
test('doubled', async () => assert.equal(await doubled(2), 4));
"""
KINDS = {
    "cjs": (
        "{}",
        f"module.exports = {NAMES};\n",
        f"const {{ test }} = require('node:test');\nconst assert = require('node:assert');\n"
        f"const {NAMES} = require('../src/cart');\n",
    ),
    "esm": (
        '{"type": "module"}',
        f"export {NAMES};\n",
        f"import test from 'node:test';\nimport assert from 'node:assert';\nimport {NAMES} from '../src/cart.js';\n",
    ),
}
IDS = [f"test/cart.test.js::{name}" for name in ("limit", "till", "store", "doubled")]


def behaviour(root: Path, versions: Sequence[str], kind: str = "cjs") -> Behaviour:
    """What versions of src/cart.js do."""
    package, exports, imports = KINDS[kind]
    files = {"package.json": package, "src/cart.js": CART + exports, "test/cart.test.js": imports + TESTS}

    async def go() -> Behaviour:
        sandbox = LocalSandbox(root / "box")
        await sandbox.start()
        await sandbox.sync(tree(files))
        contents = [{"src/cart.js": (version + exports).encode()} for version in versions]
        original, ecosystem = {"src/cart.js": files["src/cart.js"].encode()}, detect(tree(files))
        return await compared(sandbox, ecosystem, contents, original, ["src/cart.js"], IDS, seconds=120.0)

    return asyncio.run(go())


def changed(old: str, new: str) -> str:
    assert old in CART
    return CART.replace(old, new)


@pytest.mark.parametrize("kind", KINDS)
def test_versions_are_grouped_by_what_functions_objects_and_promises_come_to(tmp_path: Path, kind: str) -> None:
    same = changed("price <= limit", "!(price > limit)")
    fits = changed("price <= limit", "found <= limit")
    tips = changed("+= tip;", "+= tip % 2;")
    later = changed("number * 2", "number + 2")
    found = behaviour(tmp_path, [CART, same, fits, tips, later], kind)
    assert found.groups == ((0, 1), (2,), (3,), (4,))
    assert found.calls > 30
    told = {number: call for number in (2, 3, 4) if (call := found.difference(0, number)) is not None}
    assert told[2].text.startswith("total([")
    assert told[3].text.startswith("it = new Till(") and told[3].text.endswith("it.tips()")
    assert told[4].text.startswith("doubled(")


def test_a_version_that_does_not_behave_costs_only_itself(tmp_path: Path) -> None:
    lines = [
        "process.exit(0);",
        "while (true) ;",
        "return new Promise(() => {});",
        "process.kill(process.pid, 'SIGKILL');",
    ]
    start = "  let found = 0;\n"
    bad = [changed(start, f"{start}  if (prices.length === 3) {{ {line} }}\n") for line in lines]
    found = behaviour(tmp_path, [CART, *bad, changed("price <= limit", "found <= limit")])
    assert [found.groups[0], found.groups[-1]] == [(0,), (5,)]
    words = {call.came_to[number] for call in found.differing for number in (1, 2, 3, 4) if call.tells(0, number)}
    assert words == {"ends the process", "does not end", "waits"}
    assert found.difference(0, 5) is not None


def test_only_runners_whose_tests_can_be_loaded_are_compared() -> None:
    def kind(command: str) -> bool:
        package = '{"devDependencies": {"jest": "29.7.0", "mocha": "10.8.2", "vitest": "1.6.1"}}'
        return can_compare(detect(tree({"package.json": package, "a.test.js": ""}), command=command.split()))

    assert [kind(command) for command in ("node --test", "mocha", "jest", "vitest run")] == [True, True, False, False]
