"""The rows that the ranking is trained on: one for each candidate of each hunk of each harvested file.

python benchmarks/merge/rows.py STORE ROWS
"""

import argparse
import pickle
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from examples import Example
from store import Conflicted, Store

from devagent.merge.ranking import weighed


@dataclass
class Rows:
    """A table by columns; rows of a hunk stand together, hunks of a file too."""

    names: list[str] = field(default_factory=list)
    values: array = field(default_factory=lambda: array("f"))  # type: ignore[type-arg]
    right: list[bool] = field(default_factory=list)
    hunk: list[int] = field(default_factory=list)
    patterns: list[tuple[str, ...]] = field(default_factory=list)
    hunks: list[tuple[int, bool]] = field(default_factory=list)
    """Of each hunk: its file, and whether it could be aligned."""
    files: list[tuple[str, str, str, str, bool]] = field(default_factory=list)
    """Of each file: project, language, merge, path, and whether people changed anything outside of the hunks."""

    @classmethod
    def joined(cls, tables: "Sequence[Rows]") -> "Rows":
        """Several tables as one."""
        whole = cls(tables[0].names)
        for table in tables:
            assert table.names == whole.names
            whole.hunk += [hunk + len(whole.hunks) for hunk in table.hunk]
            whole.hunks += [(file + len(whole.files), aligned) for file, aligned in table.hunks]
            whole.values += table.values
            whole.right += table.right
            whole.patterns += table.patterns
            whole.files += table.files
        return whole

    def add(self, conflicted: Conflicted) -> None:
        """Add the candidates of one file."""
        example = Example(conflicted)
        table = weighed(example.versions, example.weighed, example.proposals)
        for number, (index, _) in enumerate(example.hunks):
            self.hunks.append((len(self.files), example.made[number] is not None))
            for text in table[index]:
                self.names = self.names or list(text.numbers)
                self.values.extend(text.numbers.values())
                self.right.append(example.is_made(number, text.lines))
                self.hunk.append(len(self.hunks) - 1)
                self.patterns.append(tuple(text.names))
        pairs = zip(example.made, example.hunks, strict=True)
        answers = [made.lines if made else hunk.ours for made, (_, hunk) in pairs]
        outside = not example.is_right(example.filled(answers))
        c = conflicted
        self.files.append((c.project, c.language, c.merge, c.path, outside))


def main() -> int:
    """Make the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path, help="what harvest.py wrote")
    parser.add_argument("rows", type=Path, help="the file to write")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each Nth merge only")
    parser.add_argument(
        "--start", type=int, default=0, metavar="K", help="beginning with the Kth: for several processes"
    )
    options = parser.parse_args()
    rows = Rows()
    for conflicted in Store(options.store).conflicts(every=options.every, start=options.start):
        rows.add(conflicted)
    options.rows.write_bytes(pickle.dumps(vars(rows)))
    print(f"{len(rows.files)} files, {len(rows.hunks)} hunks, {len(rows.right)} candidates, {len(rows.names)} features")
    return 0


if __name__ == "__main__":
    sys.exit(main())
