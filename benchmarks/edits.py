"""Do the answers of models become the edits that they mean, or a refusal that leaves every byte?

    python benchmarks/edits.py [--only TEXT] [--show]

The corpus is that of the tests (tests/scenarios/edits): answers written by hand, each also with files and answers that
are written otherwise (CRLF, BOM, UTF-16, no last newline, prose around), and one change after the other in every format
with every slip. What has to come of each is said by hand or follows from the lines that go and those that come.
"""

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "code" / "edits"))

from edit_corpus import Case, cases, verdict, with_two_slips
from figures import Figure, print_table, report

MOST_WRONG, LEAST_ANSWERS = 0, 300


def main() -> int:
    """Apply each answer, print what came of each class; the exit code is 1 when one came out wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="TEXT", help="answers with this in their name or class")
    parser.add_argument("--show", action="store_true", help="show each answer that came out wrong")
    options = parser.parse_args()
    chosen = [case for case in cases() if options.only in f"{case.group} {case.name}"]
    started = time.monotonic()
    found: dict[str, list[tuple[Case, str]]] = defaultdict(list)
    for case in chosen:
        found[case.group].append((case, verdict(case)))
    seconds = time.monotonic() - started
    rows = [_row(group, members) for group, members in found.items()]
    twice = [verdict(case) for case in with_two_slips() if options.only in f"two slips {case.name}"]
    right, refused = twice.count("right"), sum(said.startswith("it was refused") for said in twice)
    rows.append(("two slips at once (a refusal will do)", len(twice), right, refused, len(twice) - right - refused))
    print_table(("class", "answers", "right", "refused as expected", "wrong"), rows)
    wrong = [(case, said) for members in found.values() for case, said in members if said not in ("right", "refused")]
    for case, said in wrong:
        print(f"\n{case.group}, {case.name}\n{said}" + (f"\n{case.answer}" if options.show else ""))
    different = len({case.answer.replace("\r\n", "\n") for case in chosen})
    return report(
        [
            Figure("answers that differ in more than line ends", different, LEAST_ANSWERS, at_least=True),
            Figure("answers to files", len(chosen)),
            Figure("milliseconds an answer", 1000 * seconds / max(len(chosen), 1), unit="ms"),
            Figure("answers that came out wrong", len(wrong), MOST_WRONG),
            Figure("answers with two slips that came out wrong", len(twice) - right - refused, MOST_WRONG),
        ]
    )


def _row(group: str, members: list[tuple[Case, str]]) -> tuple[str, int, int, int, int]:
    said = [found for _, found in members]
    right, refused = said.count("right"), said.count("refused")
    return group, len(said), right, refused, len(said) - right - refused


if __name__ == "__main__":
    sys.exit(main())
