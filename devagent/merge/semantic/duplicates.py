"""What both sides added under one name in different places, so that the text merges and one of the two is lost."""

import posixpath
from collections.abc import Iterator

from devagent.code.index.facts import FUNCTIONS, TYPES, Definition, Import
from devagent.code.index.imports import Meaning
from devagent.code.language import language_for
from devagent.merge.semantic.crossing import Crossing
from devagent.merge.semantic.finding import Finding, Kind, Spot
from devagent.merge.semantic.forms import forms
from devagent.merge.semantic.rules import Rules, rules_for
from devagent.merge.semantic.view import View


def duplicates(crossing: Crossing) -> Iterator[Finding]:
    """The definitions, imports and modules that both sides added under one name."""
    for path in crossing.used:
        rules = rules_for(path)
        if rules is None:
            continue
        if path in crossing.changer.blobs and crossing.may_double(path):
            yield from _within(crossing, path, rules)
            yield from _imported(crossing, path, rules)
        if path not in crossing.base.blobs and path not in crossing.changer.blobs:
            yield from _beside(crossing, path)
        language = language_for(path)
        if language is not None and language.modules == "packages":
            yield from _in_package(crossing, path)


def _within(crossing: Crossing, path: str, rules: Rules) -> Iterator[Finding]:
    """Two definitions of one name in one file, of which each side brought one."""
    by_name: dict[str, list[Definition]] = {}
    definitions = crossing.merged.definitions(path)
    for each in definitions:
        if not _is_local(definitions, each):
            by_name.setdefault(each.qualified, []).append(each)
    for qualified, found in by_name.items():
        if len(found) != 2 or not found[0].name.strip("_"):
            continue
        if crossing.base.named(path, qualified) or any(each.kind not in rules.duplicates for each in found):
            continue
        ours, theirs = crossing.user.named(path, qualified), crossing.changer.named(path, qualified)
        if len(ours) != 1 or len(theirs) != 1 or _may_stand_twice(crossing.merged, path, qualified, found, rules):
            continue
        first, second = _whose(crossing, path, found, ours[0])
        yield _twice(crossing, qualified, Spot(path, first.start_line), Spot(path, second.start_line))


def _is_local(definitions: list[Definition], definition: Definition) -> bool:
    return definition.parent >= 0 and definitions[definition.parent].kind in FUNCTIONS


def _may_stand_twice(view: View, path: str, qualified: str, found: list[Definition], rules: Rules) -> bool:
    """Whether two definitions of a name are no fault: overloads, or, where the last one counts, the same text."""
    if rules.overloads and found[0].kind in FUNCTIONS:
        types = [tuple(each.type for each in form.parameters) for form in forms(view, path).get(qualified, ())]
        return len(types) != 2 or types[0] != types[1]
    lines = view.text(path).split(b"\n")
    texts = {b"\n".join(lines[each.start_line - 1 : each.end_line]).strip() for each in found}
    return len(texts) == 1 and not rules.doubled


def _whose(crossing: Crossing, path: str, found: list[Definition], ours: Definition) -> tuple[Definition, Definition]:
    """The definition of the user, then that of the changer."""
    mine = _text(crossing.user, path, ours)
    first, second = found
    return (first, second) if _text(crossing.merged, path, first) == mine else (second, first)


def _text(view: View, path: str, definition: Definition) -> bytes:
    return b"\n".join(view.text(path).split(b"\n")[definition.start_line - 1 : definition.end_line])


def _twice(crossing: Crossing, name: str, at: Spot, other: Spot) -> Finding:
    return Finding(
        Kind.DUPLICATE,
        name,
        at,
        f"added {name}",
        crossing.user_name,
        crossing.changer_name,
        f"added another {name}",
        None,
        other,
        "Keep one, or give one of them another name.",
    )


def _imported(crossing: Crossing, path: str, rules: Rules) -> Iterator[Finding]:
    """Two imports that bind one name to different things."""
    merged, user, changer = (view.facts(path) for view in (crossing.merged, crossing.user, crossing.changer))
    if merged is None or user is None or changer is None:
        return
    before = crossing.base.facts(path)
    known = {entry.alias for entry in before.imports} if before else set()
    seen: dict[str, tuple[str, str, int]] = {}
    mine, theirs = ({entry[:3] for entry in facts.imports} for facts in (user, changer))
    for entry in merged.imports:
        if entry.scope >= 0 or entry.alias in ("", "*", *known) or not entry.module or not entry.name:
            continue
        first = seen.setdefault(entry.alias, (entry.module, entry.name, entry.line))
        if first[:2] == entry[:2] or _is_one_side(mine, theirs, first, entry[:3]):
            continue
        if not rules.doubled and not _differ(crossing.merged, path, first, entry):
            continue
        spots = [Spot(path, first[2]), Spot(path, entry.line)]
        if (first[0], first[1], entry.alias) not in mine:
            spots.reverse()
        yield _twice(crossing, f"an import of {entry.alias}", *spots)


def _differ(view: View, path: str, first: tuple[str, str, int], second: Import) -> bool:
    """Whether two imports surely bring in different things, where it is no fault to have one of them twice."""
    one = view.resolver.imported(path, second._replace(module=first[0], name=first[1]))
    other = view.resolver.imported(path, second)
    return isinstance(one, Meaning) and isinstance(other, Meaning) and one != other


def _is_one_side(
    mine: set[tuple[str, str, str]], theirs: set[tuple[str, str, str]], first: tuple[str, str, int],
    second: tuple[str, str, str],
) -> bool:  # fmt: skip
    """Whether two imports come from one side, or one of them from both."""
    key = (first[0], first[1], second[2])
    return not ((key in mine and second in theirs and key not in theirs and second not in mine)
                or (key in theirs and second in mine and key not in mine and second not in theirs))  # fmt: skip


def _beside(crossing: Crossing, path: str) -> Iterator[Finding]:
    """A module that the changer added under the name of this one, or a type that this one's package has twice."""
    stem = _module(path)
    for other in crossing.brought:
        if other in crossing.base.blobs or other in crossing.user.blobs or other not in crossing.merged.blobs:
            continue
        if _module(other) == stem and posixpath.basename(stem) != "__init__":
            yield _twice(crossing, f"the module {posixpath.basename(stem)}", Spot(path, 1), Spot(other, 1))


def _in_package(crossing: Crossing, path: str) -> Iterator[Finding]:
    """The types that the user added, and that the changer added to another file of the folder as well."""
    fresh = [each for each in crossing.user.definitions(path) if each.parent < 0 and each.kind in TYPES]
    fresh = [each for each in fresh if not crossing.base.named(path, each.qualified)]
    for other in crossing.brought if fresh else ():
        if posixpath.dirname(other) != posixpath.dirname(path) or other == path:
            continue
        for definition in fresh:
            if crossing.base.named(other, definition.name) or crossing.user.named(other, definition.name):
                continue
            for each in crossing.merged.named(other, definition.name):
                at, there = Spot(path, definition.start_line), Spot(other, each.start_line)
                yield _twice(crossing, definition.name, at, there)


def _module(path: str) -> str:
    """The name of the module that a file is: `a/b` for `a/b.py` and `a/b/__init__.py`."""
    stem, ending = posixpath.splitext(path)
    kind = "script" if ending in (".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs") else ending
    for inner in ("/__init__", "/index"):
        stem = stem.removesuffix(inner)
    return f"{stem}:{kind}".partition(":")[0] if kind in ("script", ".py") else path
