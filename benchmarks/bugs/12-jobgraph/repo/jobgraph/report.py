"""What came out of a run."""


class Report:
    """Read-only view of a finished run."""

    def __init__(self, ledger):
        self._progress = dict(ledger.progress)

    def states(self):
        return {name: item.state for name, item in self._progress.items()}

    def result(self, name):
        return self._progress[name].result

    def attempts(self, name):
        return self._progress[name].attempts

    def waits(self, name):
        return list(self._progress[name].waits)

    def blame(self, name):
        return self._progress[name].blame

    def finished(self, name):
        return self._progress[name].finished

    def summary(self):
        """``"2 done, 1 failed"``; states nothing is in are left out."""
        counts = {}
        for item in self._progress.values():
            counts[item.state] = counts.get(item.state, 0) + 1
        return ", ".join(f"{counts[state]} {state}" for state in sorted(counts))
