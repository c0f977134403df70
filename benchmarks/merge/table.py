"""Merge methods beside each other on harvested conflicts.

    python benchmarks/merge/table.py STORE [--only NAME] [--method NAME …]

Per method: files without a conflict left, the same as people made (up to white space and the order of imports), its
precision with a Wilson interval, what is wrong without saying so; the same inside the conflicted regions only; hunks
right at first, among the first three, and among all.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import methods
from examples import Example
from store import Store

from devagent.merge.decision import Confidence

sys.path.append(str(Path(__file__).resolve().parents[1]))
from figures import Figure, print_table, report

METHODS: dict[str, methods.Method] = {
    "git": methods.git,
    "token diff3": methods.token_diff3,
    "always ours": methods.ours,
    "always theirs": methods.theirs,
    "oracle": methods.oracle,
    "ranked": methods.ranked,
    "devagent, certain": methods.merged(Confidence.CERTAIN),
    "devagent, likely": methods.merged(Confidence.LIKELY),
    "devagent, always": methods.merged(Confidence.UNSURE),
}


@dataclass
class Score:
    """What a method did, counted."""

    files: int = 0
    clean: int = 0
    same: int = 0
    inside: int = 0
    hunks: int = 0
    first: int = 0
    three: int = 0
    any: int = 0
    seconds: list[float] = field(default_factory=list)
    chances: list[tuple[float, bool]] = field(default_factory=list)

    def add(self, example: Example, answer: methods.Answer, seconds: float) -> None:
        """Count one file."""
        self.files += 1
        self.seconds.append(seconds)
        self.clean += answer.content is not None
        self.same += answer.content is not None and example.is_right(answer.content)
        rights = [
            [example.is_made(number, lines) for lines in answers[:16]]
            for number, answers in enumerate(answer.hunks or example.read_back(answer.content))
        ]
        self.chances += zip(answer.chances, (any(right[:1]) for right in rights), strict=False)
        self.hunks += len(example.hunks)
        self.first += sum(any(right[:1]) for right in rights)
        self.three += sum(any(right[:3]) for right in rights)
        self.any += sum(any(right) for right in rights)
        self.inside += answer.content is not None and all(any(right[:1]) for right in rights)

    def row(self, name: str) -> list[str]:
        """The score as a row of the table."""
        low, high = wilson(self.same, self.clean)
        return [
            name,
            percent(self.clean, self.files),
            percent(self.same, self.files),
            f"{percent(self.same, self.clean)} ({100 * low:.0f}-{100 * high:.0f})",
            percent(self.clean - self.same, self.files),
            percent(self.inside, self.files),
            percent(self.first, self.hunks),
            percent(self.three, self.hunks),
            percent(self.any, self.hunks),
            f"{1000 * statistics.median(self.seconds):.0f}",
            f"{1000 * sorted(self.seconds)[int(0.95 * len(self.seconds))]:.0f}",
        ]


HEAD = (
    "method",
    "clean %",
    "same %",
    "precision %",
    "wrong %",
    "inside %",
    "first %",
    "three %",
    "all %",
    "ms",
    "p95 ms",
)


def calibration(chances: Sequence[tuple[float, bool]]) -> list[tuple[str, int, str, str, str]]:
    """Rows of a table: what chance was stated, how many answers, what was observed."""
    rows = []
    for tenth in range(10):
        here = [(chance, right) for chance, right in chances if tenth <= 10 * chance < tenth + 1 + (tenth == 9)]
        if here:
            right = sum(right for _, right in here)
            stated = 100 * sum(chance for chance, _ in here) / len(here)
            low, high = wilson(right, len(here))
            observed = f"{percent(right, len(here))} ({100 * low:.0f}-{100 * high:.0f})"
            bar = "#" * round(50 * right / len(here))
            rows.append((f"{tenth / 10:.1f}", len(here), f"{stated:.1f}", observed, bar))
    return rows


def wilson(right: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The interval in which the true rate lies with 95 % confidence (E. B. Wilson, 1927)."""
    if not of:
        return 0.0, 1.0
    rate, share = right / of, z * z / of
    middle = (rate + share / 2) / (1 + share)
    half = z / (1 + share) * (rate * (1 - rate) / of + share / (4 * of)) ** 0.5
    return middle - half, middle + half


def percent(part: int, whole: int) -> str:
    """A part in per cent."""
    return f"{100 * part / whole:.1f}" if whole else ""


def main() -> int:
    """Run the methods over the files and print what they did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path, help="what harvest.py wrote")
    parser.add_argument("--only", metavar="NAME", help="one project only")
    parser.add_argument("--method", action="append", choices=METHODS, help="these methods only")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each Nth file only")
    options = parser.parse_args()
    chosen: Sequence[str] = options.method or list(METHODS)
    scores = {name: Score() for name in chosen}
    languages: dict[str, int] = {}
    for conflicted in Store(options.store).conflicts(options.only, options.every):
        example = Example(conflicted, None)
        languages[example.language] = languages.get(example.language, 0) + 1
        for name in chosen:
            start = time.perf_counter()
            answer = METHODS[name](example)
            scores[name].add(example, answer, time.perf_counter() - start)
    print(", ".join(f"{language} {count}" for language, count in sorted(languages.items())))
    print_table(HEAD, [score.row(name) for name, score in scores.items()])
    ranked = scores.get("ranked")
    if ranked is None or not ranked.hunks:
        return 0
    print()
    print_table(("from", "hunks", "stated %", "observed %", ""), calibration(ranked.chances))
    rates = {
        "first right": (ranked.first, 66),
        "among the first three": (ranked.three, 84),
        "among all": (ranked.any, 88),
    }
    return report(
        [
            Figure(f"hunks, {name}", 100 * count / ranked.hunks, least, "%", at_least=True)
            for name, (count, least) in rates.items()
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
