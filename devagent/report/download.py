"""A progress bar for a download; plain lines where stderr is no terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from devagent.models.store import PullProgress


@contextmanager
def download_progress(*, quiet: bool) -> Iterator[Callable[[PullProgress], None]]:
    """A function that shows how far a download is."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        with _bar() as show:
            yield show
    else:
        yield _Lines().show


@contextmanager
def _bar() -> Iterator[Callable[[PullProgress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=None)
        yield lambda p: progress.update(task, description=p.doing, completed=p.done, total=p.total)


class _Lines:
    """One line for every twentieth part, and when something else is going on."""

    def __init__(self) -> None:
        self._told: tuple[str, int] = ("", -1)

    def show(self, progress: PullProgress) -> None:
        """Tell it if it is worth a line."""
        now = (progress.doing, 20 * progress.done // max(progress.total, 1))
        if now != self._told:
            self._told = now
            print(f"{progress.doing}: {progress.done / 1e6:,.0f} of {progress.total / 1e6:,.0f} MB", file=sys.stderr)
