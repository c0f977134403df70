"""Classes of one side that do not do what the other side newly asks of them: methods to define, forms to keep."""

from collections.abc import Iterator

from devagent.code.errors import CannotParse
from devagent.code.index.facts import Definition
from devagent.code.index.imports import Meaning
from devagent.code.language import language_for, parse, text_of
from devagent.merge.semantic.crossing import Crossing
from devagent.merge.semantic.finding import Finding, Kind, Spot
from devagent.merge.semantic.forms import forms
from devagent.merge.semantic.rules import Rules, rules_for
from devagent.merge.semantic.signatures import Call, Signature, compiled, fits
from devagent.merge.semantic.view import View

_CLASSES = ("class", "enum")
_DEPTH = 12


def obligations(crossing: Crossing) -> Iterator[Finding]:
    """What the classes that a side added, or gave another base, lack in the face of the other side's bases."""
    for path in crossing.used:
        rules = rules_for(path)
        if rules is None or not rules.abstract or not crossing.may_inherit(path):
            continue
        known = {each.qualified: each for each in crossing.base.definitions(path)}
        for place, definition in enumerate(crossing.merged.definitions(path)):
            if definition.kind not in _CLASSES or not definition.bases:
                continue
            before = known.get(definition.qualified)
            is_new = before is None or set(definition.bases) - set(before.bases)
            bases = _bases(crossing.merged, Meaning(path, place))
            touched = [each for each in bases if each.path in crossing.changed and each.path in crossing.changer.blobs]
            if is_new and touched:
                yield from _lacking(crossing, Meaning(path, place), definition, touched, rules)
            if touched:
                yield from _misfitting(crossing, Meaning(path, place), definition, touched)


def _bases(view: View, meaning: Meaning, depth: int = 0) -> list[Meaning]:
    """The classes that a class inherits from and that are surely known, the nearest first."""
    definition = view.resolver.definition(meaning)
    if definition is None or depth > _DEPTH:
        return []
    found = []
    for base in definition.bases:
        meant = view.resolver.follow(meaning.path, definition.parent, base)
        if not isinstance(meant, Meaning) or meant.place < 0:
            continue
        found += [meant._replace(made=False), *_bases(view, meant, depth + 1)]
    return list(dict.fromkeys(found))


def _lacking(
    crossing: Crossing, meaning: Meaning, definition: Definition, bases: list[Meaning], rules: Rules
) -> Iterator[Finding]:
    """The methods that a base newly asks for and the class has not."""
    view = crossing.merged
    if not view.is_closed(meaning) or _is_open(view, meaning, definition, rules):
        return
    for base in bases:
        theirs = view.resolver.definition(base)
        assert theirs is not None
        now, before = abstract_members(view, base.path), abstract_members(crossing.base, base.path)
        ours = abstract_members(crossing.user, base.path)
        for name, line in now.get(theirs.qualified, {}).items():
            if name in before.get(theirs.qualified, {}) or name in ours.get(theirs.qualified, {}):
                continue
            if not crossing.base.named(base.path, theirs.qualified) or _has(view, meaning, name):
                continue
            at = Spot(meaning.path, definition.start_line)
            yield Finding(
                Kind.OBLIGATION,
                f"{theirs.name}.{name}",
                at,
                f"added {definition.name}, which has no {name}",
                crossing.user_name,
                crossing.changer_name,
                f"made {theirs.name} ask for {name}",
                None,
                Spot(base.path, line),
                f"Define {name} in {definition.name}.",
            )


def _is_open(view: View, meaning: Meaning, definition: Definition, rules: Rules) -> bool:
    """Whether a class need not define everything: it is abstract itself."""
    head = definition.signature.replace(",", " ").replace("(", " ").replace(")", " ").split()
    own = abstract_members(view, meaning.path).get(definition.qualified, {})
    lines = view.text(meaning.path).decode("utf-8", "replace").split("\n")
    above = lines[max(0, definition.start_line - 2) : definition.start_line]
    return bool(own) or bool(rules.open & {*head, *definition.bases, *" ".join(above).split()})


