"""What became of conflicts, for people: per file and hunk what was decided, why, how sure, and whose each line is."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from devagent.merge.decision import Confidence, Decision, Origin
from devagent.merge.generated import made_anew_by
from devagent.repo.conflicts import Status
from devagent.repo.operation import Operation
from devagent.report.output import COLOURS, MARKS
from devagent.report.shown import json_text, shown
from devagent.report.telling import plural
from devagent.workflows.conflicts.resolution import BY_USER, FileResolution, Hunk, Outcome, Resolution, texts

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from devagent.merge.versions import Lines
    from devagent.repo.operation import Commit, UnderWay
    from devagent.workflows.conflicts.mergetool import Tooled
    from devagent.workflows.results import Observed

MOST_LINES = 16
_MOST_ALTERNATIVES = 3
_MOST_DETAILS = 8
_SHOWN_ABOVE = ("ours", "theirs", "ours, then theirs", "theirs, then ours", "what was there before", "neither")
_MARKS = {
    Outcome.RESOLVED: ("✓", "green"),
    Outcome.PARTLY: ("~", "yellow"),
    Outcome.LEFT: ("✗", "red"),
    Outcome.EDITED: ("✗", "red"),
}
_COLOURS = {Origin.OURS: "cyan", Origin.THEIRS: "magenta", Origin.BOTH: "", Origin.BASE: "dim", Origin.NEW: "yellow"}


def print_resolution(result: Resolution, *, as_json: bool) -> None:
    """Each file and each of its conflicts; the last line says what to do next."""
    if as_json:
        print(json_text(result.to_json(), indent=1))
        return
    console = console_on_stdout()
    for stop in result.earlier:
        _print_files(console, stop)
    if not result.files:
        _print_nothing(console, result)
        return
    _print_files(console, result)
    for finding in result.semantic:
        console.print(shown(f"semantic conflict: {finding}"), soft_wrap=True)
    print_evidence(console, result.evidence)
    print_closing(console, result)


def print_evidence(console: "Console", evidence: "Sequence[Observed]") -> None:
    """What was observed of a result, gate by gate."""
    from rich.text import Text

    for item in evidence:
        mark = (f"{MARKS[item.verdict]} ", COLOURS[item.verdict])
        console.print(Text.assemble(mark, shown(f"{item.gate}: {item.summary}")), soft_wrap=True)
        for line in item.details[:_MOST_DETAILS]:
            console.print(shown(f"    {line}"), soft_wrap=True)
        if (more := len(item.details) - _MOST_DETAILS) > 0:
            console.print(f"    … {plural(more, 'line')} more", soft_wrap=True)


def _print_nothing(console: "Console", result: Resolution) -> None:
    console.print("Nothing is in conflict.")
    if result.finished and result.state:
        console.print(f"finished the {result.state.operation}")
    elif result.state and result.state.operation.go_on:
        console.print(f"Next: git {' '.join(result.state.operation.go_on)}")


def print_closing(console: "Console", result: Resolution) -> None:
    """What it comes to, and what to do next."""
    for line in closing_lines(result):
        console.print(shown(line), soft_wrap=True)


def _print_files(console: "Console", result: Resolution) -> None:
    console.print(shown(headline(result)), style="bold", soft_wrap=True)
    if result.state and (told := who_is_who(result.state)):
        console.print(shown(told), soft_wrap=True)
    for line in result.notes:
        console.print(shown(line), soft_wrap=True)
    for file in result.files:
        console.print()
        for text in file_lines(file, result.state):
            console.print(text, soft_wrap=True)
    console.print()


def print_tooled(done: "Tooled", path: str) -> None:
    """What became of a file of `git mergetool`."""
    if done.edited:
        print(shown(f"{path} has been edited since: nothing was put into it"))
        return
    left = f"; {plural(done.left, 'conflict')} left for you" if done.left else ""
    print(shown(f"{path}: {plural(done.resolved, 'conflict')} resolved{left}"), flush=True)


def console_on_stdout() -> "Console":
    """A console whose text is taken as it is: what comes from files is no markup."""
    from rich.console import Console

    class Output(Console):
        def on_broken_pipe(self) -> None:
            # Rich would end the process with 1; the boundary knows better what it means.
            raise BrokenPipeError

    return Output(highlight=False, markup=False, emoji=False)


def headline(result: Resolution) -> str:
    """Which operation it is, between whom, and how much of it is in conflict."""
    count = plural(len(result.files), "file") + " in conflict"
    state = result.state
    if state is None or result.files[0].entry.status is Status.MARKED:
        return f"Markers without a merge: {count}"
    step = f", commit {state.step.number} of {state.step.of}" if state.step else ""
    what = f"{str(state.operation)[0].upper()}{str(state.operation)[1:]}"
    if state.operation in (Operation.STASH, Operation.UNKNOWN):
        return f"{what} into {state.ours.name}: {count}"
    word = "onto" if state.swapped else "on" if state.operation is Operation.REVERT else "into"
    return f"{what} of {state.theirs.name.removeprefix('before ')} {word} {state.ours.name}{step}: {count}"


def who_is_who(state: "UnderWay") -> str:
    """Which side is which, where that is not what people expect; else empty."""
    ours, theirs = state.ours.name, state.theirs.name
    match state.operation:
        case Operation.REBASE:
            return f"ours is {ours}; theirs is your own commit {theirs}"
        case Operation.REVERT:
            return f"ours is {ours} as it is; theirs is the code {theirs}"
        case Operation.STASH:
            return f"ours is {ours} as it is now; theirs is what you had stashed"
    return ""


def file_lines(file: FileResolution, state: "UnderWay | None", *, choices: bool = True) -> Iterator["Text"]:
    """All that is told of one file; `choices` off where what there is to choose from is listed by itself."""
    from rich.text import Text

    mark, colour = _MARKS[file.outcome]
    yield Text.assemble((f"{mark} ", colour), (shown(file.path), "bold"), f"  {_status(file)}")
    if state:
        yield from _history(Origin.OURS, file.history.ours)
        yield from _history(Origin.THEIRS, file.history.theirs)
    hunks = file.hunks
    for hunk in hunks:
        yield from hunk_lines(hunk, len(hunks))
    for decision in file.elsewhere:
        yield Text(shown(f"  outside the conflicts: {decision.how}: {decision.why}"))
    if file.reason and not any(hunk.decision for hunk in hunks):
        yield Text(shown(f"  {file.reason}"))
    if file.chosen and file.chosen.blob and (command := made_anew_by(file.path)):
        yield Text(shown(f"  one side's lock file, for now; let its tool write it: {command}"))
    if choices and file.choices and not file.chosen:
        offered = ", ".join(f"{choice.name} ({choice.what})" for choice in file.choices)
        yield Text(shown(f"  to choose from: {offered}"))


def hunk_lines(hunk: Hunk, of: int) -> Iterator["Text"]:
    """One conflict: what was decided and its lines, or both sides and what could be put there."""
    from rich.text import Text

    decision = hunk.decision
    head = f"  conflict {hunk.number} of {of}, line {hunk.line}: "
    if hunk.settled and decision:
        yield Text.assemble(head, (shown(decision.how), "green"), f", {_sureness(decision)}")
        if decision.why and decision.how != BY_USER:
            yield Text(shown(f"    {decision.why}"))
        yield from lines_with_origins(decision, hunk.origins)
        yield from _lines_left_out(hunk)
        return
    yield Text.assemble(head, (_why_open(hunk), "yellow"))
    yield from sides(hunk)
    for number, (how, chance, why) in enumerate(_proposed(decision), 1):
        yield Text(shown(f"    {number}. {how}{f', {chance:.0%}' if chance else ''}{f': {why}' if why else ''}"))
        if number == 1 and decision and decision.lines not in _plain(hunk):
            for _, line in cut((("", line) for line in texts(decision.lines)), len(decision.lines)):
                yield Text(f"       │ {shown(line)}")


def _plain(hunk: Hunk) -> "tuple[Lines, ...]":
    """The texts that are seen already where both sides are shown."""
    found = hunk.conflict
    return (), found.base, found.ours, found.theirs, found.ours + found.theirs, found.theirs + found.ours


def _why_open(hunk: Hunk) -> str:
    if hunk.decision is None:
        return "nothing speaks for one side"
    is_likely = hunk.decision.confidence is not Confidence.UNSURE
    return "what is likely leaves out a side's change" if is_likely and hunk.left_out else "not sure enough"


def lines_with_origins(decision: Decision, origins: Sequence[Origin]) -> Iterator["Text"]:
    """The lines of a decision, each after the version it comes from."""
    from rich.text import Text

    if not decision.lines:
        yield Text("    (nothing is left of it)", style="dim")
    for origin, line in cut(zip(origins, texts(decision.lines), strict=True), len(decision.lines)):
        yield Text(f"    {origin:6} │ {shown(line)}", style=_COLOURS[Origin(origin)] if origin else "dim")


def _lines_left_out(hunk: Hunk) -> Iterator["Text"]:
    """What a side brought and the decision drops: nobody should have to find that out by comparing."""
    from rich.text import Text

    found = hunk.left_out
    if found:
        yield Text("    left out:", style="red")
    told = ((str(side), line) for side, lines in found for line in texts((lines,)))
    for name, line in cut(told, len(found)):
        yield Text(f"    {name:6} │ {shown(line)}", style="red" if name else "dim")


def sides(hunk: Hunk) -> Iterator["Text"]:
    """Both sides of a conflict, one above the other, and what they started from."""
    from rich.text import Text

    for origin, lines in (
        (Origin.OURS, hunk.conflict.ours),
        (Origin.BASE, hunk.conflict.base),
        (Origin.THEIRS, hunk.conflict.theirs),
    ):
        if not lines and origin is Origin.BASE:
            continue
        told = texts(lines) or ["(nothing)"]
        for name, line in cut(((str(origin), line) for line in told), len(told)):
            yield Text(f"    {name:6} │ {shown(line)}", style=_COLOURS[origin])


def offered_lines(offered: "Iterable[tuple[str, str, float, Lines | None]]") -> Iterator["Text"]:
    """Alternatives (how, why, chance, lines), numbered; the lines of each where they are not a side as it is."""
    from rich.text import Text

    for number, (how, why, chance, lines) in enumerate(offered, 1):
        likely = f", {chance:.0%}" if chance else ""
        yield Text(shown(f"  {number}. {how}{likely}{f': {why}' if why else ''}"), style="bold")
        if lines is None or how in _SHOWN_ABOVE:
            continue
        for _, line in cut((("", line) for line in texts(lines)), len(lines)):
            yield Text(f"     │ {shown(line)}")


def closing_lines(result: Resolution) -> Iterator[str]:
    """What it comes to, and what to do next."""
    total, left = len(result.files), result.left
    done = total - len(left)
    if result.run:
        yield from _after_writing(result)
        return
    if result.fails:
        yield f"{plural(total, 'file')} can be resolved, but not so: see above. Nothing was changed."
        yield "Next: devagent resolve --interactive, and take another alternative"
        return
    if result.semantic:
        yield f"{plural(len(result.semantic), 'semantic conflict')}: see above; no text decides about them."
    if not left:
        yield f"{plural(total, 'file')} can be resolved; nothing was changed."
    else:
        partly = sum(file.outcome is Outcome.PARTLY for file in left)
        there = ", as it is there already" if all(file.is_written for file in left if file.writable) else ""
        in_part = f", {partly} in part{there}" if partly else ""
        yield f"{done} of {total} can be resolved{in_part}; nothing was changed."
    if not left:
        yield f"Next: devagent resolve --apply{_or_continue(result) if not result.others else ''}"
    elif any(file.writable and not file.is_written for file in result.files):
        yield f"Next: devagent resolve --apply for what is resolved; for the rest, {_for_a_person(result)}"
    else:
        yield f"Next: {_for_a_person(result)}"


def _after_writing(result: Resolution) -> Iterator[str]:
    if result.staged and not result.finished:
        yield f"resolved and staged: {', '.join(result.staged)}"
    if result.finished and result.state:
        yield f"resolved everything and finished the {result.state.operation}"
        return
    partly = [file.path for file in result.files if file.outcome is Outcome.PARTLY]
    if partly:
        yield f"resolved in part, with markers for the rest: {', '.join(partly)}"
    yield f"`devagent resolve --restore` brings the conflicts back (run {result.run})"
    if result.left:
        by_hand = "; or edit what has markers, and git add it" if partly else ""
        yield f"{plural(len(result.left), 'file')} left. Next: {_for_a_person(result)}{by_hand}"
    elif result.others:
        yield f"{plural(result.others, 'more file')} in conflict. Next: devagent resolve"
    elif not result.staged:
        yield "Next: look at it with git diff, and git add it"
    elif result.semantic:
        yield f"Next: mend the {plural(len(result.semantic), 'semantic conflict')} above, git add it, and go on by git"
    elif result.state and result.state.operation.go_on:
        yield f"Next: git {' '.join(result.state.operation.go_on)}"
    elif result.state and result.state.operation is Operation.STASH:
        yield "Next: look at it with git diff --cached; git keeps the stash until git stash drop"
    else:
        yield "Next: look at it with git diff --cached, and commit"


def _for_a_person(result: Resolution) -> str:
    """What to do about what is left."""
    if any(file.hunks or file.choices for file in result.left):
        return "devagent resolve --interactive"
    return "settle it by hand, and git add it"


def _or_continue(result: Resolution) -> str:
    go_on = result.state.operation.go_on if result.state else ()
    return f", or devagent resolve --continue, which also runs git {' '.join(go_on)}" if go_on else ""


def _status(file: FileResolution) -> str:
    if file.outcome is Outcome.EDITED:
        return "edited since; left as it is"
    if file.chosen:
        return f"{file.entry.status}: {file.chosen.what}"
    return str(file.entry.status)


def _history(side: Origin, commits: "Sequence[Commit]") -> Iterator["Text"]:
    from rich.text import Text

    for number, commit in enumerate(commits):
        name = "" if number else str(side)
        yield Text(shown(f"  {name:6}  {commit.id} {commit.subject}"), style="dim")


def _sureness(decision: Decision) -> str:
    if decision.how == BY_USER or not decision.probability:
        return str(decision.confidence) if decision.how != BY_USER else decision.why
    return f"{decision.confidence} ({decision.probability:.0%})"


def _proposed(decision: Decision | None) -> list[tuple[str, float, str]]:
    if decision is None:
        return []
    first = (decision.how, decision.probability, decision.why)
    others = [(other.how, other.probability, other.why) for other in decision.alternatives]
    return [first, *others][:_MOST_ALTERNATIVES]


def cut(lines: "Iterable[tuple[str, str]]", total: int) -> Iterator[tuple[str, str]]:
    """The first of many lines, and how many more there are."""
    for number, line in enumerate(lines):
        if number == MOST_LINES and total > MOST_LINES + 1:
            yield "", f"… {plural(total - MOST_LINES, 'line')} more"
            return
        yield line
