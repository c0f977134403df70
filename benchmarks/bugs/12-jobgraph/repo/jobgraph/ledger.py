"""Keeping the books: the state of every job."""

from .job import Progress
from .states import DONE, FAILED, FINAL, READY, SKIPPED, WAITING


class Ledger:
    """The progress of all jobs of a graph."""

    def __init__(self, graph):
        self._graph = graph
        self.progress = {name: Progress() for name in graph.jobs}

    def state(self, name):
        return self.progress[name].state

    def promote(self):
        """Make waiting jobs ready whose predecessors are all dealt with.

        A predecessor is dealt with when it is done, or has failed but was
        optional. Returns the names of the jobs made ready.
        """
        ready = []
        for name, progress in self.progress.items():
            if progress.state != WAITING:
                continue
            if all(self._dealt_with(other) for other in self._graph.jobs[name].after):
                progress.state = READY
                ready.append(name)
        return ready

    def succeed(self, name, result, now):
        progress = self.progress[name]
        progress.state, progress.result, progress.finished = DONE, result, now

    def fail(self, name, error, now):
        """A job has failed for good.

        Unless the job is optional, all jobs that depend on it, directly or
        by way of other jobs, can never run: those that still wait become
        skipped, with the failed job to blame and finished as of now. What
        is final already stays as it is. Returns the names of the jobs skipped
        by this failure, in no particular order.
        """
        progress = self.progress[name]
        progress.state, progress.error, progress.finished = FAILED, str(error), now
        if self._graph.jobs[name].optional:
            return []
        skipped = []
        for follower in self._graph.followers(name):
            other = self.progress[follower]
            if other.state in FINAL:
                continue
            other.state, other.blame, other.finished = SKIPPED, name, now
            skipped.append(follower)
        return skipped

    def open_jobs(self):
        return [name for name, item in self.progress.items() if item.state not in FINAL]

    def _dealt_with(self, name):
        state = self.state(name)
        return state == DONE or (state == FAILED and self._graph.jobs[name].optional)
