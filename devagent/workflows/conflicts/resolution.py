"""What became of files in conflict: hunk by hunk what was decided, why, how sure, and where each line comes from."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from devagent.errors import ExitCode
from devagent.merge.decision import Alternative, Confidence, Decision, Origin, left_out
from devagent.merge.decision import origins as origins_of
from devagent.merge.merged import Merged
from devagent.merge.regions import Clean, Conflict, Region, settled
from devagent.merge.semantic.finding import Finding
from devagent.merge.versions import Lines
from devagent.repo.checkout import OnDisk
from devagent.repo.conflicts import Unmerged
from devagent.repo.objects import Blob
from devagent.repo.operation import History, UnderWay
from devagent.workflows.results import VERSION, Observed

BY_USER = "your choice"


class Outcome(StrEnum):
    """What became of one file."""

    RESOLVED = "resolved"
    PARTLY = "partly resolved"
    LEFT = "left"
    EDITED = "edited by hand"


@dataclass(frozen=True)
class Hunk:
    """One conflict of a file, settled or not.

    Arguments:
        number: which it is, from 1.
        line: the line of the resulting file on which it begins, from 1.
        region: where it stands in the merged file's regions.
        conflict: the three versions of it.
        decision: the text that settles it, or would; `None` where there is none.
        settled: whether the decision is sure enough to be written.
    """

    number: int
    line: int
    region: int
    conflict: Conflict
    decision: Decision | None
    settled: bool

    @property
    def is_by_user(self) -> bool:
        """Whether a person decided it."""
        return self.decision is not None and self.decision.how == BY_USER

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Where each line of the decision comes from."""
        if self.decision is None:
            return ()
        found = self.conflict
        return self.decision.origins or origins_of(self.decision.lines, found.base, found.ours, found.theirs)

    @property
    def left_out(self) -> tuple[tuple[Origin, bytes], ...]:
        """The lines that a side brought and that the decision is without, each with its side."""
        if self.decision is None:
            return ()
        return tuple(left_out(self.decision.lines, self.conflict.base, self.conflict.ours, self.conflict.theirs))

    def to_json(self) -> dict[str, Any]:
        """The hunk as plain data; bytes that are no text are replaced."""
        versions = {side: texts(getattr(self.conflict, side)) for side in ("base", "ours", "theirs")}
        said = None
        if self.decision:
            without = [[str(side), *texts((line,))] for side, line in self.left_out]
            said = _decision_json(self.decision) | {"origins": list(self.origins), "left_out": without}
        return {"number": self.number, "line": self.line, "settled": self.settled, **versions, "decision": said}


@dataclass(frozen=True)
class Choice:
    """One of the ways to settle a file that is not merged line by line. `blob` is `None` where the file goes."""

    name: str
    what: str
    blob: Blob | None


@dataclass(frozen=True)
class FileResolution:
    """What became of one file in conflict.

    Arguments:
        reason: why it is left, or not resolved as a whole; empty where it is resolved.
        merged: its text with what was decided; `None` where it is not merged line by line.
        chosen: what was chosen of `choices`; `None` while nothing is.
        mode: the mode that it gets, as git writes it.
        seen: the file in the work tree when this was found.
        written: its text as devagent wrote it before, where that is what the file holds.
    """

    entry: Unmerged
    outcome: Outcome
    reason: str = ""
    merged: Merged | None = None
    choices: tuple[Choice, ...] = ()
    chosen: Choice | None = None
    mode: str = "100644"
    marker_size: int = 7
    history: History = field(default_factory=History)
    seen: OnDisk | None = None
    written: Merged | None = None

    @property
    def path(self) -> str:
        """The path in the index."""
        return self.entry.path

    @property
    def hunks(self) -> tuple[Hunk, ...]:
        """Its conflicts, in the order of the file."""
        return tuple(_hunks(self.merged)) if self.merged else ()

    @property
    def elsewhere(self) -> tuple[Decision, ...]:
        """What was decided about text that was in no conflict: a moved definition that the other side edited."""
        regions = self.merged.regions if self.merged else ()
        return tuple(r.decision for r in regions if isinstance(r, Clean) and r.decision and r.was is None)

    @property
    def is_written(self) -> bool:
        """Whether the file holds already what is resolved of it."""
        if self.written is None or self.merged is None or self.chosen:
            return False
        return self.written.content() == self.merged.content()

    @property
    def writable(self) -> bool:
        """Whether something of it can be written: all of it, or some of its conflicts."""
        return self.outcome in (Outcome.RESOLVED, Outcome.PARTLY)

    def settled(self, hunk: Hunk, decision: Decision) -> "FileResolution":
        """The same file with one more conflict settled."""
        assert self.merged
        regions = list(self.merged.regions)
        regions[hunk.region] = settled(hunk.conflict, decision)
        merged = replace(self.merged, regions=tuple(regions))
        return with_merged(self, merged)

    def with_choice(self, choice: Choice) -> "FileResolution":
        """The same file, settled as a whole."""
        return replace(self, chosen=choice, outcome=Outcome.RESOLVED, reason="")

    @property
    def doubted(self) -> "FileResolution":
        """The same file with nothing in it taken for certain."""
        if self.merged is None:
            return self
        regions = tuple(_doubted(region) for region in self.merged.regions)
        return replace(self, merged=replace(self.merged, regions=regions))

    def opened(self, hunk: Hunk) -> "FileResolution":
        """The same file with a settled conflict opened again; the decision stays as a proposal."""
        assert self.merged
        regions = list(self.merged.regions)
        regions[hunk.region] = replace(hunk.conflict, proposal=hunk.decision)
        return with_merged(self, replace(self.merged, regions=tuple(regions)))

    def to_json(self) -> dict[str, Any]:
        """The file as plain data."""
        return {
            "path": self.path,
            "status": str(self.entry.status),
            "outcome": str(self.outcome),
            "reason": self.reason,
            "hunks": [hunk.to_json() for hunk in self.hunks],
            "elsewhere": [_decision_json(decision) for decision in self.elsewhere],
            "choices": [{"name": choice.name, "what": choice.what} for choice in self.choices],
            "chosen": self.chosen.name if self.chosen else None,
            "history": asdict(self.history),
        }


