"""What can become of a job."""

WAITING = "waiting"
READY = "ready"
DONE = "done"
FAILED = "failed"
SKIPPED = "skipped"

FINAL = frozenset({DONE, FAILED, SKIPPED})
