"""Random odd checkouts: does `apply`, then `undo`, leave the exact bytes, or refuse and change nothing?

    python benchmarks/checkouts.py [--count 500] [--seed 0] [--workers 2]

A checkout combines two to seven of: uncommitted work in the same file, CRLF, byte-order marks, Latin-1, no newline at
the end, symlinks, executable bits, renames, deletions, binary files, submodules, sparse checkouts, linked work trees,
spaces and non-ASCII names, names that clash by case, files that become folders. The proposal goes to the work tree, or
on to the index, a commit or a branch. Meanwhile the user edits the same file, in another line or the same, changes its
line endings or mode, or deletes it. Then it is applied and undone, and both again, each killed (kill -9) at a random
moment and followed by the next command. What has to come of it is worked out without devagent.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "tests" / "proposal")]

from figures import Figure, print_table, report  # noqa: E402
from odd_checkouts import FEATURES  # noqa: E402
from odd_outcomes import Outcome, examine  # noqa: E402


def main() -> int:
    """Examine, print the counts; the exit code is 1 when one checkout is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500, help="how many checkouts")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first; the next have the next ones")
    parser.add_argument("--workers", type=int, default=2, help="how many at a time")
    options = parser.parse_args()
    started = time.monotonic()
    seeds = range(options.seed, options.seed + options.count)
    with ProcessPoolExecutor(options.workers) as pool:
        outcomes = list(pool.map(_examined, seeds))
    for seed, outcome in zip(seeds, outcomes, strict=True):
        if outcome.wrong:
            print(f"seed {seed} ({', '.join(sorted(outcome.features))}; {outcome.reach}): {outcome.wrong}")
    _print_counts(outcomes)
    print(f"{time.monotonic() - started:.0f} s")
    wrong = sum(bool(outcome.wrong) for outcome in outcomes)
    return report(
        [
            Figure("checkouts examined", len(outcomes), options.count, at_least=True),
            Figure("neither exact nor a refusal that changes nothing", wrong, 0),
        ]
    )


def _examined(seed: int) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="devagent-checkout-", ignore_cleanup_errors=True) as folder:
        return examine(seed, Path(folder))


def _print_counts(outcomes: list[Outcome]) -> None:
    rows = []
    for feature in (*FEATURES, "all"):
        these = [outcome for outcome in outcomes if feature == "all" or feature in outcome.features]
        refused = sum(bool(outcome.refused) for outcome in these)
        rows.append((feature, len(these), len(these) - refused, refused, sum(bool(outcome.wrong) for outcome in these)))
    print_table(("checkouts with", "number", "applied and undone", "refused", "wrong"), rows)
    print()
    kills = Counter(word for outcome in outcomes for word in outcome.killed)
    print_table(("killed, then recovered", "number"), sorted(kills.items()))
    print()
    reaches = Counter((outcome.reach, outcome.meddled) for outcome in outcomes)
    print_table(("applied to", "meanwhile", "number"), [(*key, number) for key, number in sorted(reaches.items())])


if __name__ == "__main__":
    sys.exit(main())
