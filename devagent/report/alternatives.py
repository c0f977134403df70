"""What else an ambiguous proposal might have been, told by calls on which it makes a difference."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from devagent.report.shown import shown

if TYPE_CHECKING:
    from rich.console import Console

    from devagent.workflows.results import OtherWay


def print_alternatives(console: "Console", alternatives: "Sequence[OtherWay]", *, whole: bool = False) -> None:
    """Each with a call that tells it from the proposal; its diff as well where the `whole` is wanted."""
    if not alternatives:
        return
    console.print("The tests do not tell which is meant:", style="yellow", markup=False)
    for other in alternatives:
        way = other.way.removeprefix("search: ")
        console.print(shown(f"  {other.call}  is  {other.here}"), markup=False, highlight=False, soft_wrap=True)
        text = f"    or {other.there}, with {way}: devagent apply --alternative {other.number}"
        console.print(shown(text), markup=False, highlight=False, soft_wrap=True)
        for line in other.diff.splitlines() if whole else ():
            console.print(shown(f"      {line}"), markup=False, highlight=False, soft_wrap=True)
