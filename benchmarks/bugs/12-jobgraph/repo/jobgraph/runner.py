"""Running the jobs of a graph."""

import heapq

from .backoff import delay
from .clock import SimulatedClock
from .errors import Stuck
from .ledger import Ledger


class Runner:
    """Runs one job at a time, in the order in which they become due."""

    def __init__(self, graph, clock=None):
        self._graph = graph
        self._clock = clock or SimulatedClock()
        self.ledger = Ledger(graph)
        self._due = []
        self._count = 0

    def run(self):
        self._enqueue_ready()
        while self._due:
            moment, _, name = heapq.heappop(self._due)
            self._clock.wait_until(moment)
            self._attempt(name)
            self._enqueue_ready()
        left = self.ledger.open_jobs()
        if left:
            raise Stuck(", ".join(left))
        return self.ledger

    def _attempt(self, name):
        job = self._graph.jobs[name]
        progress = self.ledger.progress[name]
        progress.attempts += 1
        try:
            result = job.action()
        except Exception as error:  # whatever a job raises is its result
            if progress.attempts <= job.retries:
                wait = delay(progress.attempts)
                progress.waits.append(wait)
                self._enqueue(name, self._clock.now + wait)
            else:
                self.ledger.fail(name, error, self._clock.now)
        else:
            self.ledger.succeed(name, result, self._clock.now)

    def _enqueue_ready(self):
        for name in self.ledger.promote():
            self._enqueue(name, self._clock.now)

    def _enqueue(self, name, moment):
        self._count += 1
        heapq.heappush(self._due, (moment, self._count, name))
