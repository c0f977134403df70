"""What does devagent say to bad input, and how does it end?

    python benchmarks/bad_input.py [--only TEXT]

Each case is made for real: repositories in odd states, servers that answer garbage or nothing, disks that are full
(small ones, mounted in a namespace of their own), folders that cannot be written, an engine whose socket is cut in the
middle of a run, a clock that jumps. The table of what is expected is the one that the tests use. Needs namespaces, and
Docker for one case.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from cli.bad_input import CASES, LONG_CASES, play
from figures import Figure, report


def main() -> int:
    """Make each, print its line and exit code; the exit code is 1 when one is not as expected."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="TEXT", help="cases with this in their name")
    options = parser.parse_args()
    wrong, cases = 0, [case for case in (*CASES, *LONG_CASES) if options.only in case.name]
    for case in cases:
        started = time.monotonic()
        seen = play(case)
        faults = case.faults(seen)
        wrong += bool(faults)
        print(f"{'NO ' if faults else 'yes'} {case.name} ({time.monotonic() - started:.1f} s)")
        print(f"    exit {seen.ended.code}: {seen.line(case.says)}", flush=True)
        for fault in faults:
            print(f"    {fault}")
    return report([Figure("cases", len(cases)), Figure("cases that went otherwise", wrong, 0)])


if __name__ == "__main__":
    sys.exit(main())
