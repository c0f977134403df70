"""kill -9 at every step of `apply` and `undo`: is the checkout entirely before or entirely after?

    python benchmarks/kill_apply.py [--reach files|index|commit|branch] [--every 1]

A step is an instant right before or right after one effect: on a file, a folder, the index, a ref, a commit, the record
itself. Each is killed twice: once with a recovery that runs through, once with a recovery that is itself killed and run
again. Exits 1 if any checkout is neither.
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "tests" / "proposal")]

from crash_scenario import CHANGES, REACHES, Scenario  # noqa: E402
from figures import Figure, print_table, report  # noqa: E402


def main() -> int:
    """Print one line an action, kind of reach and kind of recovery."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reach", choices=list(REACHES), action="append", help="only this far; may be repeated")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="kill at every Nth step only")
    options = parser.parse_args()
    print(f"{len(CHANGES)} changed paths")
    rows = []
    for reach in options.reach or REACHES:
        with tempfile.TemporaryDirectory() as folder:
            scenario = Scenario(Path(folder), reach)
            for action in ("apply", "undo"):
                for twice in (False, True):
                    counts = _crashes(scenario, action, options.every, twice)
                    rows.append((action, reach, "killed too" if twice else "undisturbed", *_columns(counts)))
    print_table(("action", "reach", "recovery", "killed", "before", "after", "neither"), rows)
    return report([Figure("neither entirely before nor entirely after", sum(row[-1] for row in rows), 0)])


def _crashes(scenario: Scenario, action: str, every: int, twice: bool) -> Counter[str]:
    steps = range(1, scenario.steps(action) + 1, every)
    return Counter(scenario.crash(action, step, crash_recovery=twice).ended for step in steps)


def _columns(counts: Counter[str]) -> tuple[int, int, int, int]:
    return counts.total(), counts["before"], counts["after"], counts.total() - counts["before"] - counts["after"]


if __name__ == "__main__":
    sys.exit(main())
