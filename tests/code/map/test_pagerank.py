"""PageRank: as the power iteration has it, whole and from a few nodes on."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devagent.code.map.pagerank import DAMPING, Links, near, pagerank

STAR: list[dict[int, float]] = [{}, {0: 1.0}, {0: 1.0}, {0: 2.0, 1: 2.0}]
graphs = st.integers(1, 8).flatmap(
    lambda count: st.lists(
        st.dictionaries(st.integers(0, count - 1), st.floats(0.01, 10), max_size=count), min_size=count, max_size=count
    )
)


def by_iteration(weights: list[dict[int, float]], seeds: dict[int, float]) -> list[float]:
    """What a node gives away where it has no links is lost, as it is in `near`."""
    ranks = [0.0] * len(weights)
    for _ in range(200):
        fresh = [(1 - DAMPING) * seeds.get(node, 0.0) for node in range(len(weights))]
        for node, own in enumerate(weights):
            for target, weight in own.items():
                fresh[target] += DAMPING * ranks[node] * weight / sum(own.values())
        ranks = fresh
    return ranks


def test_what_most_links_lead_to_ranks_first() -> None:
    ranks = pagerank(Links.of(STAR))
    assert sorted(range(4), key=lambda node: -ranks[node])[:2] == [0, 1]


@settings(deadline=None)
@given(graphs)
def test_ranks_sum_up_to_one(weights: list[dict[int, float]]) -> None:
    assert sum(pagerank(Links.of(weights))) == pytest.approx(1.0, abs=1e-4)


def test_of_nothing_there_are_no_ranks() -> None:
    assert pagerank(Links.of([])) == []


@settings(deadline=None)
@given(graphs)
def test_pushing_from_a_node_comes_near_what_iteration_gives(weights: list[dict[int, float]]) -> None:
    pushed, exact = near(Links.of(weights), {0: 3.0}), by_iteration(weights, {0: 1.0})
    for node, rank in enumerate(exact):
        assert pushed.get(node, 0.0) == pytest.approx(rank, abs=0.02)


def test_what_cannot_be_reached_has_no_rank() -> None:
    assert set(near(Links.of(STAR), {1: 1.0})) == {0, 1}


@settings(deadline=None)
@given(graphs, st.data())
def test_links_that_are_replaced_are_as_if_they_had_been_there(
    weights: list[dict[int, float]], data: st.DataObject
) -> None:
    nodes = data.draw(st.sets(st.integers(0, len(weights) - 1)))
    fresh = {node: weights[(node + 1) % len(weights)] for node in nodes}
    assert Links.of(weights).replaced(fresh) == Links.of([fresh.get(node, own) for node, own in enumerate(weights)])
