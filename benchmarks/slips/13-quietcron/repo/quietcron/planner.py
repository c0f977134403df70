"""Turns jobs and quiet hours into a list of runs."""

from dataclasses import dataclass

from .clock import format_clock
from .quiet import QuietHours


@dataclass(frozen=True, order=True)
class Run:
    """A planned run at ``minute``, counted from the first midnight."""

    minute: int
    job: str

    def __str__(self):
        return f"{format_clock(self.minute)} {self.job}"


class Planner:
    """Plans the runs of several jobs."""

    def __init__(self, jobs, quiet=None):
        self.jobs = list(jobs)
        self.quiet = quiet or QuietHours()

    def _place(self, job, minute):
        """Return the minute at which a due run happens, None if dropped."""
        if job.policy == "ignore" or not self.quiet.is_quiet(minute):
            return minute
        if job.policy == "skip":
            return None
        return self.quiet.release(minute)

    def runs(self, days=1):
        """Return all runs in order; runs of a job at one minute merge."""
        planned = set()
        for job in self.jobs:
            for due in job.due_times(days):
                minute = self._place(job, due)
                if minute is not None:
                    planned.add(Run(minute, job.name))
        return sorted(planned)

    def timetable(self):
        """Return the runs of one day as text lines."""
        return [str(run) for run in self.runs()]
