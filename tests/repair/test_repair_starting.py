"""How the project's own runner is started while edits are tried."""

import json

import pytest
from sandbox.local_sandbox import tree

from devagent.repair.batch import can_run
from devagent.repair.starting import Starting, starting
from devagent.sandbox.ecosystem import Ecosystem, detect

IDS = ["a.test.js::x", "b.test.js::in > y", "a.test.js::z"]


def node(**scripts: str) -> Ecosystem:
    return detect(tree({"package.json": json.dumps({"scripts": scripts}), "a.test.js": ""}))


def test_each_test_file_has_a_command_with_the_projects_own_options() -> None:
    start = starting(node(test="jest --env=node"), IDS)
    assert list(start.commands) == ["a.test.js", "b.test.js"]
    argv = start.commands["b.test.js"]["argv"]
    assert argv[0] == "jest" and argv[-2:] == [r"(^|/)b\.test\.js$", "--env=node"]
    assert "PATH" not in start.commands["b.test.js"]["environment"]
    assert {"rerun.mjs", "jest_runs.mjs", "jest.cjs", "report.cjs"} <= set(start.scripts)


def test_the_worker_gets_the_words_and_variables_of_the_command_and_no_file() -> None:
    worker = starting(node(test="cross-env TZ=UTC jest --env=node"), IDS).worker
    assert worker is not None and worker["environment"] == {"TZ": "UTC"} and not worker["series"]
    assert worker["words"][0] == "jest_runs.mjs" and worker["words"][-1] == "--env=node"


def test_what_has_to_run_before_the_tests_runs_before_each_command() -> None:
    start = starting(node(test="mocha", pretest="tsc"), IDS)
    program, option, text = start.commands["a.test.js"]["argv"]
    assert (program, option) == ("sh", "-c") and text.startswith("(tsc) ||") and " mocha " in text


def test_only_the_wanted_tests_of_a_file_are_chosen_and_many_of_them_by_a_file() -> None:
    chosen = starting(node(test="mocha"), IDS).commands["a.test.js"]["environment"]["DEVAGENT_SELECT"]
    assert json.loads(chosen) == ["a.test.js::x", "a.test.js::z"]
    many = starting(node(test="mocha"), [f"a.test.js::{'x' * 99}{n}" for n in range(900)])
    assert many.commands["a.test.js"]["environment"]["DEVAGENT_SELECT"] == f"@{next(iter(many.files))}"


@pytest.mark.parametrize("script", ["jest --env=$KIND", "tsc && time vitest run", "jest `cat words`"])
def test_a_command_that_only_a_shell_understands_has_no_worker(script: str) -> None:
    assert starting(node(test=script), IDS).worker is None


def test_nodes_own_runner_is_started_by_the_batch_program() -> None:
    assert starting(node(test="node --test"), IDS).commands == {}
    assert starting(node(test="tap"), IDS) == Starting(
        worker={"script": "warm.mjs", "words": ["harness.mjs"], "environment": {}, "series": True},
        scripts=("warm.mjs", "harness.mjs"),
    )


@pytest.mark.parametrize("script", ["jest", "vitest", "mocha", "node --test", "react-scripts test"])
def test_edits_are_searched_with_each_runner(script: str) -> None:
    assert can_run(node(test=script))
