"""Names that nothing binds any more in a file that both sides changed: one side uses them, the other took them out.

A name counts that is bound in both sides, wherever they use it, and is not in the merged file: a removed import, a
renamed function, parameter or variable of which the other side added a use.
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from devagent.code.errors import CannotParse
from devagent.code.index.facts import TYPES
from devagent.code.index.imports import Meaning
from devagent.code.index.scopes import FileScope
from devagent.code.language import language_for, nodes_of, parse
from devagent.merge.semantic.crossing import Crossing, Loss
from devagent.merge.semantic.fate import fate_of
from devagent.merge.semantic.finding import Finding, Kind, Spot
from devagent.merge.semantic.rules import Rules, rules_for
from devagent.merge.semantic.view import View

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMES = ("identifier", "type_identifier", "shorthand_property_identifier")
_Place = tuple[int, int]
"""A line and the scope that it is in."""


def unbound(crossing: Crossing) -> Iterator[Finding]:
    """The names that a side added uses of, and that the other side bound no longer."""
    for path in crossing.used:
        versions = (crossing.base, crossing.user, crossing.changer)
        blobs = [view.blobs.get(path) for view in versions]
        if None in blobs or len(set(blobs)) < 3 or not crossing.adds_one_of(path, frozenset(crossing.lost_words(path))):
            continue
        found = _unbound(crossing.merged, path)
        for view in versions:
            found = {name: at for name, at in found.items() if name not in _unbound(view, path)} if found else {}
        for name, places in found.items():
            finding = _lost(crossing, path, name, places)
            if finding is not None:
                yield finding


def _unbound(view: View, path: str) -> dict[str, list[_Place]]:
    """The names at the head of a use that nothing here binds, with where they are used."""
    facts, names, rules = view.facts(path), view.resolver.scope(path), rules_for(path)
    if facts is None or names is None or rules is None:
        return {}
    uses, lines = facts.uses, iter(facts.uses.lines)
    heads = [chain.partition(".")[0].removesuffix("()") for chain in uses.table]
    apart = {"?", names.language.above, *names.language.own, *rules.globals}
    found: dict[str, list[_Place]] = {}
    for scope, chain, count in zip(uses.scopes, uses.chains, uses.counts, strict=True):
        here, head = list(islice(lines, count)), heads[chain]
        if head and head not in apart and not _is_bound(view, names, scope, head):
            found.setdefault(head, []).extend((line, scope) for line in here)
    return found


def _is_bound(view: View, names: FileScope, scope: int, head: str) -> bool:
    around = scope
    while around >= -1:
        if (around, head) in names.inside or (around, head) in names.imports:
            return True
        if around < 0:
            break
        around = names.definitions[around].parent
    return isinstance(view.resolver.follow(names.path, scope, head), Meaning)


def _lost(crossing: Crossing, path: str, name: str, places: list[_Place]) -> Finding | None:
    """What is told of a name without a meaning, if it is surely one."""
    names = crossing.merged.resolver.scope(path)
    if names is None or names.stars:
        return None
    mine = [(line, scope) for line, scope in sorted(places) if crossing.is_added(path, line)]
    mine = [(line, scope) for line, scope in mine if _is_name(crossing.merged, path, line, name)]
    if not mine or (names.language.implicit and not _is_own(crossing, path, name, mine[0][1])):
        return None
    at = Spot(path, mine[0][0])
    sides = (crossing.user_name, crossing.changer_name)
    loss = _definition(crossing, path, name)
    if loss is not None:
        fate, was = fate_of(loss, crossing), Spot(path, loss.definition.start_line)
        return Finding(fate.kind, name, at, f"uses {name}", *sides, fate.did, was, fate.now, fate.advice)
    line = _import_line(crossing.base, path, name)
    if line:
        did, advice = "removed its import", "Import it again."
        return Finding(Kind.UNBOUND, name, at, f"uses {name}", *sides, did, Spot(path, line), None, advice)
    did = "renamed or removed it in that function"
    advice = f"Use what {crossing.changer_name} has in its place."
    return Finding(Kind.UNBOUND, name, at, f"uses {name}", *sides, did, None, None, advice)


def _is_own(crossing: Crossing, path: str, name: str, scope: int) -> bool:
    """Whether a name can be told to be no inherited one: where members are seen without naming the object."""
    if _import_line(crossing.base, path, name):
        return True
    names = crossing.merged.resolver.scope(path)
    while names is not None and scope >= 0:
        definition = names.definitions[scope]
        if definition.kind in TYPES and not crossing.merged.is_closed(Meaning(path, scope)):
            return False
        scope = definition.parent
    return True


def _is_name(view: View, path: str, line: int, name: str) -> bool:
    """Whether a line uses a name as one, and not as the key of something."""
    language, rules = language_for(path), rules_for(path)
    assert language is not None and rules is not None
    try:
        root = parse(view.text(path), language).root_node
    except CannotParse:
        return False
    return any(
        node.start_point.row == line - 1 and node.text == name.encode() and not _is_key(node, rules)
        for node in nodes_of(root, language, _known(language.name))
    )


def _known(language: str) -> tuple[str, ...]:
    return {"python": _NAMES[:1], "java": _NAMES[:2], "javascript": (_NAMES[0], _NAMES[2])}.get(language, _NAMES)


def _is_key(node: "Node", rules: Rules) -> bool:
    parent = node.parent
    if parent is None:
        return False
    field = next((parent.field_name_for_child(n) for n, child in enumerate(parent.children) if child == node), None)
    return f"{parent.type} {field}" in rules.keys and not (
        parent.type == "method_invocation" and parent.child_by_field_name("object") is None
    )


def _definition(crossing: Crossing, path: str, name: str) -> Loss | None:
    """What the name stood for in the file before, where that was a definition."""
    left = {each.qualified for each in crossing.changer.definitions(path)}
    for definition in crossing.base.definitions(path):
        if definition.name == name and definition.qualified not in left and definition.kind != "attribute":
            return Loss(path, definition)
    return None


def _import_line(view: View, path: str, name: str) -> int:
    names = view.resolver.scope(path)
    entry = names.imports.get((-1, name)) if names else None
    return entry.line if entry else 0
