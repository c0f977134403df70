"""The merge driver, told: what was installed, and what it did to a file."""

from collections.abc import Iterator, Mapping
from typing import Any

from devagent.merge.installation import Changed, Installation
from devagent.report.shown import json_text, shown
from devagent.report.telling import plural
from devagent.workflows.results import VERSION


def print_changed(changed: Changed, *, as_json: bool) -> None:
    """What installing or uninstalling changed."""
    if as_json:
        print(json_text(_installation(changed.now) | {"changes": changed.changes}, indent=1))
        return
    for line in changed.changes or ("nothing to change",):
        print(shown(line))
    print_installation(changed.now, as_json=False)


def print_installation(found: Installation, *, as_json: bool) -> None:
    """Whether git uses the driver."""
    if as_json:
        print(json_text(_installation(found), indent=1))
        return
    for line in _status(found):
        print(shown(line))


def print_story(story: Mapping[str, Any], *, as_json: bool) -> None:
    """What the driver did to one file."""
    if as_json:
        print(json_text({"devagent": VERSION, "kind": "merge story"} | dict(story), indent=1))
        return
    for line in _story(story):
        print(shown(line))


def _installation(found: Installation) -> dict[str, Any]:
    return {
        "devagent": VERSION,
        "kind": "merge driver",
        "installed": found.command is not None,
        "works": found.works,
        "python": found.python,
        "patterns": list(found.patterns),
        "kept": list(found.kept),
        "attributes": str(found.attributes),
    }


def _status(found: Installation) -> Iterator[str]:
    if found.command is None:
        yield "git merges here without devagent. To change that: devagent merge install"
        return
    if not found.works:
        yield f"{found.python or 'the interpreter'} is not there any more: git merges as it does without devagent. " + (
            "Again: devagent merge install"
        )
        return
    if not found.patterns:
        yield f"the driver is set up, but {found.attributes} has no patterns for it. Again: devagent merge install"
        return
    yield f"git merges {plural(len(found.patterns), 'kind')} of files here with devagent: {' '.join(found.patterns)}"
    if found.kept:
        yield f"{plural(len(found.kept), 'file')} with a merge setting elsewhere in the attributes keep it"


def _story(story: Mapping[str, Any]) -> Iterator[str]:
    conflicts = story["conflicts"]
    settled = sum(entry["settled"] for entry in conflicts)
    yield f"{story['path']}: {plural(settled, 'decision')}, {plural(len(conflicts) - settled, 'conflict')} left"
    if story.get("is_rebase"):
        yield "in a rebase: ours is the branch that your commits are put onto, theirs is your own commit"
    for entry in conflicts:
        yield ""
        yield from _told(entry)


def _told(entry: Mapping[str, Any]) -> Iterator[str]:
    place = f"line {entry['line']} of our side"
    if "how" not in entry:
        yield f"{place}: left to you, with no proposal"
        return
    chance = f"{entry['confidence']}, {entry['probability']:.0%}"
    yield f"{place}: {'' if entry['settled'] else 'left to you; proposal: '}{entry['how']} ({chance})"
    if entry["why"]:
        yield f"  {entry['why']}"
    lines = entry.get("text", "").splitlines()
    origins = entry.get("origins", [])
    for number, line in enumerate(lines):
        origin = origins[number] if number < len(origins) else ""
        yield f"  {origin:6} │ {line}"
    if without := entry.get("left_out"):
        yield "  left out:"
        yield from (f"  {side:6} │ {line.rstrip()}" for side, line in without)
    for other in entry.get("alternatives", []):
        yield f"  or {other['how']} ({other['probability']:.0%})"
