"""How often people did what the steps before the ranking do, by situation: step, language, size of the conflict.

    python benchmarks/merge/situations.py STORE [--every N] [--start K] [--by language] [--errors]

A conflict is one of the line merge, and counts once however often the same one was harvested. `whole` is a result that
is the text of one side, `small` and `large` are mixed ones, in conflicts of up to twelve lines and of more. The share
is stated by the engine; what is observed has a Wilson interval. Where several merges of one project are wrong, the
project is named: it may be its way of merging.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scores import percent, wilson
from store import Conflicted, Store

from devagent.merge.decision import Confidence, Decision
from devagent.merge.engine import PROVEN, merge_text
from devagent.merge.judging import essence, made
from devagent.merge.line_merge import merge as line_merge
from devagent.merge.regions import Clean, Conflict, Region, conflicts
from devagent.merge.structure.element import WORD
from devagent.merge.versions import Lines, Versions

sys.path.append(str(Path(__file__).resolve().parents[1]))
from figures import Figure, print_table, report

_SMALL = 12


@dataclass(frozen=True)
class Case:
    """A conflict, what was decided about it, and whether people did the same."""

    conflicted: Conflicted
    conflict: Conflict
    decision: Decision | None
    human: Lines | None
    right: bool

    @property
    def loses(self) -> bool:
        """Whether a word that a side put in is nowhere in the answer."""
        if self.decision is None:
            return False
        base, ours, theirs = (_words(v) for v in (self.conflict.base, self.conflict.ours, self.conflict.theirs))
        return not ((ours - base).keys() | (theirs - base).keys()) <= _words(self.decision.lines).keys()

    @property
    def situation(self) -> tuple[str, str]:
        """The step, and what its result is made of."""
        assert self.decision is not None
        sides = [_bare(side) for side in (self.conflict.ours, self.conflict.theirs)]
        mixed = "small" if self.conflict.size <= _SMALL else "large"
        return self.decision.how, "whole" if _bare(self.decision.lines) in sides else mixed

    @property
    def kind(self) -> str:
        """What people did instead."""
        if self.human is None:
            return "changed what is around it"
        for name in ("ours", "theirs", "base"):
            if _bare(self.human) == _bare(getattr(self.conflict, name)):
                return f"took {name}"
        return "wrote something else"


@dataclass
class Tally:
    """What was counted in one situation."""

    cases: int = 0
    right: int = 0
    stated: float = 0.0
    merges: set[str] = field(default_factory=set)
    wrong: Counter[str] = field(default_factory=Counter)

    def add(self, case: Case) -> None:
        """Count a case."""
        assert case.decision is not None
        self.cases += 1
        self.right += case.right
        self.stated += case.decision.probability
        self.merges.add(case.conflicted.merge)
        self.wrong[case.conflicted.project] += not case.right

    def row(self) -> tuple[object, ...]:
        """The counts, as cells of a table."""
        low, high = wilson(self.right, self.cases)
        worst, count = self.wrong.most_common(1)[0]
        return (
            self.cases,
            len(self.merges),
            f"{100 * self.stated / self.cases:.0f}",
            percent(self.right, self.cases),
            f"{100 * low:.0f}-{100 * high:.0f}",
            f"{worst} {count}" if count > 1 else "",
        )


def cases(conflicted: Conflicted) -> Iterator[Case]:
    """The conflicts of a file, with what the steps before the ranking make of them."""
    versions = Versions(conflicted.path, conflicted.base, conflicted.ours, conflicted.theirs)
    merged = merge_text(versions, accept=Confidence.UNSURE, steps=PROVEN)
    found = {region.was.number: region for region in merged.regions if isinstance(region, Clean) and region.was}
    left = {conflict.number for conflict in merged.unresolved}
    lines = line_merge(merged.versions)
    humans = made(lines, conflicted.result, conflicted.language)
    for conflict, human in zip(conflicts(lines), humans, strict=True):
        region: Region | None = found.get(conflict.number) if conflict.number not in left else None
        decision = region.decision if isinstance(region, Clean) else None
        right = decision is not None and human is not None
        if decision is not None and human is not None:
            right = essence(conflicted.language, b"".join(decision.lines)) == human.essence
        yield Case(conflicted, conflict, decision, human.lines if human else None, right)


def main() -> int:
    """Count the situations and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path, help="what harvest.py wrote")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each Nth file only")
    parser.add_argument("--start", type=int, default=0, metavar="K", help="beginning with the Kth")
    parser.add_argument("--by", choices=["language"], help="one row for each language")
    parser.add_argument("--least", type=int, default=10, metavar="N", help="situations with so many cases only")
    parser.add_argument("--errors", action="store_true", help="what people did where a certain decision was wrong")
    options = parser.parse_args()
    found: list[list[Case]] = []
    seen: set[tuple[object, ...]] = set()
    for conflicted in Store(options.store).conflicts(every=options.every, start=options.start):
        of_file = list(cases(conflicted))
        keys = [(conflicted.path, case.conflict.base, case.conflict.ours, case.conflict.theirs) for case in of_file]
        found.append([case for case, key in zip(of_file, keys, strict=True) if key not in seen])
        seen.update(keys)
    _print_situations(found, options.by == "language", options.least)
    if options.errors:
        _print_errors(found)
    return report(_figures(found))


