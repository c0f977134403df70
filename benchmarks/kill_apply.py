"""kill -9 at every step of `apply` and `undo`: is the checkout entirely before or entirely after?

    python benchmarks/kill_apply.py

A step is an instant right before or right after one effect. Each is killed twice: once with a recovery that runs
through, once with a recovery that is itself killed and run again. Exits 1 if any checkout is neither.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "tests" / "proposal")]

from crash_scenario import CHANGES, Scenario  # noqa: E402


def main() -> int:
    """Print one line an action and kind of recovery."""
    good = True
    with tempfile.TemporaryDirectory() as folder:
        scenario = Scenario(Path(folder))
        print(f"{len(CHANGES)} changed paths")
        for action in ("apply", "undo"):
            steps = scenario.steps(action)
            for twice in (False, True):
                crashes = [scenario.crash(action, n, crash_recovery=twice) for n in range(1, steps + 1)]
                counts = Counter(crash.ended for crash in crashes)
                print(
                    f"{action}: killed at {steps} steps{', recovery killed too' if twice else ''}: "
                    f"{counts['before']} entirely before, {counts['after']} entirely after, "
                    f"{steps - counts['before'] - counts['after']} neither"
                )
                good &= set(counts) <= {"before", "after"}
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
