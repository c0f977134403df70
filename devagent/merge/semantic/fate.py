"""What became of a definition that is no longer where it was: renamed, moved, or gone."""

from difflib import SequenceMatcher
from typing import NamedTuple

from devagent.code.index.facts import Definition
from devagent.merge.semantic.crossing import Crossing, Loss
from devagent.merge.semantic.finding import Kind, Spot
from devagent.merge.semantic.view import View

_ALIKE = 0.7
_MOST_LINES = 400


class Fate(NamedTuple):
    """What the changer did, in words, and where what is left of the definition is now."""

    kind: Kind
    did: str
    now: Spot | None
    advice: str


def fate_of(loss: Loss, crossing: Crossing) -> Fate:
    """What the changer did to a definition."""
    name = loss.definition.name
    moved = _moved(loss, crossing)
    if moved is not None:
        return Fate(Kind.MOVED, f"moved it to {moved}", moved, f"Take it from {moved.path}.")
    renamed = _renamed(loss, crossing)
    if renamed is not None:
        now = Spot(loss.path, renamed.start_line)
        return Fate(Kind.RENAMED, f"renamed it to {renamed.name}", now, f"Use {renamed.name} here.")
    return Fate(Kind.REMOVED, "removed it", None, f"Bring {name} back, or do without it here.")


def _moved(loss: Loss, crossing: Crossing) -> Spot | None:
    """Where the changer put a definition of the same name and kind that was not there before."""
    word, definition = loss.definition.name.encode(), loss.definition
    for path in crossing.brought:
        if word not in crossing.changer.words(path):
            continue
        known = {each.qualified for each in crossing.base.definitions(path)}
        for each in crossing.changer.definitions(path):
            is_new = each.qualified not in known and (path, each.qualified) != (loss.path, definition.qualified)
            if is_new and each.name == definition.name and each.kind == definition.kind:
                return Spot(path, each.start_line)
    return None


def _renamed(loss: Loss, crossing: Crossing) -> Definition | None:
    """The definition that the changer has in the same scope and that the base had not, if it is much the same."""
    old, path = loss.definition, loss.path
    known = {each.qualified for each in crossing.base.definitions(path)}
    owner = old.qualified.rpartition(".")[0]
    before = _body(crossing.base, path, old)
    best, most = None, _ALIKE
    for each in crossing.changer.definitions(path):
        if each.kind != old.kind or each.qualified in known or each.qualified.rpartition(".")[0] != owner:
            continue
        matcher = SequenceMatcher(None, before, _body(crossing.changer, path, each), autojunk=False)
        if matcher.real_quick_ratio() >= most and (ratio := matcher.ratio()) >= most:
            best, most = each, ratio
    return best


def _body(view: View, path: str, definition: Definition) -> list[str]:
    """The words of a definition, its own name left open."""
    lines = view.text(path).decode("utf-8", "replace").split("\n")
    some = lines[definition.start_line - 1 : min(definition.end_line, definition.start_line + _MOST_LINES)]
    text = "\n".join(some).replace("(", " ( ").replace(")", " ) ").replace(":", " : ").replace(",", " , ")
    return [word.replace(definition.name, "·") for word in text.split()]
