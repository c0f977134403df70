"""Calls of one side, and overrides, that do not fit what the other side made of the definition."""

from collections.abc import Iterator
from dataclasses import dataclass

from devagent.code.index.facts import TYPES
from devagent.code.index.imports import Meaning
from devagent.merge.semantic.crossing import Crossing
from devagent.merge.semantic.finding import Finding, Kind, Spot
from devagent.merge.semantic.forms import forms
from devagent.merge.semantic.glance import classes
from devagent.merge.semantic.rules import Rules, rules_for
from devagent.merge.semantic.signatures import Call, Signature, calls, fits, reordered
from devagent.merge.semantic.uses import rows
from devagent.merge.semantic.view import View


@dataclass(frozen=True)
class Changed:
    """A definition whose signature the changer changed: all its forms before and after, and what it is called by."""

    path: str
    qualified: str
    before: tuple[Signature, ...]
    after: tuple[Signature, ...]
    called: str

    @property
    def name(self) -> str:
        """The last part of its name."""
        return self.qualified.rpartition(".")[2]


def changed_signatures(crossing: Crossing) -> dict[str, list[Changed]]:
    """What the changer asks otherwise for than the base, by the name that it is called by."""
    found: dict[str, list[Changed]] = {}
    for path in crossing.changed:
        rules = rules_for(path)
        if rules is None or not rules.arity or path not in crossing.changer.blobs:
            continue
        may_be = crossing.reshaped[path]
        if crossing.called.isdisjoint(may_be | (classes(crossing.base.text(path)) if may_be else frozenset())):
            continue
        before, after = forms(crossing.base, path), forms(crossing.changer, path)
        for qualified, old in before.items():
            new = after.get(qualified, ())
            if new and {each.shape for each in old} != {each.shape for each in new}:
                owner, _, name = qualified.rpartition(".")
                called = _constructs(owner, name, rules) or name
                found.setdefault(called, []).append(Changed(path, qualified, old, new, called))
    return found


def _constructs(owner: str, name: str, rules: Rules) -> str:
    """The name of the class that a definition makes an object of; empty for any other."""
    own = owner.rpartition(".")[2]
    return own if own and (name in rules.constructor or (name == own and "" in rules.constructor)) else ""


def misfits(crossing: Crossing) -> Iterator[Finding]:
    """The calls that a side added in the form that the other side no longer allows."""
    changed = changed_signatures(crossing)
    if not changed:
        return
    names = frozenset(changed)
    for path in crossing.used:
        if not crossing.adds_one_of(path, frozenset(name.encode() for name in names)):
            continue
        before = [each.text for each in calls(path, crossing.base.text(path), names)]
        for call in calls(path, crossing.user.text(path), names):
            if call.text in before:
                continue
            finding = _misfit(crossing, path, call, changed[call.name])
            if finding is not None:
                yield finding


def _misfit(crossing: Crossing, path: str, call: Call, changed: list[Changed]) -> Finding | None:
    now = next(
        (c for c in calls(path, crossing.merged.text(path), frozenset([call.name])) if c.text == call.text), None
    )
    if now is None or not call.known:
        return None
    user = _meanings(crossing.user, path, call)
    merged = _meanings(crossing.merged, path, now)
    for each in changed:
        bound = _is_meant(crossing.user, each, user)
        if bound is None or bound != _is_meant(crossing.merged, each, merged):
            continue
        if _allowed(crossing.user, each, call, bound) and not _allowed(crossing.merged, each, call, bound):
            return _told(crossing, Spot(path, now.line), each)
    return None


def _meanings(view: View, path: str, call: Call) -> list[tuple[Meaning, bool]]:
    """What a call means by the names on its line, and whether the object is given before the dot; empty if unsure."""
    facts = view.facts(path)
    found: list[tuple[Meaning, bool]] = []
    for chain, scope, line, is_call in rows(facts, frozenset([call.name])) if facts else ():
        before, _, last = chain.rpartition(".")
        if line != call.line or not is_call or last != call.name:
            continue
        meaning = view.resolver.follow(path, scope, chain)
        if not isinstance(meaning, Meaning):
            return []
        holder = view.resolver.follow(path, scope, before) if before else None
        made = isinstance(holder, Meaning) and (holder.made or holder.place < 0)
        found.append((meaning, made))
    return found if len(set(found)) == 1 else []


def _is_meant(view: View, changed: Changed, meanings: list[tuple[Meaning, bool]]) -> bool | None:
    """Whether the object is given already in a call of this; `None` where something else is called."""
    if not meanings:
        return None
    meaning, made = meanings[0]
    definition = view.resolver.definition(meaning)
    if definition is None or meaning.path != changed.path:
        return None
    if definition.kind in TYPES:
        owner = changed.qualified.rpartition(".")[0]
        return True if definition.qualified == owner and changed.called == definition.name else None
    return made if definition.qualified == changed.qualified else None


def _allowed(view: View, changed: Changed, call: Call, bound: bool) -> bool:
    """Whether a call fits a definition of a version; true where that cannot be told for sure."""
    rules = rules_for(changed.path)
    now = forms(view, changed.path).get(changed.qualified, ())
    if rules is None or not now or not _is_plain(view, changed, now, rules):
        return True
    seen = [_seen(each, changed, rules, bound=bound) for each in now]
    old = [_seen(each, changed, rules, bound=bound) for each in changed.before]
    if not any(fits(each, call) for each in seen):
        return False
    return not (len(seen) == len(old) == 1 and reordered(old[0], seen[0], call))


def _seen(signature: Signature, changed: Changed, rules: Rules, *, bound: bool) -> Signature:
    """A signature as callers see it: without the object, where that is given otherwise."""
    if not rules.implied or "." not in changed.qualified:
        return signature
    marks = {mark.lstrip("@") for mark in signature.marks}
    if marks & rules.static or not (bound or "classmethod" in marks):
        return signature
    return signature.without_first(rules.implied)


def _is_plain(view: View, changed: Changed, now: tuple[Signature, ...], rules: Rules) -> bool:
    """Whether what is written is what is called: no decorator that changes it, and not one of several definitions."""
    if len(now) > 1 and not rules.overloads:
        return False
    decorators = {mark.lstrip("@") for each in now for mark in each.marks if mark.startswith("@")}
    if rules.ignorable and not decorators <= rules.ignorable:
        return False
    if {"get", "set"} & {mark for each in now for mark in each.marks}:
        return False
    owner = changed.qualified.rpartition(".")[0]
    if not owner:
        return True
    places = [n for n, each in enumerate(view.definitions(changed.path)) if each.qualified == owner]
    if len(places) != 1:
        return False
    # Where methods may be overloaded, a base that is not here may have the form that is called.
    needs_all = rules.overloads or changed.called != changed.name
    overrides = any(form.marks & rules.overrides for form in changed.before) or not rules.overrides
    return not needs_all or view.is_closed(Meaning(changed.path, places[0]), bases=overrides)


def _told(crossing: Crossing, at: Spot, changed: Changed) -> Finding:
    was = Spot(changed.path, changed.before[0].line)
    now = forms(crossing.merged, changed.path)[changed.qualified]
    olds, news = " or ".join(map(str, changed.before)), " or ".join(map(str, now))
    return Finding(
        Kind.SIGNATURE,
        changed.called,
        at,
        f"calls {changed.called} in its old form",
        crossing.user_name,
        crossing.changer_name,
        f"changed its parameters from {olds} to {news}",
        was,
        Spot(changed.path, now[0].line),
        "Call it in the new form.",
    )
