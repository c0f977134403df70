"""The search in one Node.js project of a repository that holds several: paths and ids are told from the top."""

import asyncio
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from sandbox.local_sandbox import LocalSandbox, tree

from devagent.errors import CannotRun, SandboxError
from devagent.repair.batch import Goal, Outcome, Variant, run_batch
from devagent.repair.candidates import Stretch
from devagent.repair.edit import Change, Span, edit
from devagent.repair.search import Found, Search
from devagent.repair.sites import way_of
from devagent.repair.starting import starting
from devagent.sandbox.choice import open_sandbox
from devagent.sandbox.ecosystem import Ecosystem, detect
from devagent.sandbox.sandbox import Sandbox

FOLDER = "packages/shop"
CART = """let runs = 0;
function total(prices, limit) {
  runs += 1;
  let found = 0;
  for (const price of prices) {
    if (price < limit) found += price;
  }
  return found;
}
const times = () => runs;
"""
ROUNDING = "function cents(amount) {\n  return amount / 100;\n}\n"
TESTS = """
it('limit', () => assert.equal(total(readFileSync('test/prices.txt', 'utf8').split(' ').map(Number), 5), 6));
it('over', () => assert.equal(total([1, 6], 5), 1));
it('cents', () => assert.equal(cents(2), 200));
it('starts anew', () => assert.ok(times() <= 2));
"""
KINDS = {
    "cjs": {
        "cart": f"{CART}module.exports = {{ total, times }};\n",
        "rounding": f"{ROUNDING}module.exports = {{ cents }};\n",
        "runner": "const { it } = require('node:test');\n",
        "head": "const assert = require('node:assert');\nconst { readFileSync } = require('node:fs');\n"
        "const { total, times } = require('../src/cart');\n"
        "const { cents } = require('../../money/src/rounding');\n",
        "package": "{}",
    },
    "esm": {
        "cart": f"{CART}export {{ total, times }};\n",
        "rounding": f"{ROUNDING}export {{ cents }};\n",
        "runner": "import { it } from 'node:test';\n",
        "head": "import assert from 'node:assert';\nimport { readFileSync } from 'node:fs';\n"
        "import { total, times } from '../src/cart.js';\n"
        "import { cents } from '../../money/src/rounding.js';\n",
        "package": '{"type": "module"}',
    },
}
SOURCE, SIBLING, TEST = f"{FOLDER}/src/cart.js", "packages/money/src/rounding.js", f"{FOLDER}/test/cart.test.js"
LIMIT, OVER, CENTS, ANEW = (f"{TEST}::{name}" for name in ("limit", "over", "cents", "starts anew"))
node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def repository(kind: str, more: str = "") -> dict[str, str]:
    texts = KINDS[kind]
    return {
        "package.json": "{}",
        SOURCE: texts["cart"],
        f"{FOLDER}/package.json": texts["package"],
        f"{FOLDER}/test/prices.txt": "1 5",
        TEST: f"{texts['runner']}{texts['head']}{more}{TESTS}",
        SIBLING: texts["rounding"],
        "packages/money/package.json": texts["package"],
        "src/cart.js": "throw new Error('of nobody');\n",
    }


async def started(root: Path, files: Mapping[str, str]) -> tuple[LocalSandbox, Ecosystem]:
    sandbox = LocalSandbox(root / "box")
    await sandbox.start()
    await sandbox.sync(tree(files))
    return sandbox, detect(tree(files), folder=FOLDER)


async def repaired(sandbox: Sandbox, ecosystem: Ecosystem, path: str, text: str, tests: Sequence[str]) -> Found | None:
    stretch = Stretch(path, text.encode(), 1, text.count("\n"))
    search = Search(sandbox, ecosystem, [stretch], tests, keep=[OVER], seconds=90.0, test_seconds=3.0)
    return await anext(search.survivors(), None)


def repaired_here(root: Path, files: Mapping[str, str], path: str, tests: Sequence[str]) -> Found | None:
    async def go() -> Found | None:
        return await repaired(*await started(root, files), path, files[path], tests)

    return asyncio.run(go())


def changed(files: Mapping[str, str], path: str, old: str, new: str) -> dict[str, bytes]:
    return {path: files[path].replace(old, new).encode()}


