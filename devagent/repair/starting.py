"""How a project's own test runner is started while edits are tried, for each test file anew and to stay warm."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from devagent.sandbox import commandline
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.invocation import Invocation, Wish, invocation

# The runner whose tests the batch program starts by itself, and what keeps those warm.
_BUILT_IN = "node --test"
_WARM = ("warm.mjs", "harness.mjs")
# Workers that try whole series of variants by themselves.
_SERIES = "warm.mjs"


@dataclass(frozen=True)
class Starting:
    """What the batch program is told: a command for each test file, and the worker; `scripts` and `files` it needs."""

    commands: dict[str, Any] = field(default_factory=dict)
    worker: dict[str, Any] | None = None
    scripts: tuple[str, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)


def starting(ecosystem: Ecosystem, ids: Sequence[str]) -> Starting:
    """How the runner of this ecosystem's command is started for the tests with these ids."""
    runner = ecosystem.runner
    if runner is None or runner.name == _BUILT_IN:
        script, *words = _WARM if runner is None or not runner.warm else runner.warm
        return Starting(worker=_worker(script, words, {}), scripts=_WARM)
    commands: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for path in dict.fromkeys(id_.split("::")[0] for id_ in ids):
        cold = _invocation(ecosystem, [id_ for id_ in ids if id_.startswith(f"{path}::")])
        more = {name: value for name, value in cold.environment.items() if name not in ecosystem.environment}
        commands[path] = {"argv": list(cold.argv), "environment": more}
        files |= cold.files
    whole = _invocation(ecosystem, ())
    known = commandline.taken_apart(whole.argv, runner.words, ecosystem.carriers)
    script, *adapter = runner.warm
    worker = _worker(script, [*adapter, *known[1]], known[0]) if known is not None else None
    return Starting(commands, worker, (*runner.warm, *whole.probes), files)


def _invocation(ecosystem: Ecosystem, ids: Sequence[str]) -> Invocation:
    """What runs these tests where the workspace is prepared already. Each run is told its report by itself."""
    return invocation(replace(ecosystem, prepare=""), ecosystem.command, "repair", Wish(tuple(ids)))


def _worker(script: str, words: Sequence[str], environment: dict[str, str]) -> dict[str, Any]:
    return {"script": script, "words": list(words), "environment": environment, "series": script == _SERIES}
