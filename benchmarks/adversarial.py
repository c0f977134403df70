"""The adversarial suite as a table: which attack, in which sandbox, contained or not, what a person is told.

    python benchmarks/adversarial.py [docker] [process]

Needs a Docker engine with debian:bookworm-slim for `docker`, and Linux namespaces for `process`; what is missing is
named. Exits with 1 when anything was not contained or the run after it did not work.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests/sandbox")]

from adversary import LIMITS, Host, Outcome, assault, attacks, host  # noqa: E402

from devagent.errors import SandboxError  # noqa: E402
from devagent.sandbox.docker import DockerSandbox  # noqa: E402
from devagent.sandbox.process import ProcessSandbox, available  # noqa: E402
from devagent.sandbox.sandbox import Sandbox  # noqa: E402

BASE = "debian:bookworm-slim"
ROW = "{:<20} {:<8} {:<10} {:>7} {:<8} {}"


def main() -> int:
    """Print the table; the exit code says whether everything held."""
    kinds = sys.argv[1:] or ["docker", "process"]
    print(ROW.format("attack", "sandbox", "contained", "seconds", "next run", "told as"))
    with tempfile.TemporaryDirectory() as folder, host(Path(folder)) as target:
        outcomes = [outcome for kind in kinds for outcome in asyncio.run(_all(kind, target))]
    held = sum(o.contained and not o.next_trouble for o in outcomes)
    print(f"{held} of {len(outcomes)} attacks contained with a working run after each")
    return 0 if outcomes and held == len(outcomes) else 1


async def _all(kind: str, target: Host) -> list[Outcome]:
    labels = {"devagent.run": "adversarial"}
    sandbox: Sandbox
    if kind == "docker":
        sandbox = DockerSandbox(BASE, limits=LIMITS, labels=labels)
    elif reason := available():
        print(f"process: {reason}")
        return []
    else:
        sandbox = ProcessSandbox(None, limits=LIMITS, labels=labels)
    try:
        await sandbox.start()
    except SandboxError as error:
        print(f"{kind}: {error}")
        return []
    outcomes = []
    try:
        for attack in attacks():
            outcomes.append(await assault(sandbox, attack, target))
            _show(outcomes[-1])
    finally:
        await sandbox.close()
    return outcomes


def _show(outcome: Outcome) -> None:
    contained, after = "yes" if outcome.contained else "NO", "NO" if outcome.next_trouble else "works"
    seconds = f"{outcome.seconds:.2f}"
    print(ROW.format(outcome.attack, outcome.kind, contained, seconds, after, outcome.line), flush=True)
    for trouble in (*outcome.breaches, outcome.next_trouble):
        if trouble:
            print(f"    {trouble[:300]}")


if __name__ == "__main__":
    sys.exit(main())
