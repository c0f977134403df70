"""Cheapest routes by Dijkstra's algorithm."""

import heapq
from dataclasses import dataclass


class NoRoute(LookupError):
    """The target cannot be reached."""


@dataclass(frozen=True)
class Route:
    """A path through the mesh and its total cost in ms."""

    nodes: tuple
    cost: float

    @property
    def hops(self):
        """Number of links crossed."""
        return len(self.nodes) - 1


class Planner:
    """Finds routes in one topology."""

    def __init__(self, topology):
        self.topology = topology

    def _search(self, start):
        """Return (cost, previous node) maps for everything reachable."""
        costs = {start: 0.0}
        previous = {}
        heap = [(0.0, start)]
        done = set()
        while heap:
            cost, node = heapq.heappop(heap)
            if node in done:
                continue
            done.add(node)
            for link in self.topology.links_of(node):
                far = link.other_end(node)
                new = cost + link.cost_from(node)
                if far not in costs or new < costs[far]:
                    costs[far] = new
                    previous[far] = node
                    heapq.heappush(heap, (new, far))
        return costs, previous

    def route(self, start, goal):
        """Return the cheapest Route from ``start`` to ``goal``."""
        costs, previous = self._search(start)
        if goal not in costs:
            raise NoRoute(f"no route from {start} to {goal}")
        nodes = [goal]
        while nodes[-1] != start:
            nodes.append(previous[nodes[-1]])
        return Route(tuple(reversed(nodes)), costs[goal])

    def reachable(self, start):
        """Return the set of nodes which can be reached from ``start``."""
        return set(self._search(start)[0])
