"""Jest, Vitest and Mocha in a real sandbox: every test is reported by file and full name, and can be chosen."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from local_sandbox import tree

from devagent.errors import CannotRun, SandboxError
from devagent.sandbox.choice import open_sandbox
from devagent.sandbox.coverage import coverage
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.results import TestRun
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.docker

# One environment for all: what differs is the command.
MANIFEST = json.dumps({"devDependencies": {"jest": "29.7.0", "vitest": "1.6.1", "mocha": "10.8.2"}})
ADD = "exports.add = (a, b) => a + b;\n"
BODY = """
describe('sums', () => {
  it('adds', () => { if (add(1, 2) !== 3) throw new Error('no'); });
  it('is <odd> & "quoted"', () => { expected(add(1, 2), 4); });
  describe('deep', () => { it('throws', () => { throw new TypeError('boom'); }); });
  it.skip('later', () => {});
  it('adds', () => {});
});
"""
NAMES = {
    "sums > adds": "passed",
    'sums > is <odd> & "quoted"': "failed",
    "sums > deep > throws": "failed",
    "sums > later": "skipped",
    "sums > adds #2": "passed",
}
JEST = f"const {{ add }} = require('../lib/add');\nconst expected = (a, b) => expect(a).toBe(b);\n{BODY}"
VITEST = (
    "import { describe, expect, it } from 'vitest';\nimport { add } from '../lib/add.js';\n"
    f"const expected = (a, b) => expect(a).toBe(b);\n{BODY}"
)
MOCHA = (
    "const { add } = require('../lib/add');\nconst assert = require('assert');\n"
    f"const expected = (a, b) => assert.strictEqual(a, b);\n{BODY}"
)
FILES = {
    "package.json": MANIFEST,
    "lib/add.js": ADD,
    "jest.config.json": '{"testMatch": ["<rootDir>/j/*.js"]}',
    "j/sums.js": JEST,
    "j/gone.js": "require('./gone-away');\n",
    "vitest.config.mjs": "export default { test: { include: ['v/*.mjs'] } };\n",
    "v/sums.mjs": VITEST,
    "v/gone.mjs": "import './gone-away.js';\n",
    "m/sums.js": MOCHA,
}
RUNNERS = {
    "j/sums.js": ["jest", "--config", "jest.config.json", "--watchAll"],
    "v/sums.mjs": ["vitest"],
    "m/sums.js": ["mocha", "--reporter", "dot", "--watch", "m"],
}


@pytest.fixture(scope="module")
def box() -> Iterator[tuple[Sandbox, asyncio.AbstractEventLoop]]:
    loop = asyncio.new_event_loop()
    files = tree(FILES)

    async def start() -> Sandbox:
        sandbox = await open_sandbox(detect(files).recipe(files), kind="docker", progress=print)
        await sandbox.sync(files)
        return sandbox

    try:
        sandbox = loop.run_until_complete(start())
    except (CannotRun, SandboxError) as error:
        loop.close()
        pytest.skip(f"no Docker engine that can build an environment: {error}")
    yield sandbox, loop
    loop.run_until_complete(sandbox.close())
    loop.close()


@pytest.fixture
def run(box: tuple[Sandbox, asyncio.AbstractEventLoop]) -> object:
    sandbox, loop = box

    def go(
        command: list[str],
        select: list[str] | None = None,
        more: dict[str, str] | None = None,
        hang_after: float | None = None,
    ) -> TestRun:
        files = tree({**FILES, **(more or {})})
        loop.run_until_complete(sandbox.sync(files))
        runner = TestRunner(sandbox, detect(files), command, timeout=60, hang_after=hang_after)
        return loop.run_until_complete(runner.run(select))

    return go


@pytest.mark.parametrize("file", RUNNERS)
def test_every_test_is_reported_by_file_and_full_name(run, file: str) -> None:  # type: ignore[no-untyped-def]
    seen = run(RUNNERS[file])
    results = {r.id: r for r in seen.results}
    assert seen.trouble == "", seen.output
    assert {i: r.status for i, r in results.items() if "gone" not in i} == {f"{file}::{n}": s for n, s in NAMES.items()}
    assert results[f"{file}::sums > deep > throws"].message.startswith("TypeError: boom")
    wrong = results[f'{file}::sums > is <odd> & "quoted"']
    assert "3" in wrong.message and "4" in wrong.message
    assert f"{file}:" in wrong.details and "/work/" not in wrong.details
    assert wrong.file == file


@pytest.mark.parametrize("file", ["j/sums.js", "v/sums.mjs"])
def test_a_file_that_cannot_be_loaded_is_an_error(run, file: str) -> None:  # type: ignore[no-untyped-def]
    broken = file.replace("sums", "gone")
    (result,) = [r for r in run(RUNNERS[file]).results if r.id == broken]
    assert result.status == "error" and "gone-away" in result.message


@pytest.mark.parametrize("file", RUNNERS)
def test_every_id_selects_its_test(run, file: str) -> None:  # type: ignore[no-untyped-def]
    wanted = [f"{file}::sums > deep > throws", f"{file}::sums > adds"]
    seen = run(RUNNERS[file], wanted)
    assert ([r.id for r in seen.results], seen.trouble) == (wanted, "")


@pytest.mark.parametrize(
    ("file", "statement", "command"),
    [
        ("j/lacks.js", "require('no-such-package'); test('x', () => {});", RUNNERS["j/sums.js"]),
        ("v/lacks.mjs", "import 'no-such-package';", RUNNERS["v/sums.mjs"]),
        ("m/lacks.js", "it('x', () => { require('no-such-package'); });", RUNNERS["m/sums.js"]),
    ],
)
def test_a_missing_package_is_trouble_and_is_named(run, file: str, statement: str, command: list[str]) -> None:  # type: ignore[no-untyped-def]
    seen = run(command, None, {file: statement})
    assert seen.trouble.startswith("the sandbox lacks the package no-such-package"), seen.trouble


def test_handles_that_stay_open_do_not_keep_the_run_from_ending(run) -> None:  # type: ignore[no-untyped-def]
    stays = "it('ends', () => { setInterval(() => {}, 1000); });"
    for file, command in {"j/stays.js": RUNNERS["j/sums.js"], "m/stays.js": RUNNERS["m/sums.js"]}.items():
        seen = run(command, [f"{file}::ends"], {file: stays})
        assert (seen.trouble, [r.status for r in seen.results]) == ("", ["passed"])


@pytest.mark.parametrize(
    ("file", "hanging", "command"),
    [
        ("j/spins.js", "j/spins.js::spins", RUNNERS["j/sums.js"]),
        ("m/spins.js", "m/spins.js::spins", RUNNERS["m/sums.js"]),
    ],
)
def test_a_test_that_hangs_is_ended_and_what_was_seen_before_counts(  # type: ignore[no-untyped-def]
    run, file: str, hanging: str, command: list[str]
) -> None:
    spins = "it('ends', () => {}); it('spins', () => { for (;;); });"
    seen = run(command, [f"{file}::ends", hanging], {file: spins}, hang_after=3.0)
    assert (seen.trouble, {r.id: r.status for r in seen.results}) == (
        "",
        {f"{file}::ends": "passed", hanging: "failed"},
    )
    assert seen.by_id()[hanging].hung and seen.seconds < 40


SIGN = "interface Wide {\n  n: number;\n}\n\nexport function sign(n: number): string {\n  if (n < 0) {\n    return '-';\n  }\n  return '+';\n}\n"  # noqa: E501
PLAIN = (
    SIGN.replace("interface Wide {\n  n: number;\n}\n", "/*\n *\n */\n").replace(": number", "").replace(": string", "")
)
SIGNS = "it('minus', () => same(sign(-1), '+'));\nit('plus', () => same(sign(1), '+'));\n"
RECORDED = {
    "j/sign.js": "const { sign } = require('../lib/sign');\nconst same = (a, b) => expect(a).toBe(b);\n",
    "v/sign.mjs": "import { expect, it } from 'vitest';\nimport { sign } from '../lib/typed';\n"
    "const same = (a, b) => expect(a).toBe(b);\n",
    "m/sign.js": "const { sign } = require('../lib/sign');\nconst same = require('assert').strictEqual;\n",
}


@pytest.mark.parametrize(("file", "command"), list(zip(RECORDED, RUNNERS.values(), strict=True)))
def test_lines_are_told_per_test_as_they_stand_in_the_file(  # type: ignore[no-untyped-def]
    box, file: str, command: list[str]
) -> None:
    sandbox, loop = box
    more = {"lib/sign.js": PLAIN.replace("export function", "exports.sign = function"), "lib/typed.ts": SIGN}
    files = tree({**FILES, **more, file: RECORDED[file] + SIGNS})
    loop.run_until_complete(sandbox.sync(files))
    runner = TestRunner(sandbox, detect(files), command, timeout=60)
    minus, plus = f"{file}::minus", f"{file}::plus"
    found = loop.run_until_complete(coverage(runner, [minus], [plus])).lines
    source = "lib/typed.ts" if file.startswith("v") else "lib/sign.js"
    assert {6, 7} <= found[minus][source] and 9 not in found[minus][source]
    assert {6, 9} <= found[plus][source] and 7 not in found[plus][source]
