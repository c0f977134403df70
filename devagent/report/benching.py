"""What was measured on the merges of a repository, for people."""

import sys
from collections.abc import Iterator, Sequence

from devagent.report.output import print_rows
from devagent.report.shown import json_text
from devagent.report.telling import plural
from devagent.workflows.conflicts.score import Method, Score

_HEAD = ("", "no conflict left", "as people did", "precision", "wrong", "does not parse", "median", "p95")
_CLEAR_LINE = "\r\x1b[K"


def print_score(score: Score, *, as_json: bool) -> None:
    """The table: each method, then how sure it was and how often right."""
    if as_json:
        print(json_text(score.to_json(), indent=1))
        return
    for line in _ground(score):
        print(line)
    if not score.files:
        return
    print()
    print_rows([_HEAD, *(_row(score, method) for method in Method)])
    print()
    for line in _hunks(score):
        print(line)


def tell_progress(score: Score) -> None:
    """How far it is, on stderr, in one line that is written over."""
    if sys.stderr.isatty():
        merges = f"{score.replayed:,} of {plural(score.merges, 'merge')}"
        print(f"{_CLEAR_LINE}{merges}, {plural(score.files, 'file')} in conflict", end="", file=sys.stderr, flush=True)


def end_progress() -> None:
    """Take that line away again."""
    if sys.stderr.isatty():
        print(_CLEAR_LINE, end="", file=sys.stderr, flush=True)


def _ground(score: Score) -> Iterator[str]:
    """What was looked at."""
    of = f" of {score.merges:,}" if score.replayed < score.merges else ""
    why = " (interrupted)" if score.is_interrupted else " (the time was up)" if score.is_cut else ""
    yield f"{score.replayed:,}{of} merges made again{why}: git leaves conflicts in {plural(score.files, 'file')}"
    if score.left_out:
        yield f"{plural(score.left_out, 'file')} that both sides changed left out: of a tool, binary, or very large"


def _row(score: Score, method: Method) -> Sequence[str]:
    counted, files = score.methods[method], score.files
    times = [f"{counted.median:.0f} ms", f"{counted.milliseconds(0.95):.0f} ms"] if any(counted.seconds) else ["", ""]
    wrong = counted.clean - counted.same
    shares = (counted.clean, files), (counted.same, files), (counted.same, counted.clean), (wrong, files)
    return method, *(_percent(*share) for share in shares), _percent(counted.broken, files), *times


def _hunks(score: Score) -> Iterator[str]:
    """The single conflicts."""
    first, three = _percent(score.first, score.hunks), _percent(score.three, score.hunks)
    told = f"what people made is the first proposal in {first}, one of the first three in {three}"
    yield f"{plural(score.hunks, 'conflict')}: {told}"
    for kind, count in score.classes.items():
        share = _percent(count.said, score.hunks)
        yield f"  {kind}: {share} of them, right in {_percent(count.right, count.said)}"
    if score.known.said:
        right = _percent(score.known.right, score.known.said)
        yield f"  met before in this history: {score.known.said:,} of them, answered the same way again in {right}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"
