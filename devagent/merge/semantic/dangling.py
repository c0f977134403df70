"""Uses and imports of one side that lead nowhere in the merged files, because the other side took their end away."""

import re
from collections.abc import Iterator

from devagent.code.index.facts import Definition, Import
from devagent.code.index.imports import Meaning
from devagent.code.index.packing import links
from devagent.code.language import language_for
from devagent.merge.semantic.crossing import Crossing, Loss
from devagent.merge.semantic.fate import Fate, fate_of
from devagent.merge.semantic.finding import Finding, Kind, Spot
from devagent.merge.semantic.forms import forms
from devagent.merge.semantic.rules import rules_for
from devagent.merge.semantic.uses import rows
from devagent.merge.semantic.view import View

_BY_ITSELF = ("__getattr__", "globals()", "locals()", "setattr(", "sys.modules", "module.exports")
"""What may give a module names that nobody sees."""


def dangling(crossing: Crossing) -> Iterator[Finding]:
    """The uses that a side added of what the other side removed, renamed or moved."""
    losses = crossing.losses
    for path in crossing.used:
        if not crossing.adds_one_of(path, crossing.lost_names):
            continue
        told: set[tuple[str, str]] = set()
        for finding in (*_imports(crossing, path, losses), *_uses(crossing, path, losses)):
            if (finding.name, str(finding.was)) not in told:
                told.add((finding.name, str(finding.was)))
                yield finding


def _imports(crossing: Crossing, path: str, losses: dict[str, list[Loss]]) -> Iterator[Finding]:
    merged, user = crossing.merged.facts(path), crossing.user.facts(path)
    if merged is None or user is None:
        return
    known = {entry[:3] for view in (crossing.base, crossing.changer) for entry in _imported(view, path)}
    own = {entry[:3]: entry for entry in user.imports}
    for entry in merged.imports:
        if not entry.module or entry.name == "*" or entry[:3] in known or entry[:3] not in own:
            continue
        target = meant(crossing.user, path, own[entry[:3]])
        if target is None or meant(crossing.merged, path, entry) is not None:
            continue
        finding = _lost_import(crossing, path, entry, target, losses)
        if finding is not None:
            yield finding


def _lost_import(
    crossing: Crossing, path: str, entry: Import, target: Meaning, losses: dict[str, list[Loss]]
) -> Finding | None:
    """What is told of an import that led to a target, and leads nowhere now."""
    name = entry.name or re.split(r"[./]", entry.module)[-1]
    at, what = (
        Spot(path, entry.line),
        f"imports {name} from {entry.module}" if entry.name else f"imports {entry.module}",
    )
    module = _module_of(crossing.user, path, entry, target)
    if module is not None and module not in crossing.merged.blobs:
        if module not in crossing.base.blobs or module in crossing.changer.blobs:
            return None
        return _lost_file(crossing, module, at, what, name)
    loss = next((each for each in losses.get(name, ()) if each.is_meant(crossing.user, target)), None)
    if loss is not None and module is not None and _is_gone(crossing, module, loss.definition.name):
        return _told(crossing, at, what, loss)
    if loss is None and entry.name and module is not None and _is_gone(crossing, module, entry.name):
        return _lost_binding(crossing, module, at, what, entry.name)
    return None


def _lost_file(crossing: Crossing, module: str, at: Spot, what: str, name: str) -> Finding | None:
    if crossing.merged.has_namesake(module):
        return None
    moved = _moved_file(crossing, module)
    did, kind = (f"moved {module} to {moved}", Kind.MOVED) if moved else (f"removed {module}", Kind.REMOVED)
    advice = f"Import it from {moved}." if moved else "Bring the file back, or do without it here."
    now = Spot(moved, 1) if moved else None
    return Finding(kind, name, at, what, crossing.user_name, crossing.changer_name, did, Spot(module, 1), now, advice)


def _moved_file(crossing: Crossing, module: str) -> str:
    """The file that a file of the base has become, told by its text; empty where there is none."""
    blob = crossing.base.blobs[module]
    fresh = [path for path in crossing.brought if path not in crossing.base.blobs]
    if same := [path for path in fresh if crossing.changer.blobs[path] == blob]:
        return same[0]
    before = set(crossing.base.text(module).split(b"\n"))
    for path in fresh:
        after = set(crossing.changer.text(path).split(b"\n"))
        if language_for(path) is language_for(module) and 2 * len(before & after) > max(len(before), len(after)):
            return path
    return ""


def _lost_binding(crossing: Crossing, module: str, at: Spot, what: str, name: str) -> Finding | None:
    """A module had a name from elsewhere, and no longer has."""
    before = next((each for each in _imported(crossing.base, module) if each.alias == name and each.scope < 0), None)
    if before is None or any(each.alias == name for each in _imported(crossing.changer, module)):
        return None
    did = f"took {name} out of {module}"
    advice = f"Import {name} from {before.module}." if before.module else f"Bring {name} back."
    was = Spot(module, before.line)
    return Finding(Kind.REMOVED, name, at, what, crossing.user_name, crossing.changer_name, did, was, None, advice)


