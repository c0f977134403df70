"""What else an ambiguous proposal might have been, told by calls on which it makes a difference."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from devagent.report.shown import shown

if TYPE_CHECKING:
    from rich.console import Console

    from devagent.workflows.results import OtherWay

WIDTH, BEFORE = 90, 24
"""So much of a long value is told, from a little before the place where the two differ."""


def print_alternatives(console: "Console", alternatives: "Sequence[OtherWay]", *, whole: bool = False) -> None:
    """Each with a call that tells it from the proposal; its diff as well where the `whole` is wanted."""
    if not alternatives:
        return
    console.print("\nThe tests do not tell which is meant: these pass every gate as well", style="yellow")
    for other in alternatives:
        here, there = parted(other.here, other.there)
        lines = [
            f"  {other.number}  {other.way.removeprefix('search: ')}",
            f"     {middle_out(other.call)}",
            f"     is here   {here}",
            f"     is there  {there}",
            *(f"     {line}" for line in (other.diff.splitlines() if whole else ())),
        ]
        for line in lines:
            console.print(shown(line), markup=False, highlight=False, soft_wrap=True)
    console.print("To take one of them: devagent apply --alternative NUMBER", markup=False, highlight=False)


def parted(*texts: str) -> tuple[str, ...]:
    """Values, cut to where they differ."""
    longest = max(map(len, texts))
    same = next((n for n in range(longest) if len({text[n : n + 1] for text in texts}) > 1), longest)
    start = max(0, same - BEFORE) if longest > WIDTH else 0
    return tuple(_cut(text, start) for text in texts)


def _cut(text: str, start: int) -> str:
    end = start + WIDTH
    return ("…" if start else "") + text[start:end] + ("…" if len(text) > end else "")


def middle_out(text: str) -> str:
    """A call, without its middle where it is long."""
    half = WIDTH * 3 // 4
    return text if len(text) <= 2 * half else f"{text[:half]} … {text[-half:]}"
