"""From conflicts that stay uncertain to what a model is asked about them, and from its answers back to files."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from devagent.code.symbol import enclosing, symbols
from devagent.merge.answered import answered
from devagent.merge.candidates import is_indented, shape
from devagent.merge.decision import Alternative, Confidence, Decision, left_out, origins
from devagent.merge.keeping import keeping_both
from devagent.merge.markers import has_markers
from devagent.merge.merged import Merged
from devagent.merge.regions import Clean, Conflict
from devagent.merge.versions import Lines, split_lines
from devagent.team.conflict import TEXTS, Disputed, Picked
from devagent.workflows.conflicts.resolution import FileResolution, Hunk, with_merged

MOST_LINES = 300
"""Lines of a conflict, all three versions together, past which no model is asked."""
_AROUND = 60
_OUTSIDE = 8
"""Lines that are shown around a conflict that stands in no definition."""
_NAMED = 3
_WORD = re.compile(rb"[\w\x80-\xff]+")


@dataclass(frozen=True)
class Dispute:
    """A conflict to ask about: the `file`th of the files, the `region`th of its regions."""

    file: int
    region: int
    disputed: Disputed


def disputes(files: Sequence[FileResolution]) -> Iterator[Dispute]:
    """The conflicts for which the engine knows several texts, and is sure of none; without bytes that are no text."""
    for number, file in enumerate(files):
        for hunk in file.hunks:
            if not hunk.settled and hunk.decision and hunk.decision.confidence is Confidence.UNSURE:
                disputed = _disputed(file, hunk)
                if disputed is not None:
                    yield Dispute(number, hunk.region, disputed)


def wanting(merged: Merged, region: int, text: str, insists: bool) -> str:
    """What is wrong with a text that a model wrote for a conflict; empty where nothing is.

    Who `insists` may leave out what a side added: that is shown then, and a person decides.
    """
    lines = split_lines(text.encode())
    conflict = merged.regions[region]
    assert isinstance(conflict, Conflict)
    versions = (merged.versions.base, merged.versions.ours, merged.versions.theirs)
    if has_markers(text.encode()) or any(line.startswith(b"=======") for line in lines):
        return "That holds conflict markers."
    known = set(_WORD.findall(b"\n".join(versions)))
    if strange := sorted(set(_WORD.findall(text.encode())) - known):
        return f"That has words that no version of the file has: {_listed(strange)}."
    lost = [line.strip() for _, line in left_out(lines, conflict.base, conflict.ours, conflict.theirs)]
    if lost and not insists:
        return f"That leaves out what a side added: {_listed(lost)}. If it has to go, say so with the same text."
    if answered(merged, region, _decision(conflict, lines)) is None:
        return "With that the file does not parse."
    return ""


def settled(file: FileResolution, dispute: Dispute, picked: Picked, model: str) -> FileResolution:
    """The file with the text that a model wants: at most likely, and only shown where it leaves out a side's change."""
    assert file.merged
    conflict = file.merged.regions[dispute.region]
    assert isinstance(conflict, Conflict) and conflict.proposal
    decision = _chosen(conflict, picked, model)
    merged = answered(file.merged, dispute.region, decision)
    return with_merged(file, keeping_both(merged)) if merged else file


def _disputed(file: FileResolution, hunk: Hunk) -> Disputed | None:
    assert file.merged
    found = hunk.conflict
    try:
        base, ours, theirs = (b"".join(lines).decode() for lines in (found.base, found.ours, found.theirs))
        texts = tuple(b"".join(lines).decode() for lines in _texts(file.merged, hunk))
        definition, before, after = _around(file.merged, hunk)
    except UnicodeDecodeError:
        return None
    if len(texts) < 2 or found.size > MOST_LINES:
        return None
    labels = file.merged.versions.labels
    history = file.history
    return Disputed(
        path=file.path,
        number=hunk.number,
        definition=definition,
        before=before,
        after=after,
        base=base,
        ours=ours,
        theirs=theirs,
        names=(labels.ours, labels.theirs),
        commits=(tuple(c.subject for c in history.ours), tuple(c.subject for c in history.theirs)),
        texts=texts,
    )


def _texts(merged: Merged, hunk: Hunk) -> list[Lines]:
    """What could stand there, no text twice, the likeliest first; what would not parse is not offered."""
    assert hunk.decision
    indented = is_indented(merged.versions.path)
    unique: dict[bytes, Lines] = {}
    for lines in (hunk.decision.lines, *(other.lines for other in hunk.decision.alternatives)):
        unique.setdefault(shape(lines, indented), lines)
    kept: list[Lines] = []
    for lines in unique.values():
        if len(kept) == max(TEXTS.values()):
            break
        if answered(merged, hunk.region, _decision(hunk.conflict, lines)) is not None:
            kept.append(lines)
    return kept


def _around(merged: Merged, hunk: Hunk) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The head of the definition that a conflict stands in, and its lines before and after the conflict."""
    ours = [region.lines if isinstance(region, Clean) else region.ours for region in merged.regions]
    before, after = (
        [line for lines in part for line in lines] for part in (ours[: hunk.region], ours[hunk.region + 1 :])
    )
    inside = ours[hunk.region]
    content = b"".join([*before, *inside, *after])
    found = symbols(merged.versions.path, content)
    first, last = len(before) + 1, len(before) + max(1, len(inside))
    around = enclosing([symbol for symbol in found if symbol.end_line >= last], first)
    start, stop = max(0, len(before) - _OUTSIDE), _OUTSIDE
    if around is not None:
        start = max(around.start_line - 1, len(before) - _AROUND)
        stop = min(around.end_line - len(before) - len(inside), _AROUND)
    return around.signature if around else "", _texts_of(before[start:]), _texts_of(after[: max(0, stop)])


def _texts_of(lines: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(line.rstrip(b"\r\n").decode() for line in lines)


def _decision(conflict: Conflict, lines: Lines) -> Decision:
    found = origins(lines, conflict.base, conflict.ours, conflict.theirs)
    return Decision(lines, "", "", Confidence.LIKELY, 0.0, found)


def _chosen(conflict: Conflict, picked: Picked, model: str) -> Decision:
    """The decision that a model took. It states no chance: none was measured."""
    assert conflict.proposal
    engine = conflict.proposal
    first = Alternative(engine.lines, engine.how, engine.why, engine.probability)
    known = (first, *engine.alternatives)
    lines = split_lines(picked.text.encode())
    how = next((other.how for other in known if other.lines == lines), "")
    said = f": {picked.why}" if picked.why else ""
    return replace(
        _decision(conflict, lines),
        how=how or "written by a model",
        why=f"{model} {f'chose it among {picked.among}' if how else 'wrote it'}{said}",
        alternatives=tuple(other for other in known if other.lines != lines),
    )


def _listed(found: Sequence[bytes]) -> str:
    shown = ", ".join(text.decode(errors="replace") for text in found[:_NAMED])
    return shown + (f" and {len(found) - _NAMED} more" if len(found) > _NAMED else "")
