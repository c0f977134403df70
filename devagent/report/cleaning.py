"""What `devagent clean` found and removed, for people and as JSON."""

from collections.abc import Sequence

from devagent.report.output import print_rows
from devagent.report.shown import json_text, shown
from devagent.report.telling import plural
from devagent.workflows.clean import CleanResult, Thing

_STEPS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def print_found(things: Sequence[Thing], notes: Sequence[str]) -> None:
    """One table of everything, with sizes, and what would be removed in one line."""
    if things:
        head = ("kind", "name", "size", "last used", "")
        print_rows([head, *((t.kind, shown(t.name), size(t.size), ago(t.age), _about(t)) for t in things)])
    for note in notes:
        print(shown(note))
    going = [thing for thing in things if not thing.kept]
    kept = len(things) - len(going)
    rest = f"; {kept} {'is' if kept == 1 else 'are'} kept" if kept else ""
    if going:
        print(f"\n{plural(len(going), 'thing')}, {size(total(going))}, can be removed{rest}.")
    else:
        print(f"Nothing to remove{rest}.")


def print_removed(result: CleanResult) -> None:
    """What was removed in the end."""
    print(f"removed {plural(len(result.removed), 'thing')}, {size(result.freed)}")


def print_json(result: CleanResult) -> None:
    """The result as JSON."""
    print(json_text(result.to_json(), indent=1))


def total(things: Sequence[Thing]) -> int:
    """Bytes of all of them, as far as sizes are known."""
    return sum(thing.size or 0 for thing in things)


def size(number: int | None) -> str:
    """A number of bytes in few characters: `4.1 MB`; empty where it is not known."""
    if number is None:
        return ""
    value = float(number)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def ago(seconds: float | None) -> str:
    """How long ago, in few words: `3 days`; empty where it is not known."""
    if seconds is None:
        return ""
    for length, name in _STEPS:
        if seconds >= length:
            return plural(int(seconds // length), name)
    return "just now"


def _about(thing: Thing) -> str:
    return f"kept: {thing.kept}" if thing.kept else thing.about
