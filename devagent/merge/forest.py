"""Gradient-boosted trees, evaluated in plain Python. Training is done elsewhere (`benchmarks/merge/train.py`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any


@dataclass(frozen=True)
class Forest:
    """Regression trees whose values are added up to the log-odds of an event.

    Inner nodes of all trees stand in one row of arrays. A child that is negative is the leaf `-1 - child`.

    Arguments:
        roots: the first node of each tree; negative for a tree that is only a leaf.
        features: which feature each node looks at.
        thresholds: values up to this go to the left.
        lefts, rights: the children of each node.
        leaves: the values.
    """

    roots: Sequence[int]
    features: Sequence[int]
    thresholds: Sequence[float]
    lefts: Sequence[int]
    rights: Sequence[int]
    leaves: Sequence[float]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Forest":
        """The forest in a data file."""
        return cls(**{name: tuple(data[name]) for name in cls.__dataclass_fields__})

    def log_odds(self, row: Sequence[float]) -> float:
        """The log-odds of the event for one row of features."""
        features, thresholds, lefts, rights = self.features, self.thresholds, self.lefts, self.rights
        total = 0.0
        for node in self.roots:
            while node >= 0:
                node = lefts[node] if row[features[node]] <= thresholds[node] else rights[node]
            total += self.leaves[-1 - node]
        return total

    def probability(self, row: Sequence[float]) -> float:
        """The chance of the event."""
        return 1 / (1 + exp(-max(-30.0, min(30.0, self.log_odds(row)))))
