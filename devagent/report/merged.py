"""What became of a merge beside the checkout, for people."""

from collections.abc import Iterator

from devagent.report.resolving import console_on_stdout, file_lines, print_evidence
from devagent.report.shown import json_text, shown
from devagent.report.telling import plural
from devagent.workflows.conflicts.merging import MergeResult
from devagent.workflows.conflicts.resolution import Outcome


def print_merge(result: MergeResult, *, as_json: bool, checked: bool) -> None:
    """The files in conflict, the evidence, and what to do next. `checked`: it was only asked what would conflict."""
    if as_json:
        print(json_text(result.to_json(), indent=1))
        return
    console = console_on_stdout()
    if checked:
        for line in _checked(result):
            console.print(shown(line), soft_wrap=True)
        return
    for file in result.files:
        for text in file_lines(file, result.state):
            console.print(text, soft_wrap=True)
        console.print()
    for note in result.notes:
        console.print(shown(note), soft_wrap=True)
    print_evidence(console, result.evidence)
    for line in _end(result):
        console.print(shown(line), soft_wrap=True)


def _checked(result: MergeResult) -> Iterator[str]:
    """One line for each file that would conflict, and whether it could be resolved."""
    for file in result.files:
        word = "can be resolved" if file.outcome is Outcome.RESOLVED else file.reason or str(file.outcome)
        yield f"{file.path}: {file.entry.status} ({word})"
    yield from map(str, result.semantic)
    ours, theirs = result.state.ours.name, result.state.theirs.name
    match result.outcome:
        case "up to date":
            yield f"{ours} has all of {theirs} already"
        case "fast-forward":
            yield f"{theirs} has all of {ours}: it merges without a commit"
        case "clean":
            yield f"{theirs} merges into {ours} without a conflict"
        case "semantic conflicts":
            count = plural(len(result.semantic), "semantic conflict")
            yield f"{theirs} merges into {ours} without a conflict of text, but with {count}"
        case _:
            solved = sum(file.outcome is Outcome.RESOLVED for file in result.files)
            yield f"{plural(len(result.files), 'file')} would conflict; {solved} of them can be resolved"


def _end(result: MergeResult) -> Iterator[str]:
    ours, theirs = result.state.ours.name, result.state.theirs.name
    match result.outcome:
        case "up to date":
            yield f"Nothing to merge: {ours} has all of {theirs} already."
        case "fast-forward":
            yield f"Nothing to resolve: {theirs} has all of {ours}. Next: git merge --ff-only {theirs}"
        case "conflicts":
            left = [file for file in result.files if file.outcome is not Outcome.RESOLVED]
            yield f"{plural(len(left), 'file')} of {len(result.files)} cannot be resolved; nothing is proposed."
            yield f"Next: git merge {theirs}, then devagent resolve --interactive"
        case "failing":
            yield f"Not proposed: the merge of {theirs} does not pass. Read it: devagent show {result.run}"
        case "proposed":
            yield f"Proposed: the merge of {theirs} into {ours}."
            yield f"Next: devagent show {result.run}, devagent apply --commit {result.run}"
        case "unverified":
            count = plural(len(result.semantic), "semantic conflict")
            why = f"{count}, see above" if result.semantic else "no test observes it"
            yield f"Unverified: the merge of {theirs} into {ours}: {why}."
            yield f"Read it first: devagent show {result.run}; then devagent apply --commit --unverified {result.run}"
