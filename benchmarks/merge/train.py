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
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from rows import Rows
from scores import wilson

from devagent.merge.features import joint_numbers

PARTS = 5
Shape = tuple[int, Mapping[str, int]]
"""How many trees a forest has, and how large they are."""
FIRST: Shape = (300, {"num_leaves": 31, "min_data_in_leaf": 40})
SECOND: Shape = (150, {"num_leaves": 15, "min_data_in_leaf": 100})
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
CERTAIN, LIKELY = 0.95, 0.72
"""Precision in cross-validation that the two classes are cut at: of conflicts (at least, with 95 % confidence), as
nobody looks at what is certain; and of whole files."""
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

    def joint(self, chances: Array) -> tuple[list[str], Array]:
        """The features of the second forest that come from the chances of the first: names and columns."""
        table: list[list[float]] = [[] for _ in self.right]
        names: list[str] = []
        by_file: list[list[range]] = [[] for _ in self.rows.files]
        for hunk, rows in enumerate(self.of_hunk):
            if rows:
                by_file[self.file_of_hunk[hunk]].append(rows)
        for hunks in by_file:
            asked = [[(self.rows.patterns[row], float(chances[row])) for row in rows] for rows in hunks]
            for rows, found in zip(hunks, joint_numbers(asked), strict=True):
                for row, numbers in zip(rows, found, strict=True):
                    table[row] = list(numbers.values())
                    names = names or list(numbers)
        return names, np.array(table, dtype=np.float32)


def fitted(table: Table, values: Array, shape: Shape, rows: Array | None = None) -> lightgbm.Booster:
    """A forest trained on some of the rows."""
    chosen = np.ones(len(values), bool) if rows is None else rows
    data = lightgbm.Dataset(values[chosen], table.right[chosen], weight=table.weight[chosen])
    rounds, sizes = shape
    return lightgbm.train({**PARAMETERS, **sizes}, data, rounds)


def left_out(table: Table, values: Array, shape: Shape) -> Array:
    """The chance of each row, from a forest that has not seen its project."""
    chances = np.zeros(len(values))
    for part in range(PARTS):
        unseen = table.part == part
        chances[unseen] = fitted(table, values, shape, ~unseen).predict(values[unseen])
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
    enough = np.flatnonzero(rates >= precision)
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=Path, nargs="+", help="what rows.py wrote")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the weights")
    options = parser.parse_args(arguments)
    table = Table(Rows.joined([Rows(**pickle.loads(file.read_bytes())) for file in options.rows]))
    print(f"{len(table.rows.files)} files, {len(table.of_hunk)} hunks, {len(table.right)} candidates")
    alone = left_out(table, table.values, FIRST)
    told(table, "first forest:", alone)
    names, joint = table.joint(alone)
    chances = left_out(table, joint, SECOND)
    told(table, "second forest:", chances)
    if options.write:
        best, first, _ = tops(table, chances)
        steps = calibration(chances, table.right)
        ats, rates = zip(*steps, strict=True)
        calibrated = np.interp(best, ats, rates)
        weights = {
            "features": table.rows.names,
            "joint": names,
            "first": exported(fitted(table, table.values, FIRST)),
            "second": exported(fitted(table, joint, SECOND)),
            "steps": steps,
            "certain": round(threshold(calibrated, first, CERTAIN, surely=True), 4),
            "likely": round(threshold(*whole_files(table, calibrated, first), LIKELY), 4),
        }
        options.write.write_text(json.dumps(weights, separators=(",", ":")) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
