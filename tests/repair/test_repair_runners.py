"""The search in projects whose tests run by Jest, Vitest or Mocha: their own runner says which edits pass."""

import asyncio
import json

import pytest
from sandbox.local_sandbox import tree

from devagent.errors import CannotRun, SandboxError
from devagent.repair.candidates import Stretch
from devagent.repair.search import Found, Search
from devagent.sandbox.choice import open_sandbox
from devagent.sandbox.ecosystem import detect

pytestmark = pytest.mark.docker

# One environment for all, and for tests/sandbox/test_node_runners.py: what differs is the command.
PACKAGES = {"jest": "29.7.0", "vitest": "1.6.1", "mocha": "10.8.2"}
LABEL = """function label(count) {
  const noun = count !== 1 ? 'item' : 'items';
  return `${count} ${noun}`;
}
"""
TYPED = "export " + LABEL.replace("(count)", "(count: number): string").replace("noun =", "noun: string =")
TESTS = """
describe('label', () => {
  it('has one', () => same(label(1), '1 item'));
  it('has two', () => same(label(2), '2 items'));
});
it('loads', () => {});
"""
CJS = {"src/label.js": LABEL + "module.exports = { label };\n"}
REQUIRE = "const { label } = require('../src/label');\n"
REPOSITORIES = {
    "jest --runInBand": CJS | {"test/label.test.js": f"{REQUIRE}const same = (a, b) => expect(a).toBe(b);\n{TESTS}"},
    "mocha test --timeout 900": CJS
    | {"test/label.test.js": f"{REQUIRE}const same = require('assert').strictEqual;\n{TESTS}"},
    "vitest": {
        "src/label.ts": TYPED,
        "test/label.test.ts": "import { describe, expect, it } from 'vitest';\nimport { label } from '../src/label';\n"
        f"const same = (a: unknown, b: unknown) => expect(a).toBe(b);\n{TESTS}",
    },
}


@pytest.mark.parametrize("command", REPOSITORIES)
def test_a_bug_is_repaired_with_the_projects_own_runner(command: str) -> None:
    files = tree({**REPOSITORIES[command], "package.json": json.dumps({"devDependencies": PACKAGES})})
    source, test = REPOSITORIES[command]
    stretch = Stretch(source, files[source].content, 1, 4)
    failing = [f"{test}::label > has {number}" for number in ("one", "two")]

    async def go() -> Found | None:
        ecosystem = detect(files, command=command.split())
        try:
            sandbox = await open_sandbox(ecosystem.recipe(files), kind="docker", progress=print)
        except (CannotRun, SandboxError) as error:
            pytest.skip(f"no Docker engine that can build an environment: {error}")
        try:
            await sandbox.sync(files)
            search = Search(sandbox, ecosystem, [stretch], failing, keep=[f"{test}::loads"], seconds=90, test_seconds=3)
            return await anext(search.survivors(), None)
        finally:
            await sandbox.close()

    found = asyncio.run(go())
    assert found is not None and found.kept
    assert b"count === 1" in found.files[source] or b"'items' : 'item'" in found.files[source]
