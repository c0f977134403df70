"""PageRank over the files of a tree, whole and from a few files on, without numeric libraries.

Page, Brin, Motwani, Winograd (1999); from a few files on by local push (Andersen, Chung, Lang: Local Graph
Partitioning using PageRank Vectors, 2006), which touches only what is near them.
"""

from array import array
from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

DAMPING = 0.85
_ROUNDS = 12
_REST = 2e-4
_MOST_PUSHES = 20_000


class Links(NamedTuple):
    """Weighted links between nodes 0, 1, …: those of node `i` are `targets` and `shares` from `offsets[i]` on.

    The shares of a node sum up to 1, or there are none.
    """

    offsets: "array[int]"
    targets: "array[int]"
    shares: "array[float]"

    @classmethod
    def of(cls, weights: Sequence[Mapping[int, float]]) -> "Links":
        """The links of each node, by the weights of its targets."""
        offsets, targets, shares = array("I", [0]), array("I"), array("f")
        for own in weights:
            whole = sum(own.values())
            for target in sorted(own):
                targets.append(target)
                shares.append(own[target] / whole)
            offsets.append(len(targets))
        return cls(offsets, targets, shares)

    def replaced(self, weights: Mapping[int, Mapping[int, float]]) -> "Links":
        """The same links, but of these nodes the ones with these weights."""
        order = sorted(weights)
        fresh = Links.of([weights[node] for node in order])
        offsets, targets, shares = array("I", [0]), array("I"), array("f")
        before = 0
        for row, node in enumerate([*order, len(self.offsets) - 1]):
            first, last, moved = self.offsets[before], self.offsets[node], len(targets) - self.offsets[before]
            offsets.extend([offset + moved for offset in self.offsets[before + 1 : node + 1]])
            targets.extend(self.targets[first:last])
            shares.extend(self.shares[first:last])
            if row < len(order):
                first, last = fresh.offsets[row], fresh.offsets[row + 1]
                targets.extend(fresh.targets[first:last])
                shares.extend(fresh.shares[first:last])
                offsets.append(len(targets))
            before = node + 1
        return Links(offsets, targets, shares)

    def reversed(self) -> "Links":
        """The same links, each from its target to its source."""
        weights: list[dict[int, float]] = [{} for _ in range(len(self.offsets) - 1)]
        for source in range(len(weights)):
            for at in range(self.offsets[source], self.offsets[source + 1]):
                weights[self.targets[at]][source] = self.shares[at]
        return Links.of(weights)


def pagerank(links: Links) -> list[float]:
    """The rank of every node after twelve rounds, from equal ranks on; they sum up to 1."""
    count = len(links.offsets) - 1
    if count == 0:
        return []
    ranks = [1.0 / count] * count
    offsets, targets, shares = links
    for _ in range(_ROUNDS):
        fresh, lost = [0.0] * count, 0.0
        for node, rank in enumerate(ranks):
            first, last = offsets[node], offsets[node + 1]
            if first == last:
                lost += rank
                continue
            for target, share in zip(targets[first:last], shares[first:last], strict=True):
                fresh[target] += rank * share
        even = (1.0 - DAMPING + DAMPING * lost) / count
        ranks = [DAMPING * rank + even for rank in fresh]
    return ranks


def near(links: Links, seeds: Mapping[int, float]) -> dict[int, float]:
    """PageRank that starts over at the seeds (weights of nodes, any sum): the ranks of what is near enough to count."""
    whole = sum(seeds.values())
    ranks: dict[int, float] = {}
    rest = {node: weight / whole for node, weight in sorted(seeds.items())}
    pending = deque(rest)
    for _ in range(_MOST_PUSHES):
        if not pending:
            break
        node = pending.popleft()
        amount = rest.pop(node, 0.0)
        ranks[node] = ranks.get(node, 0.0) + (1.0 - DAMPING) * amount
        first, last = links.offsets[node], links.offsets[node + 1]
        for at in range(first, last):
            target, passed = links.targets[at], DAMPING * amount * links.shares[at]
            before = rest.get(target, 0.0)
            rest[target] = before + passed
            if before < _REST <= before + passed:
                pending.append(target)
    return ranks
