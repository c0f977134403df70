"""Merge methods beside each other on harvested conflicts.

    python benchmarks/merge/table.py STORE [--only NAME] [--method NAME …] [--every N]

Per method: files without a conflict left, the same as people made (up to white space and the order of imports), its
precision with a Wilson interval, what is wrong without saying so; the same inside the conflicted regions only; hunks
right at first, among the first three, and among all. Then how often the ranking was right where it said so, and the
ranking per language and per project. With --every, each Nth merge is taken.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

import methods
from examples import Example
from scores import GROUP_HEAD, HEAD, Score, calibration, surest
from store import Conflicted, Store

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
GROUPED = ("ranked", "devagent, likely")
"""Methods that are shown per language and per project too."""

Scores = dict[tuple[str, str], Score]
"""Per method and group of files (all of them: `""`)."""


def measured(chosen: Sequence[str], conflicts: Iterable[Conflicted]) -> tuple[Scores, list[str]]:
    """The scores, and the names of the groups: languages, then projects."""
    scores: Scores = defaultdict(Score)
    languages, projects = set(), set()
    for example in chain.from_iterable(Example.merges(conflicts)):
        languages.add(example.language)
        projects.add(example.conflicted.project)
        for name in chosen:
            start = time.perf_counter()
            answer = METHODS[name](example)
            seconds = None if answer.is_shared else time.perf_counter() - start
            score = Score.of(example, answer, seconds)
            for group in ("", example.language, example.conflicted.project):
                scores[name, group] += score
    return scores, [*sorted(languages), *sorted(projects)]


def figures(scores: Mapping[tuple[str, str], Score]) -> list[Figure]:
    """What is required, of those methods that were run."""
    found = []
    if ranked := scores.get(("ranked", "")):
        rates = {
            "first": (ranked.first, 66),
            "among the first three": (ranked.three, 84),
            "among all": (ranked.any, 88),
        }
        for name, (count, least) in rates.items():
            found.append(Figure(f"hunks, right one {name}", 100 * count / ranked.hunks, least, "%", at_least=True))
    if likely := scores.get(("devagent, likely", "")):
        resolved, precision = 100 * likely.clean / likely.files, 100 * likely.same / max(1, likely.clean)
        found.append(Figure("files resolved, stopping where unsure", resolved, 46, "%", at_least=True))
        found.append(Figure("of these as people did", precision, 70, "%", at_least=True))
    if always := scores.get(("devagent, always", "")):
        found.append(Figure("files as people did, always answering", 100 * always.same / always.files, 50, "%", True))
    return found


def main() -> int:
    """Run the methods over the files and print what they did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path, help="what harvest.py wrote")
    parser.add_argument("--only", metavar="NAME", help="one project only")
    parser.add_argument("--method", action="append", choices=METHODS, help="these methods only")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each Nth merge only")
    parser.add_argument("--start", type=int, default=0, metavar="K", help="the Kth of each N, from 0 on")
    options = parser.parse_args()
    chosen: Sequence[str] = options.method or list(METHODS)
    scores, groups = measured(chosen, Store(options.store).conflicts(options.only, options.every, options.start))
    if not scores:
        print("no conflicts there")
        return 1
    one = scores[chosen[0], ""]
    print(f"{one.files} files, {one.hunks} hunks")
    print_table(HEAD, [scores[name, ""].row(name) for name in chosen])
    if ranked := scores.get(("ranked", "")):
        print()
        print_table(("from", "hunks", "stated %", "observed %", ""), calibration(ranked.chances))
        print()
        print_table(("surest", "hunks", "from", "right %"), surest(ranked.chances))
    for name in GROUPED:
        if (name, "") in scores:
            print(f"\n{name}")
            print_table(GROUP_HEAD, [scores[name, group].group_row(group) for group in groups])
    return report(figures(scores))


if __name__ == "__main__":
    sys.exit(main())