def tried(root: Path, files: Mapping[str, str], changes: Sequence[tuple[str, str]], goal: Goal) -> list[Outcome]:
    """What becomes of changes (old text, new text) of the project's source."""
    before = files[SOURCE].encode()

    def variant(old: str, new: str) -> Variant:
        start = files[SOURCE].index(old)
        made = edit(before, Change((Span(start, start + len(old), new.encode()),)), "test", 1, 1.0)
        return Variant(SOURCE, made, way_of(SOURCE, before, made))

    async def go() -> list[Outcome]:
        sandbox, ecosystem = await started(root, files)
        variants = [variant(*change) for change in changes]
        return await run_batch(sandbox, ecosystem, {SOURCE: before}, variants, goal, seconds=60.0)

    return sorted(asyncio.run(go()), key=lambda outcome: outcome.variant)


@node
@pytest.mark.parametrize("kind", KINDS)
def test_a_bug_in_a_project_is_repaired_by_its_own_tests_in_its_own_folder(tmp_path: Path, kind: str) -> None:
    files = repository(kind)
    found = repaired_here(tmp_path, files, SOURCE, [LIMIT])
    assert found is not None and found.kept and found.files == changed(files, SOURCE, "price <", "price <=")


@node
@pytest.mark.parametrize("kind", KINDS)
def test_a_bug_in_a_project_that_it_imports_is_repaired_there(tmp_path: Path, kind: str) -> None:
    files = repository(kind)
    found = repaired_here(tmp_path, files, SIBLING, [CENTS])
    assert found is not None and found.files == changed(files, SIBLING, "/", "*")


@node
@pytest.mark.parametrize("kind", KINDS)
def test_variants_run_warm_in_the_folder_each_with_fresh_modules(tmp_path: Path, kind: str) -> None:
    bad = [("+= price", "-= price")] * 40
    changes = [("price < limit", "price < 5"), *bad, ("price < limit", "price <= limit")]
    found = tried(tmp_path, repository(kind), changes, Goal([LIMIT], [OVER, ANEW], 5.0))
    assert [o.survives for o in found] == [False] * 41 + [True]
    assert found[0].ended == "no effect"  # only a warm worker can tell


@node
@pytest.mark.parametrize("kind", KINDS)
def test_what_the_warm_worker_cannot_judge_runs_in_the_folder_too(tmp_path: Path, kind: str) -> None:
    more = "require('node:worker_threads');\n" if kind == "cjs" else "import 'node:worker_threads';\n"
    changes = [("price < limit", "price > limit"), ("price < limit", "price <= limit")]
    found = tried(tmp_path, repository(kind, more), changes, Goal([LIMIT], [OVER], 5.0))
    assert [o.survives for o in found] == [False, True]


@pytest.mark.parametrize("runner", ["jest", "vitest run", "mocha"])
def test_other_runners_are_given_files_as_the_folder_sees_them_and_the_way_to_the_top(runner: str) -> None:
    manifest = json.dumps({"scripts": {"test": runner}})
    ecosystem = detect(tree({"package.json": "{}", f"{FOLDER}/package.json": manifest, TEST: ""}), folder=FOLDER)
    argv, environment = starting(ecosystem, [LIMIT]).commands[TEST].values()
    assert environment["DEVAGENT_ROOT"] == "../.." and not any(FOLDER in word for word in argv)


@pytest.mark.docker
def test_jest_and_mocha_try_edits_in_the_folder_and_in_what_it_imports() -> None:
    # The packages are those of test_repair_runners.py, and so is the environment.
    manifest = json.dumps({"devDependencies": {"jest": "29.7.0", "vitest": "1.6.1", "mocha": "10.8.2"}})
    files = repository("cjs") | {f"{FOLDER}/package.json": manifest, TEST: f"{KINDS['cjs']['head']}{TESTS}"}
    snapshot = tree(files)

    async def go() -> list[Found | None]:
        try:
            recipe = detect(snapshot, folder=FOLDER).recipe(snapshot)
            sandbox = await open_sandbox(recipe, kind="docker", progress=print)
        except (CannotRun, SandboxError) as error:
            pytest.skip(f"no Docker engine that can build an environment: {error}")
        found = []
        try:
            for runner, path, id_ in (("jest", SIBLING, CENTS), ("mocha", SOURCE, LIMIT)):
                await sandbox.sync(snapshot)
                ecosystem = detect(snapshot, command=[runner], folder=FOLDER)
                found.append(await repaired(sandbox, ecosystem, path, files[path], [id_]))
        finally:
            await sandbox.close()
        return found

    found = [one.files if one else None for one in asyncio.run(go())]
    assert found == [changed(files, SIBLING, "/", "*"), changed(files, SOURCE, "price <", "price <=")]
