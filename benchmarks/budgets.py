"""Is a limit ever exceeded, in tokens, money or seconds?

    python benchmarks/budgets.py [--runs 200] [--seed 1] [--no-program]

Random runs spend all they can get: several calls at once, several roles and prices, models that answer late, stall,
refuse or break off, sessions that are killed and resumed with the same limits or raised ones. The models keep an
account of their own of what was spent: it must stay below every limit at every instant, a call counting its worst case
until it is known what it took, and it must agree with the budget and the journal. Time is virtual there. Then the real
program, in real time, with a server on loopback; that part needs namespaces.
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from cli.limited_runs import CASES, LONG_CASES, Outcome, play
from figures import Figure, print_table, report
from models.random_spending import spend


def main() -> int:
    """Spend, compare, print; the exit code is 1 when anything was exceeded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200, help="random runs")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first one")
    parser.add_argument("--no-program", action="store_true", help="the random runs only")
    options = parser.parse_args()
    figures = random_runs(options.seed, options.runs)
    if not options.no_program:
        outcomes = [play(case) for case in (*CASES, *LONG_CASES)]
        print_table(("the program", "exit codes", "s", "as expected"), [row(o) for o in outcomes])
        figures.append(Figure("runs of the program that went otherwise", sum(bool(o.faults) for o in outcomes), 0))
    return report(figures)


def random_runs(first: int, count: int) -> list[Figure]:
    """What came of so many random runs; each fault is printed."""
    counts: Counter[str] = Counter()
    over: Counter[str] = Counter()
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory(dir=quick_folder()) as folder:
            account = spend(seed, Path(folder) / "run")
        for fault in account.faults:
            print(f"run {seed}: {fault}")
        over.update({fault.split(":")[0] if ":" in fault else "disagreement" for fault in account.faults})
        for name in ("calls", "refused", "broken", "cancelled"):
            counts[name] += getattr(account, name)
        counts["answered"] += len(account.answered)
    figures = [Figure("random runs", count)]
    figures += [Figure(f"calls {name}" if name != "calls" else "calls sent", n) for name, n in counts.items()]
    figures += [Figure(f"runs over in {what}", over[what], 0) for what in ("tokens", "cost", "seconds")]
    return [*figures, Figure("runs whose budget, journal and models disagree", over["disagreement"], 0)]


def quick_folder() -> str | None:
    """Where a journal that forces every line to disk is quick."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def row(outcome: Outcome) -> tuple[str, str, str, str]:
    """One run of the program as a row of a table."""
    codes = ", ".join(map(str, outcome.codes))
    return outcome.name, codes, f"{outcome.seconds:.1f}", "; ".join(outcome.faults) or "yes"


if __name__ == "__main__":
    sys.exit(main())