def _has(view: View, meaning: Meaning, name: str) -> bool:
    """Whether a class, or a base of it, defines a member that is not abstract."""
    for each in (meaning, *_bases(view, meaning)):
        owner = view.resolver.definition(each)
        if owner is None:
            continue
        asked = abstract_members(view, each.path).get(owner.qualified, {})
        if name not in asked and view.named(each.path, f"{owner.qualified}.{name}"):
            return True
    return False


def abstract_members(view: View, path: str) -> dict[str, dict[str, int]]:
    """The members of the classes of a file that have to be defined by others, with their lines, by class."""
    language, rules = language_for(path), rules_for(path)
    if language is None or rules is None or not rules.abstract or path not in view.blobs:
        return {}
    from tree_sitter import QueryCursor

    try:
        root = parse(view.text(path), language).root_node
    except CannotParse:
        return {}
    found: dict[str, dict[str, int]] = {}
    named = {(each.name, each.start_line): each for each in view.definitions(path)}
    for node in QueryCursor(compiled(language, rules.abstract)).captures(root).get("name", ()):
        member = node.parent
        if member is None or any(child.type in rules.optional_marks for child in member.children):
            continue
        if any(
            child.type == "modifiers" and {"static", "native", "default", "private"} & set(text_of(child).split())
            for child in member.children
        ):
            continue
        definition = named.get((text_of(node), member.start_point.row + 1))
        if definition is not None:
            owner = definition.qualified.rpartition(".")[0]
            found.setdefault(owner, {})[definition.name] = node.start_point.row + 1
    return found


def _misfitting(
    crossing: Crossing, meaning: Meaning, definition: Definition, bases: list[Meaning]
) -> Iterator[Finding]:
    """The overrides that a side added, of methods that the other side gave another form."""
    path = meaning.path
    own, before = forms(crossing.merged, path), forms(crossing.base, path)
    rules = rules_for(path)
    assert rules is not None
    for qualified, signatures in own.items():
        owner, _, name = qualified.rpartition(".")
        if owner != definition.qualified or qualified in before or len(signatures) != 1:
            continue
        if name in rules.constructor or name == definition.name or qualified not in forms(crossing.user, path):
            continue
        finding = _outdated(crossing, path, name, signatures[0], bases, rules)
        if finding is not None:
            yield finding


def _outdated(
    crossing: Crossing, path: str, name: str, override: Signature, bases: list[Meaning], rules: Rules
) -> Finding | None:
    """What is told of an override that fits what the base was, and not what it is."""
    for base in bases:
        theirs = crossing.merged.resolver.definition(base)
        key = f"{theirs.qualified}.{name}" if theirs else ""
        views = (crossing.base, crossing.user, crossing.merged)
        old, same, new = (forms(view, base.path).get(key, ()) for view in views)
        if not (len(old) == len(new) == len(same) == 1 and old[0].shape == same[0].shape):
            continue
        if _takes(override, old[0], rules) and not _takes(override, new[0], rules):
            return _told(crossing, Spot(path, override.line), key, old[0], Spot(base.path, new[0].line), new[0])
    return None


def _takes(override: Signature, base: Signature, rules: Rules) -> bool:
    """Whether an override can be called in the ways in which the method can that it overrides."""
    if rules.overloads:
        return len(override.parameters) == len(base.parameters)
    wanted = [each for each in base.parameters if each.way in ("any", "place")]
    if rules.implied:
        counts = {sum(each.required for each in wanted), len(wanted)}
        names = tuple(each.name for each in base.parameters if each.way == "name" and each.required)
        return all(fits(override, Call("", 0, count, names, "")) for count in counts)
    # Where it may take fewer, it must only not ask for more.
    takes_any = any(each.way == "rest" for each in base.parameters)
    return takes_any or sum(each.required for each in override.parameters) <= len(wanted)


def _told(crossing: Crossing, at: Spot, key: str, old: Signature, now: Spot, new: Signature) -> Finding:
    return Finding(
        Kind.OVERRIDE,
        key,
        at,
        f"overrides {key} in its old form",
        crossing.user_name,
        crossing.changer_name,
        f"changed its parameters from {old} to {new}",
        Spot(now.path, old.line),
        now,
        "Give the override the new form.",
    )
