"""Jobs and how they are doing."""

from dataclasses import dataclass, field

from .states import WAITING


@dataclass(frozen=True)
class Job:
    """Something to do, once the jobs in ``after`` are done.

    An ``optional`` job may fail without any harm to the jobs that wait for it.
    """

    name: str
    action: object
    after: tuple = ()
    retries: int = 0
    optional: bool = False


@dataclass
class Progress:
    """How a job is doing; ``blame`` is the job because of which it was skipped."""

    state: str = WAITING
    attempts: int = 0
    result: object = None
    error: str = ""
    blame: str = ""
    finished: float | None = None
    waits: list = field(default_factory=list)
