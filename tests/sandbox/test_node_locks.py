"""The lock files of Yarn and pnpm: what they say is what the tests find, and what cannot be followed is told."""

import asyncio

import pytest
from local_sandbox import tree

from devagent.errors import CannotRun, SandboxError
from devagent.sandbox.choice import open_sandbox
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.results import TestRun
from devagent.sandbox.runner import TestRunner

pytestmark = pytest.mark.docker

# The newest that fits is 3.0.1.
MANIFEST = '{"name": "x", "packageManager": "none@1.0.0", "dependencies": {"is-odd": "^3.0.0"}}'
FOUND = """const { test } = require('node:test');
const { strictEqual } = require('node:assert');
test('the package is there', () => strictEqual(require('is-odd')(3), true));
test('it is the one of the lock file', () => strictEqual(require('is-odd/package.json').version, '3.0.0'));
"""
NUMBER = "sha512-Wu1VHeILBK8KAWJUAiSZQX94GmOE45Rg6/538fKwiloUu21KncEkYGPqob2oSZ5mUT73vLGrHQjKw3KMPwfDzg=="
ODD = "sha512-204vE5IJ0Cd6pA6x1dMyLooGk6/xeKuq90imFuJN/ndMDBP4Sk9tJpBlTedHPvt6KDbtTDTsjVzzgctFqNV7FQ=="
YARN = f"""# yarn lockfile v1

is-number@^6.0.0:
  version "6.0.0"
  resolved "https://registry.yarnpkg.com/is-number/-/is-number-6.0.0.tgz#e6d15ad31fc262887cccf217ae5f9316f81b1995"
  integrity {NUMBER}

is-odd@^3.0.0:
  version "3.0.0"
  resolved "https://registry.yarnpkg.com/is-odd/-/is-odd-3.0.0.tgz#299227de776cc212813d674ffae0dcde1d9618af"
  integrity {ODD}
  dependencies:
    is-number "^6.0.0"
"""
BERRY = """__metadata:
  version: 8
  cacheKey: 10c0

"is-number@npm:^6.0.0":
  version: 6.0.0
  resolution: "is-number@npm:6.0.0"
  checksum: 10c0/5da4c68401529675c575878d2760d66f18eaef4b014858577f6003daf66488d7fe4eae684b1e8574e3fa1bb447c6c6c56b8491d2b4b3239da2d32e5f6f218008
  languageName: node
  linkType: hard

"is-odd@npm:^3.0.0":
  version: 3.0.0
  resolution: "is-odd@npm:3.0.0"
  dependencies:
    is-number: "npm:^6.0.0"
  checksum: 10c0/34476bccc3993ea281a5a2b4111e5686a36a39278687145c3151b9df8b567aacf3e70bc09cb3f334b7d5b2410e8a58a5b8731b792789c5fb007b7b264eaedac4
  languageName: node
  linkType: hard

"x@workspace:.":
  version: 0.0.0-use.local
  resolution: "x@workspace:."
  dependencies:
    is-odd: "npm:^3.0.0"
  languageName: unknown
  linkType: soft
"""  # noqa: E501
PNPM = f"""lockfileVersion: '9.0'

settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false

importers:

  .:
    dependencies:
      is-odd:
        specifier: ^3.0.0
        version: 3.0.0

packages:

  is-number@6.0.0:
    resolution: {{integrity: {NUMBER}}}

  is-odd@3.0.0:
    resolution: {{integrity: {ODD}}}

snapshots:

  is-number@6.0.0: {{}}

  is-odd@3.0.0:
    dependencies:
      is-number: 6.0.0
"""


def in_docker(lock: str, content: str) -> TestRun:
    files = tree({"package.json": MANIFEST, "test/odd.test.js": FOUND, lock: content})

    async def go() -> TestRun:
        ecosystem = detect(files)
        try:
            sandbox = await open_sandbox(ecosystem.recipe(files), kind="docker", progress=print)
        except (CannotRun, SandboxError) as error:
            pytest.skip(f"no Docker engine that can build an environment: {error}")
        try:
            await sandbox.sync(files)
            return await TestRunner(sandbox, ecosystem).run()
        finally:
            await sandbox.close()

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("lock", "content"),
    [("yarn.lock", YARN), ("yarn.lock", BERRY), ("pnpm-lock.yaml", PNPM)],
    ids=["yarn", "berry", "pnpm"],
)
def test_a_lock_file_is_followed_by_the_tool_that_wrote_it(lock: str, content: str) -> None:
    run = in_docker(lock, content)
    assert (run.trouble, [r.status for r in run.results], run.notes) == ("", ["passed", "passed"], ())


def test_a_lock_file_that_cannot_be_followed_is_told() -> None:
    run = in_docker("pnpm-lock.yaml", PNPM.replace("'9.0'", "'99.0'"))
    assert run.notes == ("pnpm-lock.yaml could not be followed: the packages are the newest that package.json allows",)
    assert run.by_id()["test/odd.test.js::the package is there"].status == "passed"
