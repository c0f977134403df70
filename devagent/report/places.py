"""Places in the code with what speaks for them, and answers that name such places."""

import shutil
import sys
from typing import TYPE_CHECKING

from devagent.report.shown import json_text, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devagent.workflows.ask import Answer
    from devagent.workflows.locate import Found, LocateResult

_MOST_FAILING = 3
_WIDEST_PLACE, _WIDEST_NAME = 60, 36


def print_located(result: "LocateResult", *, as_json: bool) -> None:
    """The functions to look at, one a line: `path:line  name  why`."""
    if as_json:
        print(json_text(result.to_json(), indent=1))
        return
    if result.outcome != "found":
        print(shown(f"{result.summary[:1].upper()}{result.summary[1:]}."))
        return
    if result.failing:
        more = len(result.failing) - _MOST_FAILING
        named = ", ".join(result.failing[:_MOST_FAILING]) + (f" and {more} more" if more > 0 else "")
        print(shown(f"Failing: {named}"))
    print_places(result.found)


def print_answer(answer: "Answer", *, as_json: bool) -> None:
    """The claims, each with the line that shows it; without one, the places to look at. What was dropped is told."""
    if as_json:
        print(json_text(answer.to_json(), indent=1))
        return
    for claim in answer.claims:
        print(shown(f"{claim.claim}\n    {claim.path}:{claim.line}: {claim.quote}"))
    sys.stdout.flush()
    if answer.dropped:
        what = "claim was" if answer.dropped == 1 else "claims were"
        print(f"devagent: {answer.dropped} {what} dropped: the line quoted for it is not there", file=sys.stderr)
    if answer.claims:
        return
    print(shown(f"devagent: {answer.summary}" + ("; places to look at:" if answer.places else "")), file=sys.stderr)
    print_places(answer.places)


def print_places(found: "Sequence[Found]") -> None:
    """Functions in columns, each with its reasons and the lines to look at first.

    One long path or name moves no other line. On a terminal that is too narrow for it, the why has a line of its own.
    """
    places = [f"{f.path}:{f.line}" for f in found]
    widths = _width(places, _WIDEST_PLACE), _width([f.name for f in found], _WIDEST_NAME)
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for place, function in zip(places, found, strict=True):
        where = f"{place:{widths[0]}}  {function.name:{widths[1]}}"
        why = "; ".join(filter(None, [*function.reasons, _lines(function.lines)]))
        narrow = room and len(where) + 2 + len(why) > room
        print(shown(f"{where.rstrip()}\n    {why}" if narrow else f"{where}  {why}".rstrip()))


def _width(texts: "Sequence[str]", most: int) -> int:
    """What most of the texts fit into, and no more than that."""
    return max((len(text) for text in texts if len(text) <= most), default=0)


def _lines(numbers: "Sequence[int]") -> str:
    """The lines to look at first, as the last of the reasons."""
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}" if numbers else ""
