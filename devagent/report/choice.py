"""Choosing one of several repairs on the terminal: the calls on which they differ, each answer, each diff on demand."""

from typing import TYPE_CHECKING

from devagent.report.alternatives import middle_out, parted
from devagent.report.asking import typed_line
from devagent.report.shown import shown

if TYPE_CHECKING:
    from rich.console import Console

    from devagent.workflows.surface import Choice

_HELP = """\
  NUMBER  take that one; 0 is what would be proposed
  d       show every diff; d NUMBER shows one
  q       leave it open: 0 is proposed as ambiguous
"""


async def chosen(console: "Console", choice: "Choice") -> int | None:
    """The number that the user types; `None` where they leave, or the input ends."""
    _show(console, choice)
    numbers = [option.number for option in choice.options]
    while True:
        console.print(f"Which is meant? [{numbers[0]}-{numbers[-1]}, d, q, ?] ", end="", markup=False)
        line = await typed_line()
        word, _, which = line.strip().lower().partition(" ")
        if not line or word == "q":
            return None
        if word.isdecimal() and int(word) in numbers and not which:
            return int(word)
        if word == "d" and (not which or (which.isdecimal() and int(which) in numbers)):
            _show_diffs(console, choice, int(which) if which else None)
        else:
            _tell_help(console, line.strip())


def _tell_help(console: "Console", said: str) -> None:
    if said not in ("?", "h", ""):
        _print(console, f"{said!r} is none of these.")
    console.print(_HELP, end="", markup=False)


def _show(console: "Console", choice: "Choice") -> None:
    console.print("\nThe tests do not tell which is meant: these pass every gate", style="yellow")
    for number, call in enumerate(choice.calls):
        console.print()
        _print(console, f"  {middle_out(call)}")
        answers = parted(*(option.answers[number] for option in choice.options))
        for option, answer in zip(choice.options, answers, strict=True):
            _print(console, f"    {option.number}  {answer}" if answer else f"    {option.number}  (was not called)")
    console.print()
    for option in choice.options:
        _print(console, f"  {option.number}  {option.way.removeprefix('search: ')}")
    console.print()


def _show_diffs(console: "Console", choice: "Choice", number: int | None) -> None:
    styles = {"+": "green", "-": "red", "@": "cyan"}
    for option in choice.options:
        if number in (None, option.number):
            console.print(f"\n{option.number}", style="bold")
            for line in option.diff.splitlines():
                _print(console, line, styles.get(line[:1], ""))
    console.print()


def _print(console: "Console", text: str, style: str = "") -> None:
    """What comes from the program under repair cannot steer the terminal."""
    console.print(shown(text), style=style, markup=False, highlight=False, soft_wrap=True)
