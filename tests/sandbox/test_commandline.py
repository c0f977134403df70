"""Where a test command names its runner, and what goes in and out of it."""

import pytest
from local_sandbox import tree

from devagent.sandbox.commandline import insert, taken_apart, unwrapped, without
from devagent.sandbox.definition import load
from devagent.sandbox.ecosystem import Ecosystem, detect
from devagent.sandbox.invocation import Wish, invocation, resolve


@pytest.mark.parametrize(
    ("argv", "extended"),
    [
        (["pytest", "x"], ("pytest", "-p", "o", "x")),
        (["coverage", "run", "-m", "pytest"], ("coverage", "run", "-m", "pytest", "-p", "o")),
        (["env", "A=1", "bin/pytest", "x"], ("env", "A=1", "bin/pytest", "-p", "o", "x")),
        (["bash", "-c", "A=1 pytest -q | cat"], ("bash", "-c", "A=1 pytest -p o -q | cat")),
        (["sh", "-c", "./node_modules/.bin/pytest; x"], ("sh", "-c", "./node_modules/.bin/pytest -p o; x")),
        (["sh", "-c", "(pytest) && x"], ("sh", "-c", "(pytest -p o) && x")),
        (["sh", "-c", "pytest a; pytest b"], None),
        (["sh", "-c", "x pytest.ini py.pytest-x"], None),
        (["make", "pytest"], None),
        (["tox"], None),
        ([], None),
    ],
)
def test_options_go_behind_the_word_that_names_the_runner(argv: list[str], extended: tuple[str, ...] | None) -> None:
    assert insert(argv, ["pytest"], ["-p", "o"], ["env"]) == extended


@pytest.mark.parametrize(
    ("argv", "left"),
    [
        (["mocha", "--watch", "a"], ("mocha", "a")),
        (["mocha", "--reporter", "dot", "-R=min", "-w", "a"], ("mocha", "a")),
        (["mocha", "watch", "--watch-files", "x"], ("mocha", "watch", "--watch-files", "x")),
        (["sh", "-c", "A=1 mocha --reporter dot --watch a; x --watch"], ("sh", "-c", "A=1 mocha   a; x --watch")),
    ],
)
def test_what_would_keep_the_report_from_us_is_taken_out(argv: list[str], left: tuple[str, ...]) -> None:
    mocha = next(runner for runner in load("node").test.runners if runner.name == "mocha")
    assert without(argv, mocha) == left


@pytest.mark.parametrize(
    ("argv", "left"),
    [
        (["npx", "jest", "a"], ("jest", "a")),
        (["c8", "--100", "node", "--test"], ("node", "--test")),
        (["sh", "-c", "a && nyc --all mocha 'x/*'"], ("sh", "-c", "a && mocha 'x/*'")),
        (["c8", "ava"], ("c8", "ava")),
        (["uv", "run", "--frozen", "python3.12", "-m", "pytest"], ("python3.12", "-m", "pytest")),
    ],
)
def test_wrappers_fall_away_up_to_the_runner(argv: list[str], left: tuple[str, ...]) -> None:
    assert unwrapped(argv, ["npx", "c8", "nyc", "uv"], ["jest", "mocha", "pytest", "node"]) == left


def node(script: str, **scripts: str) -> Ecosystem:
    texts = ", ".join(f'"{name}": "{text}"' for name, text in {"test": script, **scripts}.items())
    return detect(tree({"package.json": f'{{"scripts": {{{texts}}}}}'}))


