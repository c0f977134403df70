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
            f"     {_middle_out(other.call)}",
            f"     is here   {here}",
            f"     is there  {there}",
            *(f"     {line}" for line in (other.diff.splitlines() if whole else ())),
        ]
        for line in lines:
            console.print(shown(line), markup=False, highlight=False, soft_wrap=True)
    console.print("To take one of them: devagent apply --alternative NUMBER", markup=False, highlight=False)


def parted(one: str, other: str) -> tuple[str, str]:
    """Two values, cut to where they differ."""
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, same - BEFORE) if max(len(one), len(other)) > WIDTH else 0
    return _cut(one, start), _cut(other, start)


def _cut(text: str, start: int) -> str:
    end = start + WIDTH
    return ("…" if start else "") + text[start:end] + ("…" if len(text) > end else "")


def _middle_out(text: str) -> str:
    half = WIDTH * 3 // 4
    return text if len(text) <= 2 * half else f"{text[:half]} … {text[-half:]}"
