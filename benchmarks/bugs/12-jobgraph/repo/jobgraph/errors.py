class JobError(Exception):
    """Base of the errors of this package."""


class CycleError(JobError):
    """Jobs that wait for each other."""


class Stuck(JobError):
    """Jobs are left over which can never start."""
