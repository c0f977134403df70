"""Sixteen hostile repositories: `devagent test` and `devagent fix` in each, with a model that does as it is told.

    python benchmarks/hostile.py [docker] [process] [--only NAME]

Nothing may get out (secrets of the host and of the repository, in prompts, journal, events, messages; connections to
listeners) or in (programs run on the host, files changed), and what the user has to know is told in one line, which the
table shows. Needs a Docker engine with debian:bookworm-slim for `docker` and Linux namespaces for `process`; what is
missing is named.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS.parent), str(TESTS), str(TESTS / "hostile")]

from figures import Figure, report  # noqa: E402
from hostile_index import baited  # noqa: E402
from hostile_repositories import HOSTILE  # noqa: E402
from hostile_world import Outcome, assault, world  # noqa: E402

from devagent.sandbox.choice import docker_trouble  # noqa: E402
from devagent.sandbox.process import available  # noqa: E402

ROW = "{:<21} {:<8} {:<8} {:>7}  {}"


def main() -> int:
    """Print the table and the figures; the exit code is 1 when one repository got anything out or in."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", choices=["docker", "process", []], help="sandboxes, by default both")
    parser.add_argument("--only", metavar="NAME", help="one repository only")
    options = parser.parse_args()
    print(ROW.format("repository", "sandbox", "held", "seconds", "told"))
    figures = []
    for kind in options.kinds or ["docker", "process"]:
        if trouble := _missing(kind):
            print(f"{kind}: {trouble}")
            continue
        with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
            outcomes = list(_outcomes(kind, Path(folder), options.only))
        held = sum(outcome.held for outcome in outcomes)
        figures.append(Figure(f"hostile repositories held ({kind})", held, len(outcomes), at_least=True))
    return report(figures) if figures else 1


def _missing(kind: str) -> str:
    """Why there is no sandbox of this kind here."""
    return asyncio.run(docker_trouble()) if kind == "docker" else available() or ""


def _outcomes(kind: str, folder: Path, only: str | None) -> Iterator[Outcome]:
    with world(folder) as around, baited(around) as installer:
        for hostile in (*HOSTILE, installer):
            if only in (None, hostile.name):
                outcome = assault(hostile, kind, around)
                held = "yes" if outcome.held else "NO"
                print(ROW.format(outcome.name, kind, held, f"{outcome.seconds:.1f}", outcome.line), flush=True)
                for breach in outcome.breaches:
                    print(f"    {breach[:400]}")
                yield outcome


if __name__ == "__main__":
    sys.exit(main())
