"""Batches of variants on their way into a sandbox, and what comes back from the runner that tries them there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex

from devagent.config.resources import data_folder
from devagent.repair.edit import Edit
from devagent.repair.sites import Site, Way
from devagent.repair.starting import Starting, starting
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.sandbox import Command, Sandbox

PLACE = "/run/devagent"
_PYTHON = [f"devagent_{name}.py" for name in ("warm", "lane", "swaps", "state", "sites", "watch", "pure")]
# Ecosystem → the program, its script and what that needs beside it (all in sandboxes/<ecosystem>/).
_RUNNERS = {
    "python": ("python", "forkserver.py", *_PYTHON),
    "node": (
        "node",
        "batch.mjs",
        "names.mjs",
        "sieve.mjs",
        "warm.mjs",
        "modules.mjs",
        "state.mjs",
        "harness.mjs",
        "watch.mjs",
        "careful.mjs",
        "copy.mjs",
    ),
}
_STYLES = ("pytest", "node --test")
_GRACE = 10.0
# Up to this many seconds for all target tests, every test of a variant is run, to see what it mends in part.
_THOROUGH = 1.0


PUT_OFF = "put off"
"""How a variant ends that did not run, because most likely it does not help."""
_NOT_RUN = ("no effect", PUT_OFF)


@dataclass(frozen=True)
class Variant:
    """One edit of one file; `way` says what it does there, where that is known."""

    path: str
    edit: Edit
    way: Way | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a variant: how many target tests passed, whether those to keep did, whether all did; its end.

    Those to keep are only sure to have been run where more of the target tests passed than before.

    "no effect" means that it did not run, because it was seen to be to the target tests what the code before is.
    """

    variant: int
    passed: int
    kept: bool
    survives: bool
    ended: str

    @property
    def ran(self) -> bool:
        """Whether the tests were run on the variant."""
        return self.ended not in _NOT_RUN


@dataclass(frozen=True)
class Goal:
    """What a variant must do: pass `tests` (of which `before` pass already) and `keep`, within `limit` seconds."""

    tests: Sequence[str]
    keep: Sequence[str]
    limit: float
    before: int = 0


def can_run(ecosystem: Ecosystem) -> bool:
    """Whether there is a batch runner for this ecosystem's tests."""
    runner = ecosystem.runner
    known = runner is None or runner.name in _STYLES or bool(runner.warm)
    return ecosystem.name in _RUNNERS and known


async def run_batch(
    sandbox: Sandbox,
    ecosystem: Ecosystem,
    files: Mapping[str, bytes],
    variants: Sequence[Variant],
    goal: Goal,
    *,
    seconds: float,
) -> list[Outcome]:
    """Try variants in order until one survives or `seconds` are over; outcomes of those that were tried.

    `files` are the contents the variants start from, for every path among them. The workspace is left in any state.
    Raises `SandboxError` when the sandbox itself fails.
    """
    program, *scripts = _RUNNERS[ecosystem.name]
    start = starting(ecosystem, [*goal.tests, *goal.keep]) if ecosystem.name == "node" else Starting()
    for script in dict.fromkeys([*scripts, *start.scripts]):
        await sandbox.write(f"{PLACE}/{script}", (data_folder("sandboxes") / ecosystem.name / script).read_bytes())
    for path, content in start.files.items():
        await sandbox.write(path, content)
    task, results = f"{PLACE}/repair.json", f"/tmp/devagent-repair-{token_hex(6)}.jsonl"
    await sandbox.write(task, _task(ecosystem, files, variants, goal, seconds, start))
    argv = [program, f"{PLACE}/{scripts[0]}", task, results]
    environment = {key: value.format(probes=PLACE) for key, value in ecosystem.environment.items()}
    if ecosystem.prepare:
        argv = ["sh", "-c", f'{ecosystem.prepare}\nexec "$@"', "sh", *argv]
    limit, folder = seconds + goal.limit + _GRACE, ecosystem.folder or "."
    await sandbox.run(Command(argv, timeout=limit, env=environment, cwd=folder))
    return _outcomes(await sandbox.read(results), len(variants))


def _task(
    ecosystem: Ecosystem,
    files: Mapping[str, bytes],
    variants: Sequence[Variant],
    goal: Goal,
    seconds: float,
    start: Starting,
) -> bytes:
    sites = list(dict.fromkeys(variant.way.site for variant in variants if variant.way is not None))
    numbers = {site: number for number, site in enumerate(sites)}
    task = {
        "root": ecosystem.way_up,
        "files": {path: content.decode("latin-1") for path, content in files.items()},
        "variants": [[v.path, v.edit.start, v.edit.end, v.edit.text.decode("latin-1")] for v in variants],
        "tests": list(goal.tests),
        "keep": list(goal.keep),
        "limit": goal.limit,
        "before": goal.before,
        "deadline": seconds,
        "thorough": goal.limit <= 5 * _THOROUGH,
        "sites": [[s.path, s.start, s.end, s.truth, s.own.decode("latin-1")] for s in sites],
        "ways": [_way(variant.way, numbers) for variant in variants],
        "commands": start.commands,
        "worker": start.worker,
    }
    return json.dumps(task).encode("ascii")


def _way(way: Way | None, numbers: Mapping[Site, int]) -> list[object] | None:
    if way is None:
        return None
    text = way.text.decode("latin-1") if way.text else None
    return [numbers[way.site], text, way.usual]


def _outcomes(content: bytes | None, count: int) -> list[Outcome]:
    """The lines of a results file. Untrusted code could have written to it: what does not fit is dropped."""
    found: dict[int, Outcome] = {}
    for line in (content or b"").splitlines():
        try:
            raw = json.loads(line)
            outcome = Outcome(
                int(raw["variant"]), int(raw["passed"]), raw["kept"] is True, raw["survives"] is True, str(raw["ended"])
            )
        except (ValueError, KeyError, TypeError):
            continue
        if 0 <= outcome.variant < count:
            found[outcome.variant] = outcome
    return [found[number] for number in sorted(found)]
