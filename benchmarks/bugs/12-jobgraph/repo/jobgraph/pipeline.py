"""The front door."""

from .errors import JobError
from .graph import Graph
from .job import Job
from .report import Report
from .runner import Runner


class Pipeline:
    """Collects jobs and runs them."""

    def __init__(self):
        self._jobs = []

    def job(self, name, action, after=(), retries=0, optional=False):
        if any(job.name == name for job in self._jobs):
            raise JobError(f"there is a job {name} already")
        self._jobs.append(Job(name, action, tuple(after), retries, optional))

    def run(self):
        return Report(Runner(Graph(self._jobs)).run())
