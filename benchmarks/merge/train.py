"""Train the ranking on the tuning list and write its weights.

    python benchmarks/merge/train.py ROWS… [--write FILE]

ROWS is what rows.py wrote. Needs numpy and lightgbm, which devagent itself does not. Prints what cross-validation says,
with whole projects left out of each part; with --write, trains on everything and writes the weights and the thresholds.
"""

import argparse
import json
import pickle
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from rows import Rows
from scores import wilson

from devagent.merge.joint import Leaning, file_numbers, joint_numbers

PARTS = 5
Shape = tuple[int, Mapping[str, int]]
"""How many trees a forest has, and how large they are."""
FIRST: Shape = (300, {"num_leaves": 31, "min_data_in_leaf": 40})
THIRD: Shape = (60, {"num_leaves": 6, "min_data_in_leaf": 100})
SECOND: Shape = (250, {"num_leaves": 31, "min_data_in_leaf": 100})
ALONE = 0.4
"""What a row weighs in the second forest that knows nothing of the other files of its merge, as where git asks for one
file; beside the same row with them."""
PARAMETERS = {
    "objective": "binary",
    "learning_rate": 0.06,
    "max_bin": 63,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "num_threads": 1,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
CERTAIN, SOUND = 0.95, 0.71
"""Precision in cross-validation that is cut at: of certain conflicts (at least, with 95 % confidence), as nobody looks
at them; and of whole files that are answered, which on projects never seen is some points lower."""
LIKELY = 0.55
"""The chance from which on a decision is likely, in a file that is believed."""
ANSWERED = 0.46
"""Part of the files that is to be answered where unsure ones are left."""
Array = np.ndarray[Any, Any]


class Table:
    """The rows as arrays."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.values: Array = np.frombuffer(rows.values, dtype=np.float32).reshape(len(rows.right), len(rows.names))
        self.right: Array = np.array(rows.right, dtype=float)
        self.hunk: Array = np.array(rows.hunk)
        self.file_of_hunk: Array = np.array([file for file, _ in rows.hunks])
        self.file: Array = self.file_of_hunk[self.hunk]
        projects = sorted({file[0] for file in rows.files})
        mixed = np.random.RandomState(0).permutation(len(projects))
        part = {projects[place]: number % PARTS for number, place in enumerate(mixed)}
        self.part: Array = np.array([part[file[0]] for file in rows.files])[self.file]
        # A file with a hundred conflicts says less than a hundred files.
        self.weight: Array = np.bincount(self.file, minlength=len(rows.files))[self.file] ** -0.5
        self.of_hunk = [range(0)] * len(rows.hunks)
        starts = np.flatnonzero(np.diff(self.hunk, prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(self.hunk)], strict=True):
            self.of_hunk[self.hunk[start]] = range(start, end)
        self.of_file: list[list[range]] = [[] for _ in rows.files]
        for hunk, here in enumerate(self.of_hunk):
            if here:
                self.of_file[self.file_of_hunk[hunk]].append(here)
        self.merges: dict[tuple[str, str], list[int]] = {}
        for number, (project, _, merge, *_) in enumerate(rows.files):
            self.merges.setdefault((project, merge), []).append(number)

    def joint(self, chances: Array, *, alone: bool = False) -> tuple[list[str], Array]:
        """The features of the second forest that come from the chances of the first: names and columns.

        Arguments:
            alone: whether nothing is known of the other files of a merge, as where git asks for one file.
        """
        table: list[list[float]] = [[] for _ in self.right]
        names: list[str] = []
        for files in self.merges.values():
            asked = [
                [[(self.rows.patterns[row], float(chances[row])) for row in rows] for rows in self.of_file[file]]
                for file in files
            ]
            leanings = [Leaning.of(hunks) for hunks in asked]
            for place, file in enumerate(files):
                beside = Leaning() if alone else Leaning.beside(place, leanings)
                for rows, found in zip(self.of_file[file], joint_numbers(asked[place], beside), strict=True):
                    for row, numbers in zip(rows, found, strict=True):
                        table[row] = list(numbers.values())
                        names = names or list(numbers)
        return names, np.array(table, dtype=np.float32)


@dataclass(frozen=True)
class Sample:
    """What a forest is trained on: rows with their weights, and the part that each one's project is in."""

    values: Array
    right: Array
    weight: Array
    part: Array

    @classmethod
    def of(cls, table: Table, *views: tuple[Array, float]) -> "Sample":
        """The rows of a table, once for each view of them: the values, and what they weigh beside the others."""
        return cls(
            np.vstack([values for values, _ in views]),
            np.tile(table.right, len(views)),
            np.concatenate([weight * table.weight for _, weight in views]),
            np.tile(table.part, len(views)),
        )

    def fitted(self, shape: Shape, without: int | None = None) -> lightgbm.Booster:
        """A forest trained on all parts, or on all but one."""
        chosen = self.part != without
        data = lightgbm.Dataset(self.values[chosen], self.right[chosen], weight=self.weight[chosen])
        rounds, sizes = shape
        return lightgbm.train({**PARAMETERS, **sizes}, data, rounds)

    def left_out(self, shape: Shape, rows: int) -> Array:
        """The chance of each of the first rows, from a forest that has not seen its project."""
        chances = np.zeros(rows)
        for part in range(PARTS):
            unseen = np.flatnonzero(self.part[:rows] == part)
            chances[unseen] = self.fitted(shape, part).predict(self.values[unseen])
        return chances


def calibration(chances: Array, right: Array, points: int = 60) -> list[tuple[float, float]]:
    """What a chance was worth: points of a line that only rises (pool adjacent violators), as many successes each."""
    order = np.argsort(chances, kind="stable")
    mass = np.cumsum(chances[order])
    parts = np.split(order, np.searchsorted(mass, mass[-1] * np.arange(1, points) / points))
    blocks = [[float(chances[b].mean()), float(right[b].mean()), len(b)] for b in parts if len(b)]
    pooled: list[list[float]] = []
    for block in blocks:
        pooled.append(block)
        while len(pooled) > 1 and pooled[-2][1] >= pooled[-1][1]:
            (x, y, n), (u, v, m) = pooled[-2:]
            pooled[-2:] = [[(x * n + u * m) / (n + m), (y * n + v * m) / (n + m), n + m]]
    return [(round(x, 5), round(y, 5)) for x, y, _ in pooled]


def threshold(chances: Array, right: Array, precision: float, *, surely: bool = False) -> float:
    """The least chance from which on this part of the answers is right; `surely` by the lower end of its interval."""
    order = np.argsort(-chances, kind="stable")
    count = np.arange(1, len(order) + 1)
    rates = np.cumsum(right[order]) / count
    if surely:
        rates = np.array([wilson(int(n), int(of))[0] for n, of in zip(np.cumsum(right[order]), count, strict=True)])
    is_last = np.diff(chances[order], append=-1.0) != 0  # of those that are as likely
    enough = np.flatnonzero((rates >= precision) & is_last)
    return float(chances[order[enough[-1]]]) if len(enough) else 1.0


def tops(table: Table, chances: Array) -> tuple[Array, Array, dict[str, float]]:
    """Of each hunk: the chance of the first candidate, whether it is right; and the rates over all hunks."""
    count = len(table.of_hunk)
    best, first = np.zeros(count), np.zeros(count, bool)
    three = every = 0
    for hunk, rows in enumerate(table.of_hunk):
        order = sorted(rows, key=lambda row: -chances[row])
        right = [bool(table.right[row]) for row in order]
        if order:
            best[hunk], first[hunk] = chances[order[0]], right[0]
        three += any(right[:3])
        every += any(right[:16])
    return best, first, {"first": first.mean(), "three": three / count, "all": every / count}


def exported(forest: lightgbm.Booster) -> dict[str, list[Any]]:
    """A forest as `devagent.merge.forest.Forest` reads it."""
    data: dict[str, list[Any]] = {n: [] for n in ("roots", "features", "thresholds", "lefts", "rights", "leaves")}

    def add(node: dict[str, Any]) -> int:
        if "leaf_value" in node:
            data["leaves"].append(float(f"{node['leaf_value']:.4g}"))
            return -len(data["leaves"])
        place = len(data["features"])
        data["features"].append(node["split_feature"])
        data["thresholds"].append(float(f"{node['threshold']:.6g}"))
        for name in ("lefts", "rights"):
            data[name].append(0)
        data["lefts"][place] = add(node["left_child"])
        data["rights"][place] = add(node["right_child"])
        return place

    data["roots"] = [add(tree["tree_structure"]) for tree in forest.dump_model()["tree_info"]]
    return data


def whole_files(table: Table, best: Array, first: Array) -> tuple[Array, Array]:
    """Of each file: the chance of its least sure conflict, and whether all of it is as people did."""
    least, right = np.ones(len(table.rows.files)), np.array([not file[4] for file in table.rows.files])
    np.minimum.at(least, table.file_of_hunk, best)
    np.logical_and.at(right, table.file_of_hunk, first)
    return least, right


def last_look(table: Table, chances: Array, joint: Array, names: Sequence[str]) -> tuple[list[str], Sample]:
    """The sample of the third forest: of each file with an answer, its least sure answer and how likely all are.

    Arguments:
        chances: calibrated, of each candidate.
        joint, names: the features of the second forest.
    """
    best, first, _ = tops(table, chances)
    _, right = whole_files(table, best, first)
    rows, parts, columns = [], [], []
    extra: dict[str, float] = {}
    for file, hunks in enumerate(table.of_file):
        if hunks:
            tops_of = [max(here, key=lambda row: chances[row]) for here in hunks]
            least = min(tops_of, key=lambda row: chances[row])
            extra = file_numbers([float(chances[row]) for row in tops_of])
            columns.append([*table.values[least], *joint[least], *extra.values()])
            rows.append(file)
            parts.append(table.part[least])
    values: Array = np.array(columns, dtype=np.float32)
    sample = Sample(values, right[rows].astype(float), np.ones(len(rows)), np.array(parts))
    return [*table.rows.names, *names, *extra], sample


def told(table: Table, name: str, chances: Array) -> None:
    """Print the rates of one ranking."""
    best, first, rates = tops(table, chances)
    least, right = whole_files(table, best, first)
    print(name, " ".join(f"{key} {rate:.4f}" for key, rate in rates.items()), f"whole files {right.mean():.4f}")
    surest = right[np.argsort(-least, kind="stable")][: int(ANSWERED * len(right))]
    print(f"  surest {ANSWERED:.0%} of files: right {surest.mean():.4f}")
    order = np.argsort(-best, kind="stable")
    for part in (0.05, 0.1, 0.15, 0.2, 0.3, 0.5):
        chosen = order[: int(part * len(order))]
        print(f"  surest {part:.0%}: right {first[chosen].mean():.4f}, from {best[chosen[-1]]:.4f} on", flush=True)


def told_of_files(chances: Array, right: Array) -> None:
    """Print how many of the files that are answered are as people made them, the surest first."""
    print("third forest:")
    order = np.argsort(-chances, kind="stable")
    for part in (0.2, 0.3, 0.4, 0.46, 0.5, 0.55, 0.6, 1.0):
        chosen = order[: int(part * len(order))]
        print(f"  surest {part:.0%} of files: right {right[chosen].mean():.4f}, from {chances[chosen[-1]]:.4f} on")


def main(arguments: Sequence[str] | None = None) -> int:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=Path, nargs="+", help="what rows.py wrote")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the weights")
    options = parser.parse_args(arguments)
    table = Table(Rows.joined([Rows(**pickle.loads(file.read_bytes())) for file in options.rows]))
    print(f"{len(table.rows.files)} files, {len(table.of_hunk)} hunks, {len(table.right)} candidates")
    first = Sample.of(table, (table.values, 1.0))
    alone = first.left_out(FIRST, len(table.right))
    told(table, "first forest:", alone)
    names, together = table.joint(alone)
    second = Sample.of(table, (together, 1.0), (table.joint(alone, alone=True)[1], ALONE))
    chances = second.left_out(SECOND, len(table.right))
    told(table, "second forest:", chances)
    steps = calibration(chances, table.right)
    calibrated = np.interp(chances, *zip(*steps, strict=True))
    columns, third = last_look(table, calibrated, together, names)
    sound = third.left_out(THIRD, len(third.right))
    told_of_files(sound, third.right)
    if options.write:
        best, is_right, _ = tops(table, calibrated)
        weights = {
            "features": table.rows.names,
            "joint": names,
            "file": columns,
            "first": exported(first.fitted(FIRST)),
            "second": exported(second.fitted(SECOND)),
            "third": exported(third.fitted(THIRD)),
            "steps": steps,
            "certain": round(threshold(best, is_right, CERTAIN, surely=True), 4),
            "likely": LIKELY,
            "sound": round(threshold(sound, third.right, SOUND), 4),
        }
        options.write.write_text(json.dumps(weights, separators=(",", ":")) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
