"""The main job, measured: how many bugs are resolved, in how many seconds, for how many tokens.

    python benchmarks/main_job.py [--only 03,07] [--methods chain,lite,baseline] [--seconds 180]
        [--seed 0] [--json FILE]

Each bug is made a fresh git repository (its hidden tests and its fix stay outside) and handed to the methods in turn
(methods.py). Resolved means: the method says so, and the visible tests pass in a plain run on what it left (for
devagent, after `devagent apply`). Whether the hidden tests pass too is told beside it. Seconds are the whole command.
The server is warm and the images are built before the clock starts. With `--json`, results are kept a line each, and
what the file holds is not measured again, so that an interrupted measurement goes on.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from figures import Figure, print_table, report
from methods import METHODS, Bench, Measured, warm

QUICK = 60.0
ALL, RESOLVED, YARDSTICK = 20, 16, 12


def main() -> int:
    """Measure what is not yet measured, print, and say by the exit code whether all is as required."""
    options = arguments()
    bugs = chosen(options.bugs, options.only)
    methods = options.methods.split(",")
    known = {(m.bug, m.method): m for m in recorded(options.json)}
    missing = [(bug, method) for bug in bugs for method in methods if (bug.name, method) not in known]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.seconds, options.sandbox, options.seed)
        if missing:
            prepare(bench, list(dict.fromkeys(bug for bug, _ in missing)), methods)
        for number, (bug, method) in enumerate(missing, 1):
            print(f"[{number}/{len(missing)}] {bug.name}, {method} ...", flush=True)
            measured = bench.measure(bug, method)
            known[bug.name, method] = measured
            print(f"    {told(measured)}", flush=True)
            if options.json:
                with options.json.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({**asdict(measured), "limit": options.seconds, "seed": options.seed}) + "\n")
    return summary([known[bug.name, method] for method in methods for bug in bugs], methods)


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    here = Path(__file__).parent / "bugs"
    parser.add_argument("--bugs", type=Path, default=here, help="folder with a folder for each bug")
    parser.add_argument("--only", default="", help="numbers of bugs, with commas between them")
    parser.add_argument("--methods", default=",".join(METHODS), help="some of chain, lite, baseline")
    parser.add_argument("--seconds", type=float, default=180, help="limit for one method on one bug")
    parser.add_argument("--seed", type=int, default=0, help="of the model's samples, for chain and lite")
    parser.add_argument("--sandbox", choices=["docker", "process"], default="docker")
    parser.add_argument("--json", type=Path, help="file of results, a line each; what it holds is not measured again")
    options = parser.parse_args()
    if unknown := set(options.methods.split(",")) - set(METHODS):
        parser.error(f"no method is called {unknown.pop()}")
    return options


def chosen(folder: Path, only: str) -> list[Path]:
    """The folders of the bugs that are wanted."""
    wanted = [number.strip().zfill(2) for number in only.split(",") if number.strip()]
    bugs = sorted(path.parent.resolve() for path in folder.glob("*/bug.toml"))
    return [bug for bug in bugs if not wanted or bug.name[:2] in wanted]


def recorded(file: Path | None) -> list[Measured]:
    """The results that a file holds."""
    if file is None or not file.exists():
        return []
    fields = Measured.__dataclass_fields__
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [Measured(**{name: line[name] for name in fields}) for line in lines]


def prepare(bench: Bench, bugs: Sequence[Path], methods: Sequence[str]) -> None:
    """What is not measured: building environments, loading the model."""
    if set(methods) - {"baseline"}:
        print(f"building the environments of {len(bugs)} bugs before the clock starts", flush=True)
        for bug in bugs:
            bench.build(bug)
    print("warming the embedded model's server before the clock starts", flush=True)
    asyncio.run(warm())


def told(m: Measured) -> str:
    """A result in one line."""
    resolved = f"resolved, hidden tests {'pass' if m.hidden else 'FAIL'}" if m.resolved else f"not resolved ({m.said})"
    return f"{resolved}, {m.seconds:.0f} s, {m.tokens} tokens, {m.way or '-'}"


def summary(results: Sequence[Measured], methods: Sequence[str]) -> int:
    """Print all results and the sums; the exit code is 1 when a required figure is missed."""
    print(
        "\nEnvironments were built and the server was warm before the clock started; each run begins with `git init`.\n"
    )
    head = ("bug", "method", "resolved", "hidden", "seconds", "tokens", "way")
    print_table(head, [_row(m) for m in sorted(results, key=lambda m: (m.bug, methods.index(m.method)))])
    print()
    groups = {method: [m for m in results if m.method == method] for method in methods}
    head = (
        "method",
        "bugs",
        "resolved",
        "hidden",
        "within 60 s",
        "median seconds",
        "tokens",
        "prompt tokens / resolved",
    )
    print_table(head, [_sums(method, group) for method, group in groups.items()])
    if len(results) < ALL * len(methods):
        print(f"\nWhat is required is about all {ALL} bugs.")
        return 0
    figures = []
    if "chain" in groups:
        resolved = _resolved(groups["chain"])
        figures.append(Figure("resolved by chain", resolved, RESOLVED, at_least=True))
        quick = _resolved(groups["chain"], QUICK)
        figures.append(Figure(f"of these within {QUICK:g} s", quick, resolved / 2, at_least=True))
    if "baseline" in groups:
        figures.append(Figure("resolved by the naive method", _resolved(groups["baseline"]), YARDSTICK))
    return report(figures)


def _row(m: Measured) -> tuple[str, ...]:
    hidden = "" if not m.resolved else "pass" if m.hidden else "FAIL"
    resolved = "yes" if m.resolved else f"no ({m.said})"
    return m.bug, m.method, resolved, hidden, f"{m.seconds:.1f}", str(m.tokens), m.way[:40] or "-"


def _sums(method: str, group: Sequence[Measured]) -> tuple[str, ...]:
    hidden, tokens = sum(m.hidden for m in group), sum(m.tokens for m in group)
    middle = f"{median(m.seconds for m in group):.1f}" if group else ""
    counts = (len(group), _resolved(group), hidden, _resolved(group, QUICK))
    each = f"{sum(m.prompt for m in group) / max(1, counts[1]):.0f}"
    return method, *map(str, counts), middle, str(tokens), each


def _resolved(group: Sequence[Measured], within: float = float("inf")) -> int:
    return sum(m.resolved and m.seconds <= within for m in group)


if __name__ == "__main__":
    sys.exit(main())