@pytest.mark.parametrize(
    ("ecosystem", "command", "runner"),
    [
        (node("jest"), ("jest",), "jest"),
        (node("npm run unit", unit="vitest run"), ("vitest", "run"), "vitest"),
        (node("yarn lint && pnpm run unit --x", lint="eslint .", unit="mocha a"),
         ("sh", "-c", "eslint . && mocha a --x"), "mocha"),
        (node("npm run a && jest", a="b; c"), ("sh", "-c", "(b; c) && jest"), "jest"),
        (node("npm run test"), ("npm", "run", "test"), ""),
        (node("npm run unit", unit="npm run unit"), ("npm", "run", "unit"), ""),
        (node("npm run unit --workspaces", unit="jest"), ("npm", "run", "unit", "--workspaces"), ""),
        (node("npm run gone"), ("npm", "run", "gone"), ""),
        (node("cross-env A=1 node --experimental-vm-modules node_modules/jest/bin/jest.js"), None, "jest"),
        (node("jest && mocha"), None, ""),
        (node("react-scripts test"), ("react-scripts", "test"), "jest"),
        (node("react-scripts build"), None, ""),
        (node("mocha -x", pretest="npm run build", build="tsc"),
         ("sh", "-c", "(tsc) || { echo 'ERROR: pretest failed'; exit 1; }; mocha -x"), "mocha"),
    ],
)  # fmt: skip
def test_scripts_that_name_others_are_looked_through(
    ecosystem: Ecosystem, command: tuple[str, ...] | None, runner: str
) -> None:
    assert command is None or ecosystem.command == command
    assert (ecosystem.runner.name if ecosystem.runner else "") == runner


def test_a_script_that_the_user_names_is_the_one_behind_it() -> None:
    ecosystem = node("lint", unit="c8 node --test lib/")
    assert resolve(ecosystem, ("npm", "run", "unit")) == ("node", "--test", "lib/")


@pytest.mark.parametrize(
    ("manifest", "runner", "command"),
    [
        ('{"devDependencies": {"jest": "^29.0.0"}}', "jest", ("jest",)),
        ('{"devDependencies": {"vitest": "1.0"}}', "vitest", ("vitest", "run")),
        ('{"devDependencies": {"mocha": "^10"}}', "mocha", ("mocha",)),
        ('{"keywords": ["jest"], "jest": {"verbose": true}}', "node --test", ("node", "--test")),
    ],
)
def test_without_a_script_the_runner_among_the_packages_is_used(
    manifest: str, runner: str, command: tuple[str, ...]
) -> None:
    found = detect(tree({"package.json": manifest}))
    assert (found.command, found.runner and found.runner.name) == (command, runner)


def test_options_for_react_scripts_go_behind_its_own_word() -> None:
    argv = invocation(node("cross-env A=1 react-scripts test --env=jsdom"), ("npm", "test"), "1", Wish()).argv
    assert argv[:4] == ("cross-env", "A=1", "react-scripts", "test") and argv[4] == "--ci" and argv[-1] == "--env=jsdom"


@pytest.mark.parametrize(
    ("argv", "apart"),
    [
        (["jest", "a"], ({}, ("a",))),
        (["cross-env", "A=1", "react-scripts", "test", "--b"], ({"A": "1"}, ("--b",))),
        (["node", "--import", "x", "bin/jest"], ({"NODE_OPTIONS": "--import x"}, ())),
        (["sh", "-c", "tsc && A='1 2' jest 'x|y' && lint"], ({"A": "1 2"}, ("x|y",))),
        (["sh", "-c", "jest $A"], None),
        (["sh", "-c", "time jest"], None),
        (["sh", "-c", "jest 'a"], None),
        (["sh", "-c", "lint"], None),
    ],
)
def test_a_command_is_taken_apart_as_far_as_no_shell_is_needed(
    argv: list[str], apart: tuple[dict[str, str], tuple[str, ...]] | None
) -> None:
    assert taken_apart(argv, ["jest", "react-scripts test"], ["node", "cross-env"]) == apart


def test_watching_and_measuring_are_left_out_and_a_selection_is_patterns() -> None:
    plan = invocation(node("jest --watchAll --coverage src"), ("npm", "test"), "n", Wish(("a/b.test.js::x > y",)))
    assert plan.argv[:2] == ("jest", "--ci")
    assert plan.argv[-2:] == (r"(^|/)a/b\.test\.js$", "src")
    assert "--watchAll" not in plan.argv and "--coverage" not in plan.argv


def test_in_a_folder_a_selection_is_seen_from_there() -> None:
    files = {"web/package.json": '{"scripts": {"test": "vitest"}}', "web/src/a.test.ts": ""}
    plan = invocation(detect(tree(files), folder="web"), ("vitest",), "n", Wish(("web/src/a.test.ts::x",)))
    assert plan.argv[-1] == "src/a.test.ts"
    assert plan.environment["DEVAGENT_ROOT"] == ".."