@dataclass(frozen=True)
class Resolution:
    """What `devagent resolve` found, and did where it was asked to.

    Arguments:
        state: the operation; `None` where nothing is under way and the files hold markers.
        run: the run under which it was written, so that it can be taken back; empty where nothing was.
        staged: the paths that were staged.
        finished: whether git finished the operation.
        earlier: the stops of the same operation before this one, each of which was resolved.
        others: how many more files are in conflict that were not meant.
        stopped: whether a limit ended what a model was asked about what is left.
        evidence: what was observed of the result, where it was looked at.
        semantic: where the text merges and the meaning does not: one side newly uses what the other took away.
    """

    state: UnderWay | None
    files: tuple[FileResolution, ...]
    notes: tuple[str, ...] = ()
    run: str = ""
    staged: tuple[str, ...] = ()
    finished: bool = False
    earlier: tuple["Resolution", ...] = ()
    others: int = 0
    stopped: bool = False
    evidence: tuple[Observed, ...] = ()
    semantic: tuple[Finding, ...] = ()

    @property
    def left(self) -> tuple[FileResolution, ...]:
        """The files that are not resolved."""
        return tuple(file for file in self.files if file.outcome is not Outcome.RESOLVED)

    @property
    def exit_code(self) -> ExitCode:
        """0 where everything is resolved and nothing speaks against it, or there is nothing to do."""
        if not self.left and not self.fails and not self.semantic:
            return ExitCode.DONE
        return ExitCode.OUT_OF_BUDGET if self.stopped and self.left else ExitCode.NOT_RESOLVED

    @property
    def fails(self) -> bool:
        """Whether what was observed of the result speaks against it."""
        return any(item.verdict == "fail" for item in self.evidence)

    def to_json(self) -> dict[str, Any]:
        """The resolution as plain data: the shape behind `--json`."""
        return {
            "devagent": VERSION,
            "kind": "resolve",
            "operation": asdict(self.state) if self.state else None,
            "files": [file.to_json() for file in self.files],
            "notes": list(self.notes),
            "evidence": [vars(item) for item in self.evidence],
            "run": self.run,
            "staged": list(self.staged),
            "finished": self.finished,
            "others": self.others,
            "earlier": [stop.to_json() for stop in self.earlier],
            "semantic": [asdict(each) | {"told": str(each)} for each in self.semantic],
            "exit_code": int(self.exit_code),
        }


def with_merged(file: FileResolution, merged: Merged) -> FileResolution:
    """The file with other text; its outcome follows from what is left."""
    left = len(merged.unresolved)
    if not left:
        return replace(file, merged=merged, outcome=Outcome.RESOLVED, reason="")
    settled_too = any(hunk.settled for hunk in _hunks(merged))
    outcome = Outcome.PARTLY if settled_too else Outcome.LEFT
    what = "conflict is" if left == 1 else "conflicts are"
    return replace(file, merged=merged, outcome=outcome, reason=f"{left} {what} not sure enough")


def texts(lines: Lines) -> list[str]:
    """Lines as text, without their ends; bytes that are no text are replaced."""
    return [line.rstrip(b"\r\n").decode(errors="replace") for line in lines]


def chosen_by_user(conflict: Conflict, lines: Lines, what: str) -> Decision:
    """The decision that a person took."""
    origins = origins_of(lines, conflict.base, conflict.ours, conflict.theirs)
    return Decision(lines, BY_USER, what, Confidence.CERTAIN, 1.0, origins)


def _doubted(region: Region) -> Region:
    if not isinstance(region, Clean) or region.decision is None:
        return region
    decision = region.decision
    if decision.confidence is not Confidence.CERTAIN or decision.how == BY_USER:
        return region
    return replace(region, decision=replace(decision, confidence=Confidence.LIKELY))


def _hunks(merged: Merged) -> Iterator[Hunk]:
    line, number = 1, 0
    for index, region in enumerate(merged.regions):
        if isinstance(region, Conflict):
            number += 1
            yield Hunk(number, line, index, region, region.proposal, settled=False)
            line += len(region.ours) + len(region.theirs) + 3
            continue
        if region.was is not None and region.decision is not None:
            number += 1
            yield Hunk(number, line, index, region.was, region.decision, settled=True)
        line += len(region.lines)


def _decision_json(decision: Decision) -> dict[str, Any]:
    return {
        "lines": texts(decision.lines),
        "how": decision.how,
        "why": decision.why,
        "confidence": str(decision.confidence),
        "probability": round(decision.probability, 4),
        "alternatives": [_alternative_json(other) for other in decision.alternatives],
    }


def _alternative_json(other: Alternative) -> dict[str, Any]:
    return {
        "lines": texts(other.lines),
        "how": other.how,
        "why": other.why,
        "probability": round(other.probability, 4),
    }