def _is_gone(crossing: Crossing, module: str, name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a module of the merged files surely has no such name: the changer's does not even mention it.

    Nor do the modules of which it has everything.
    """
    rules, names = rules_for(module), crossing.merged.resolver.scope(module)
    if rules is None or names is None:
        return False
    text = crossing.merged.text(module).decode("utf-8", "replace")
    if any(mark in text for mark in _BY_ITSELF) or crossing.changer.mentions(module, name):
        return False
    if names.language.modules == "packages":
        return True
    modules = crossing.merged.resolver.modules(names.language)
    inner = [modules.find(star.module, module) for star in names.stars]
    if None in inner:
        return False
    fresh = frozenset(path for path in inner if path is not None and path not in seen)
    return all(_is_gone(crossing, path, name, seen | fresh) for path in fresh)


def _uses(crossing: Crossing, path: str, losses: dict[str, list[Loss]]) -> Iterator[Finding]:
    """Uses of members of modules and classes that are gone."""
    if not losses:
        return
    text = crossing.merged.text(path).split(b"\n")
    merged, user = crossing.merged.facts(path), crossing.user.facts(path)
    if merged is None or user is None:
        return
    for chain, scope, line, _ in rows(merged, losses):
        if text[line - 1].strip() not in crossing.added(path):
            continue
        for receiver, name in links(chain):
            if name not in losses or not receiver:
                continue
            written = f"{receiver}.{name}"
            here = _same_use(crossing, path, chain, text[line - 1].strip())
            loss = _lost_end(crossing, path, (here, scope), written, losses[name]) if here is not None else None
            if loss is not None:
                yield _told(crossing, Spot(path, line), f"uses {receiver.removesuffix('()')}.{name}", loss)


def _same_use(crossing: Crossing, path: str, chain: str, line: bytes) -> int | None:
    """The scope in which the user's file has the same use on the same line."""
    facts, text = crossing.user.facts(path), crossing.user.text(path).split(b"\n")
    last = chain.rpartition(".")[2].removesuffix("()")
    assert facts is not None
    for other, scope, number, _ in rows(facts, frozenset([last])):
        if other == chain and text[number - 1].strip() == line:
            return scope
    return None


def _lost_end(crossing: Crossing, path: str, scopes: tuple[int, int], written: str, losses: list[Loss]) -> Loss | None:
    """What a use meant for the user, if it is surely without a meaning now."""
    user, merged = crossing.user.resolver, crossing.merged.resolver
    before = user.follow(path, scopes[0], written)
    loss = next((each for each in losses if isinstance(before, Meaning) and each.is_meant(crossing.user, before)), None)
    if loss is None or isinstance(merged.follow(path, scopes[1], written), Meaning):
        return None
    holder = merged.follow(path, scopes[1], written.rpartition(".")[0])
    if not isinstance(holder, Meaning):
        return None
    name = loss.definition.name
    if holder.place < 0:
        return loss if _is_gone(crossing, holder.path, name) else None
    owner = merged.definition(holder)
    if owner is None or not crossing.merged.is_closed(holder, bases=_may_be_inherited(crossing, loss, owner)):
        return None
    changer = crossing.changer
    left = changer.named(holder.path, owner.qualified)
    gone = bool(left) and not any(name in changer.members(holder.path, each) for each in left)
    gone = gone and not changer.quotes(holder.path, name)
    return loss if gone else None


def _may_be_inherited(crossing: Crossing, loss: Loss, owner: Definition) -> bool:
    """Whether what is gone from a class may still be there in one of its bases."""
    rules = rules_for(loss.path)
    if rules is None or not rules.overrides:
        return True
    before = crossing.base.named(loss.path, owner.qualified)
    marks = {mark for form in forms(crossing.base, loss.path).get(loss.definition.qualified, ()) for mark in form.marks}
    return bool(marks & rules.overrides) or [each.bases for each in before] != [owner.bases]


def _told(crossing: Crossing, at: Spot, what: str, loss: Loss) -> Finding:
    fate: Fate = fate_of(loss, crossing)
    was = Spot(loss.path, loss.definition.start_line)
    names = (crossing.user_name, crossing.changer_name)
    return Finding(fate.kind, loss.definition.name, at, what, *names, fate.did, was, fate.now, fate.advice)


def meant(view: View, path: str, entry: Import) -> Meaning | None:
    """What an import brings in; `None` where that is not here."""
    language = language_for(path)
    if language is not None and language.modules == "python" and not entry.name:
        module = view.resolver.modules(language).find(entry.module, path)
        return Meaning(module) if module else None
    found = view.resolver.imported(path, entry)
    return found if isinstance(found, Meaning) else None


def _module_of(view: View, path: str, entry: Import, target: Meaning) -> str | None:
    """The file of the module that an import names; where it names no module, the file of what it names."""
    language = language_for(path)
    if language is None or not entry.name:
        return target.path
    return view.resolver.modules(language).find(entry.module, path)


def _imported(view: View, path: str) -> list[Import]:
    facts = view.facts(path)
    return list(facts.imports) if facts else []