def _print_situations(found: list[list[Case]], by_language: bool, least: int) -> None:
    tallies: defaultdict[tuple[str, ...], Tally] = defaultdict(Tally)
    for case in (case for of_file in found for case in of_file if case.decision):
        language = (case.conflicted.language,) if by_language else ()
        tallies[(*case.situation, *language)].add(case)
    rows = sorted(((key, tally) for key, tally in tallies.items() if tally.cases >= least), key=lambda row: row[0])
    head = ("step", "result", *(("language",) if by_language else ()))
    counted = ("conflicts", "merges", "stated %", "right %", "interval", "most often wrong in")
    print_table((*head, *counted), [(*key, *tally.row()) for key, tally in rows])


def _print_errors(found: list[list[Case]]) -> None:
    wrong = Counter((*case.situation, case.kind) for of_file in found for case in of_file if _is_wrong(case))
    print()
    print_table(("step", "result", "people", "times"), [(*key, times) for key, times in wrong.most_common()])


def _is_certain(case: Case) -> bool:
    return case.decision is not None and case.decision.confidence is Confidence.CERTAIN


def _is_wrong(case: Case) -> bool:
    return _is_certain(case) and not case.right


def _figures(found: list[list[Case]]) -> list[Figure]:
    every = [case for of_file in found for case in of_file]
    certain = [case for case in every if _is_certain(case)]
    files = [of_file for of_file in found if of_file and all(map(_is_certain, of_file))]
    right = sum(all(case.right for case in of_file) for of_file in files)
    return [
        Figure("files", len(found)),
        Figure("answers without a word that a side put in", sum(case.loses for case in every), 0),
        Figure("different conflicts", len(every)),
        Figure(
            "conflicts that are settled",
            _share(sum(case.decision is not None for case in every), len(every)),
            None,
            "%",
        ),
        Figure("conflicts that are certain", _share(len(certain), len(every)), None, "%"),
        Figure("certain ones that are right", _share(sum(case.right for case in certain), len(certain)), None, "%"),
        Figure("files that are certain", _share(len(files), len(found)), None, "%"),
        Figure("certain files that are right inside", _share(right, len(files)), None, "%"),
    ]


def _words(lines: Lines) -> Counter[bytes]:
    return Counter(WORD.findall(b"".join(lines)))


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _bare(lines: Lines) -> bytes:
    """The text without white space."""
    return b"".join(b"".join(lines).split())


if __name__ == "__main__":
    sys.exit(main())
