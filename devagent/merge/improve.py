"""What the merge driver does after git's own line merge is in place: the engine, within a time limit, and one line."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from devagent.merge.decision import Confidence
from devagent.merge.driver import printable, replace
from devagent.merge.engine import merge_text
from devagent.merge.generated import written_by_a_tool
from devagent.merge.markers import Style, hold_markers
from devagent.merge.merged import Merged
from devagent.merge.versions import Labels, Versions

SECONDS = 2.0
"""Wall-clock time for one file. The engine counts operations and stops long before; this is for what nobody counts."""
_LAST_SECONDS = 5 * SECONDS
"""Processor time after which the system ends the process: Python's handlers wait for a grammar that never returns."""

Names = tuple[str, str, str]


@dataclass(frozen=True)
class Files:
    """The files that git handed over, as they were.

    Arguments:
        target: the file that the result goes to.
        size: characters of a conflict marker.
    """

    target: str
    versions: Versions
    size: int

    @classmethod
    def read(cls, target: str, names: Names, path: str, labels: Names, size: int) -> "Files":
        """Read the three versions, before one of them is replaced. Names and labels: of base, ours and theirs."""
        base, ours, theirs = (Path(name).read_bytes() for name in names)
        called = Labels(labels[1], labels[0], labels[2])
        return cls(target, Versions(path or target, base, ours, theirs, called), size)


def improve(files: Files, *, has_result: bool) -> bool:
    """Resolve what is certain in a file that git left in conflict; gives whether no conflict is left.

    Arguments:
        has_result: whether git's line merge is in the file already. If it is not, this first puts its own there.
    """
    versions = files.versions
    if versions.is_binary:
        _say(versions.path, f"binary, left as it is in {versions.labels.ours}")
        return False
    style = _style()
    if not has_result:
        replace(files.target, merge_text(versions, steps=()).content(style=style, size=files.size))
    try:
        with _at_most(SECONDS, versions.path):
            steps = () if hold_markers(versions, files.size) else None
            merged = merge_text(versions, accept=Confidence.CERTAIN, steps=steps)
            content = merged.content(style=style, size=files.size)
    except Exception as error:  # noqa: BLE001  whatever goes wrong here, the line merge is in place, and has to stay
        _say(versions.path, f"left to git's line merge: {type(error).__name__}: {error}")
        return False
    if merged.decisions or merged.is_clean:
        replace(files.target, content)
    kept = _kept(merged) if merged.decisions or merged.unresolved else False
    _say(versions.path, _told(merged, kept))
    return merged.is_clean


@contextmanager
def _at_most(seconds: float, path: str) -> Iterator[None]:
    """Leave the whole process, and git's result in its place, when the time is up."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        _say(path, f"left to git's line merge: {seconds:g} s were not enough")
        sys.stderr.flush()
        os._exit(1)

    before = signal.signal(signal.SIGALRM, leave)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_PROF, _LAST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGALRM, before)


def _style() -> Style:
    """How the user wants conflicts to be shown."""
    with suppress(ValueError):
        return Style(_git("config", "merge.conflictStyle"))
    return Style.MERGE


def _kept(merged: Merged) -> bool:
    """Keep the story for `devagent merge explain`; gives whether that could be done."""
    from devagent.merge.records import folder_of, record

    common, _, own = _git("rev-parse", "--git-common-dir", "--git-dir").partition("\n")
    if not common:
        return False
    is_rebase = any(Path(own, name).is_dir() for name in ("rebase-merge", "rebase-apply"))
    try:
        record(folder_of(Path(common)), merged, is_rebase=is_rebase)
    except Exception:  # noqa: BLE001  nothing depends on the story, and the merge is done
        return False
    return True


def _git(*command: str) -> str:
    from devagent.merge.driver import output

    code, text = output("git", *command)
    return os.fsdecode(text).removesuffix("\n") if code == 0 else ""


def _told(merged: Merged, kept: bool) -> str:
    """What was done, in a few words."""
    left = len({conflict.number for conflict in merged.unresolved})
    hows = list(dict.fromkeys(decision.how for decision in merged.decisions))
    if not hows:
        why = written_by_a_tool(merged.versions)
        return f"{_conflicts(left)} left{why and f': {why}'}" if left else "merged by lines, with another diff"
    resolved = f"resolved by {', '.join(hows)}"
    text = f"{resolved}; {_conflicts(left)} left" if left else resolved
    return f"{text} (devagent merge explain {printable(merged.versions.path)})" if kept else text


def _conflicts(count: int) -> str:
    return "1 conflict" if count == 1 else f"{count} conflicts"


def _say(path: str, text: str) -> None:
    with suppress(OSError):
        print(f"devagent: {printable(path)}: {printable(text)}", file=sys.stderr)
