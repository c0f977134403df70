"""What was measured on the merges of a repository, as plain counts."""

import statistics
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from devagent.errors import ExitCode
from devagent.merge.decision import Confidence
from devagent.workflows.results import VERSION


class Method(StrEnum):
    """A way to merge a file. The value is what a table calls it."""

    GIT = "git"
    CERTAIN = "devagent merge driver"
    LIKELY = "devagent, what is likely"
    ALWAYS = "devagent, always"
    RESOLVE = "devagent resolve"


GIT = Method.GIT


@dataclass
class Count:
    """How often something was said, and how often it was right."""

    said: int = 0
    right: int = 0

    def add(self, right: bool) -> None:
        """Count one."""
        self.said += 1
        self.right += right


@dataclass
class MethodScore:
    """What one method did with the files: no conflict left, the same as people made, a new syntax error."""

    clean: int = 0
    same: int = 0
    broken: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, seconds: float, *, clean: bool = False, same: bool = False, broken: bool = False) -> None:
        """Count one file."""
        self.clean += clean
        self.same += same
        self.broken += broken
        self.seconds.append(seconds)

    def milliseconds(self, part: float) -> float:
        """How long a file takes, in milliseconds: the time that this part of the files (0 to 1) stays under."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0

    @property
    def median(self) -> float:
        """The median time of a file, in milliseconds."""
        return 1000 * statistics.median(self.seconds) if self.seconds else 0.0


@dataclass
class Score:
    """All that was measured.

    Arguments:
        merges: how many merges there are to make again; `replayed` of them were.
        files: files in which git finds conflicts.
        left_out: files that both sides changed and that are not merged line by line.
        hunks: their conflicts; `first` and `three`: people's answer was the first, or among the first three.
        classes: by confidence, what was decided and how much of it was right.
        known: conflicts that had been settled before in the history of both sides.
        is_cut: whether the time was up before the end; `is_interrupted`: whether a person ended it.
    """

    merges: int = 0
    replayed: int = 0
    files: int = 0
    left_out: int = 0
    hunks: int = 0
    first: int = 0
    three: int = 0
    methods: dict[Method, MethodScore] = field(default_factory=lambda: {method: MethodScore() for method in Method})
    classes: dict[Confidence, Count] = field(default_factory=lambda: {kind: Count() for kind in Confidence})
    known: Count = field(default_factory=Count)
    is_cut: bool = False
    is_interrupted: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the command."""
        if self.is_interrupted:
            return ExitCode.INTERRUPTED
        return ExitCode.DONE

    def to_json(self) -> dict[str, Any]:
        """The score as plain data: the shape behind `--json`. Times are in milliseconds a file."""
        counts = ("merges", "replayed", "files", "left_out", "hunks", "first", "three", "is_cut", "is_interrupted")
        return {
            "devagent": VERSION,
            "kind": "bench merges",
            **{name: getattr(self, name) for name in counts},
            "methods": {str(name): _method_json(score) for name, score in self.methods.items()},
            "classes": {str(kind): vars(count) for kind, count in self.classes.items()},
            "known": vars(self.known),
            "exit_code": int(self.exit_code),
        }


def _method_json(score: MethodScore) -> dict[str, Any]:
    times = {"median_ms": round(score.median, 1), "p95_ms": round(score.milliseconds(0.95), 1)}
    return {"clean": score.clean, "same": score.same, "broken": score.broken, **times}
