"""Who waits for whom."""

from .errors import CycleError, JobError


class Graph:
    """Jobs by name, with the links between them in both directions."""

    def __init__(self, jobs):
        self.jobs = {job.name: job for job in jobs}
        self._followers = {name: [] for name in self.jobs}
        for job in jobs:
            for name in job.after:
                if name not in self.jobs:
                    raise JobError(f"{job.name} waits for {name}, which is unknown")
                self._followers[name].append(job.name)
        self._check_cycles()

    def followers(self, name):
        """The jobs that wait for this one, in the order they were added."""
        return list(self._followers[name])

    def _check_cycles(self):
        missing = {name: len(job.after) for name, job in self.jobs.items()}
        free = [name for name, count in missing.items() if count == 0]
        seen = 0
        while free:
            name = free.pop()
            seen += 1
            for other in self._followers[name]:
                missing[other] -= 1
                if missing[other] == 0:
                    free.append(other)
        if seen < len(self.jobs):
            raise CycleError("some jobs wait for each other")
