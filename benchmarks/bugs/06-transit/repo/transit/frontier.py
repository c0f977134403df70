"""A queue that gives the cheapest item first."""

import heapq


class Frontier:
    """Items by cost; items of equal cost come out in the order they went in."""

    def __init__(self):
        self._heap = []
        self._count = 0

    def push(self, cost, item):
        self._count += 1
        heapq.heappush(self._heap, (cost, self._count, item))

    def pop(self):
        cost, _, item = heapq.heappop(self._heap)
        return cost, item

    def __bool__(self):
        return bool(self._heap)
