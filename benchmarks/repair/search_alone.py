"""Repair by search alone: what `devagent fix --no-model` resolves, how quickly, and how honest it is about it.

    python benchmarks/repair/search_alone.py [--bugs FOLDER ...] [--only 03,07] [--seconds 60] [--json FILE]

Each bug is made a fresh git repository (its hidden tests and its fix stay outside). Whether a proposal is right is seen
by the hidden tests, after `devagent apply`; so is each alternative of an ambiguous one, after `apply --alternative N`.
Environments are built before the clock starts; seconds are the whole command, sandbox included. With `--json` results
are kept a line each, and what the file holds is not measured again.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from figures import Figure, print_table, report  # noqa: E402
from methods import Bench, judge  # noqa: E402
from scratch import DEVAGENT, clean_environment, copy_repository  # noqa: E402

MEDIAN, HONEST, AMONG = 10.0, 85.0, 80.0


@dataclass(frozen=True)
class Searched:
    """What came of one bug. `right` is what the hidden tests say of the proposal, `others` of each alternative."""

    bug: str
    resolved: bool
    right: bool
    others: tuple[bool, ...]
    seconds: float
    way: str
    said: str

    @property
    def ambiguous(self) -> bool:
        """Whether the proposal says that the tests do not tell which is meant."""
        return bool(self.others)


def main() -> int:
    """Measure what is not yet measured, print, and say by the exit code whether all is as required."""
    options = arguments()
    bugs = [bug for folder in options.bugs for bug in chosen(folder, options.only)]
    known = {searched.bug: searched for searched in recorded(options.json)}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.seconds, options.sandbox)
        missing = [bug for bug in bugs if bug.name not in known]
        for bug in missing:
            bench.build(bug)
        for number, bug in enumerate(missing, 1):
            known[bug.name] = measured(bench, bug)
            print(f"[{number}/{len(missing)}] {told(known[bug.name])}", flush=True)
            if options.json:
                with options.json.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(known[bug.name])) + "\n")
    return summary([known[bug.name] for bug in bugs])


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    both = [HERE.parent / "bugs", HERE.parent / "slips"]
    parser.add_argument("--bugs", type=Path, nargs="+", default=both, help="folders with a folder for each bug")
    parser.add_argument("--only", default="", help="numbers of bugs, with commas between them")
    parser.add_argument("--seconds", type=float, default=60, help="limit for one bug")
    parser.add_argument("--sandbox", choices=["docker", "process"], default="docker")
    parser.add_argument("--json", type=Path, help="file of results, a line each; what it holds is not measured again")
    return parser.parse_args()


def chosen(folder: Path, only: str) -> list[Path]:
    """The folders of the bugs that are wanted."""
    wanted = [number.strip().zfill(2) for number in only.split(",") if number.strip()]
    bugs = sorted(path.parent.resolve() for path in folder.glob("*/bug.toml"))
    return [bug for bug in bugs if not wanted or bug.name[:2] in wanted]


def recorded(file: Path | None) -> list[Searched]:
    """The results that a file holds."""
    if file is None or not file.exists():
        return []
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [Searched(**{**line, "others": tuple(line["others"])}) for line in lines]


def measured(bench: Bench, bug: Path) -> Searched:
    """One bug, in a fresh repository."""
    with tempfile.TemporaryDirectory(dir=bench.folder) as scratch:
        repo = copy_repository(bug / "repo", Path(scratch) / "repo")
        flags = ["--no-model", "--json", "--quiet", "--sandbox", bench.sandbox, "--max-seconds", f"{bench.seconds:g}"]
        _, result, seconds = bench.timed([DEVAGENT, "fix", *flags, "-C", str(repo)])
        if result.get("outcome") != "proposed":
            return Searched(bug.name, False, False, (), seconds, "", str(result.get("outcome", "nothing")))
        count = len(result["alternatives"])
        right, *others = (holds(bench, bug, repo, result, number) for number in range(count + 1))
        return Searched(bug.name, True, right, tuple(others), seconds, result["way"], "proposed")


def holds(bench: Bench, bug: Path, repo: Path, result: dict[str, Any], number: int) -> bool:
    """Whether the hidden tests pass with the proposal, or with an alternative of it; nothing is left of either."""
    which = ["--alternative", str(number)] if number else []
    environment = clean_environment(bench.folder / "configuration")
    at = ["-C", str(repo)]
    subprocess.run([DEVAGENT, "apply", result["run"], *which, *at], env=environment, check=True, capture_output=True)
    _, hidden = judge(bug, repo)
    subprocess.run([DEVAGENT, "undo", *at], env=environment, check=True, capture_output=True)
    return hidden


def told(searched: Searched) -> str:
    """A result in one line."""
    if not searched.resolved:
        return f"{searched.bug}: {searched.said}, {searched.seconds:.0f} s"
    right = "right" if searched.right else "WRONG"
    others = f", alternatives {['wrong', 'right'][any(searched.others)]}" if searched.ambiguous else ""
    return f"{searched.bug}: {right}{others}, {searched.seconds:.0f} s, {searched.way}"


def summary(results: Sequence[Searched]) -> int:
    """Print all results and the sums; the exit code is 1 when a required figure is missed."""
    rows = [(r.bug, _seen(r), _others(r), f"{r.seconds:.1f}", r.way.removeprefix("search: ")[:50]) for r in results]
    print_table(("bug", "proposal", "alternatives", "seconds", "edit"), rows)
    found = [r for r in results if r.resolved]
    plain, ambiguous = [r for r in found if not r.ambiguous], [r for r in found if r.ambiguous]
    among = sum(r.right or any(r.others) for r in ambiguous)
    print(f"\n{len(found)} of {len(results)} resolved without a model, {sum(r.right for r in found)} of them right;")
    print(f"{len(plain)} not ambiguous, {sum(r.right for r in plain)} right; {len(ambiguous)} ambiguous, {among} with")
    print("the right behaviour among what is shown.")
    figures = [Figure("median seconds of those resolved", median(r.seconds for r in found), MEDIAN)] if found else []
    if plain:
        figures.append(
            Figure("right of the others, %", 100 * sum(r.right for r in plain) / len(plain), HONEST, at_least=True)
        )
    if ambiguous:
        figures.append(Figure("right among the ambiguous, %", 100 * among / len(ambiguous), AMONG, at_least=True))
    return report(figures)


def _seen(searched: Searched) -> str:
    return ("right" if searched.right else "WRONG") if searched.resolved else searched.said


def _others(searched: Searched) -> str:
    return " ".join("right" if other else "wrong" for other in searched.others)


if __name__ == "__main__":
    sys.exit(main())
