"""Edits that mend the failing tests and break others, made under a condition only: the branch that was missing.

Looking first for a change that works where it is needed, and then for the condition under which it is needed, is
staged program repair (Long and Rinard 2015, SPR) and condition synthesis (Xuan et al. 2017, Nopol). Here the conditions
are those of the file and simple checks of what is visible; which of them is right, the tests say.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from devagent.repair.candidates import Stretch, scene_of
from devagent.repair.edit import Change, Edit, Span, edit
from devagent.repair.scene import Scene, encode
from devagent.repair.sieve import is_code

if TYPE_CHECKING:
    from tree_sitter import Node

BRANCH_OFF = "branch_off"
"""The name that such edits have among the templates."""

_MOST_CONDITIONS, _MOST_JOINED, _MOST_NAMES, _MOST_MEMBERS, _MOST_LINES = 80, 20, 6, 3, 12
_JOINED, _COPIED = 0.5, 1.5


def branched(stretch: Stretch, overdone: Edit, context: Mapping[str, bytes] | None = None) -> Iterator[Edit]:
    """An edit of a stretch under one condition after the other, the likeliest first; otherwise all stays as it was.

    Gives nothing where the edit is not inside one statement, or reaches over too many lines.
    """
    scene = scene_of(stretch, context or {})
    place = _place(scene, overdone) if scene is not None else None
    if scene is None or place is None:
        return
    old, whole = stretch.content, is_code(stretch.path, stretch.content)
    for condition, weight in _conditions(scene, place):
        change = Change((_under(scene, place, overdone, condition),))
        new = edit(old, change, BRANCH_OFF, scene.line(place), overdone.score * weight)
        if new.content not in (old, overdone.content) and (is_code(stretch.path, new.content) or not whole):
            yield new


def _place(scene: Scene, overdone: Edit) -> "Node | None":
    """The smallest statement around an edit; for an insertion the one it stands before or after."""
    first, last = overdone.start, max(overdone.end, overdone.start + 1)
    around = [n for n in scene.statements if scene.lines_at(n)[0] <= first and last <= scene.lines_at(n)[1]]
    if not around and _inserts(scene, overdone):
        around = [n for n in scene.statements if scene.lines_at(n)[1] == first]
    smallest = min(around, key=lambda n: n.end_byte - n.start_byte, default=None)
    return smallest if smallest is not None and scene.height(smallest) <= _MOST_LINES else None


def _inserts(scene: Scene, overdone: Edit) -> bool:
    """Whether an edit adds whole lines and changes nothing else."""
    at_line = overdone.start == 0 or scene.content[overdone.start - 1 : overdone.start] == b"\n"
    return overdone.start == overdone.end and at_line and overdone.text.endswith(b"\n")


def _under(scene: Scene, place: "Node", overdone: Edit, condition: str) -> Span:
    """The span that has the edit made under a condition."""
    if _inserts(scene, overdone):
        text = _block(scene, _margin(overdone.text), condition, overdone.text)
        return Span(overdone.start, overdone.start, text)
    start, end = scene.lines_at(place)
    old = scene.content[start:end]
    new = overdone.content[start : end + len(overdone.content) - len(scene.content)]
    if scene.grammar.plays(place, "compound") and (node := _expression(scene, place, overdone)) is not None:
        return _chosen(scene, node, overdone, condition)
    indent = scene.indent(place)
    if not new.strip():
        return Span(start, end, _block(scene, indent, _negated(scene, condition), old))
    leaves = any(line.lstrip().startswith((b"return", b"raise", b"throw", b"continue", b"break")) for line in [new])
    if leaves:
        return Span(start, end, _block(scene, indent, condition, new) + old)
    return Span(start, end, _block(scene, indent, condition, new, otherwise=old))


def _expression(scene: Scene, place: "Node", overdone: Edit) -> "Node | None":
    """The smallest expression of a statement's head that holds an edit."""
    inside = (
        n for n in scene.nodes if place.start_byte <= n.start_byte <= overdone.start and overdone.end <= n.end_byte
    )
    return min((n for n in inside if scene.grammar.position(n)), key=lambda n: n.end_byte - n.start_byte, default=None)


def _chosen(scene: Scene, node: "Node", overdone: Edit, condition: str) -> Span:
    grown = len(overdone.content) - len(scene.content)
    new = overdone.content[node.start_byte : node.end_byte + grown].decode("utf-8", "surrogateescape")
    choice = scene.grammar.words["choice"].format(yes=new, condition=condition, no=scene.text(node))
    return Span(node.start_byte, node.end_byte, encode(f"({choice})"))


def _block(scene: Scene, indent: str, condition: str, lines: bytes, *, otherwise: bytes = b"") -> bytes:
    """Lines under a condition, and others where it does not hold."""
    newline, bracketed = scene.newline, scene.grammar.bracketed
    head, middle = ("if ({}) {{", "}} else {{") if bracketed else ("if {}:", "else:")
    text = encode(f"{indent}{head.format(condition)}{newline}") + _deeper(scene, lines)
    if otherwise:
        text += encode(f"{indent}{middle.format()}{newline}") + _deeper(scene, otherwise)
    return text + (encode(f"{indent}}}{newline}") if bracketed else b"")


def _deeper(scene: Scene, lines: bytes) -> bytes:
    step = scene.step.encode()
    return b"".join(step + line if line.strip() else line for line in lines.splitlines(keepends=True))


def _margin(text: bytes) -> str:
    first = text.splitlines()[0]
    return first[: len(first) - len(first.lstrip())].decode()


def _conditions(scene: Scene, place: "Node") -> list[tuple[str, float]]:
    """What may be asked at a place: conditions of the file, checks of what is visible, two of the best together."""
    found: dict[str, float] = {}
    for rank, (text, weight) in enumerate([*_copied(scene, place), *_checks(scene, place)]):
        found.setdefault(text, weight / (1 + 0.05 * rank))
    single = sorted(found.items(), key=lambda item: -item[1])[:_MOST_CONDITIONS]
    both = scene.grammar.words["both"]
    joined = [
        (
            both.format(_atom(scene, one), _atom(scene, other)),
            (1.0 if _alike(one, other) else _JOINED) * min(first, second),
        )
        for rank, ((one, first), (other, second)) in enumerate(combinations(single, 2))
        if _alike(one, other) or (rank < _MOST_JOINED and _negated(scene, one) != other != one)
    ]
    return sorted([*single, *joined], key=lambda item: -item[1])


def _copied(scene: Scene, place: "Node") -> Iterator[tuple[str, float]]:
    seen: set[str] = set()
    for other in scene.conditions:
        text = scene.text(other)
        if "\n" in text or text in seen or not scene.known_at(other, place) or len(seen) > _MOST_JOINED:
            continue
        if place.start_byte <= other.start_byte < place.end_byte and scene.grammar.plays(place, "compound"):
            continue
        seen.add(text)
        yield text, _COPIED
        yield scene.negated(other), _COPIED


def _checks(scene: Scene, place: "Node") -> Iterator[tuple[str, float]]:
    """Checks of flags, names and short members: truth, absence, zero, order, equality, membership."""
    words, own = scene.grammar.words, scene.grammar.words["self"]
    for flag in scene.flags_at(place):
        yield from ((words[form][0].format(flag), 1.2) for form in ("full", "empty"))
    names = [name for name in scene.vocabulary.visible(place) if name not in own]
    known, methods = scene.vocabulary.members_of, scene.vocabulary.methods
    for name in names[:_MOST_NAMES]:
        for member in [m for m in known(name) if m not in methods][:_MOST_MEMBERS]:
            yield from ((words[form][0].format(f"{name}.{member}"), 0.9) for form in ("full", "empty"))
    used = set(scene.vocabulary.names_in(place))
    values = dict.fromkeys([*sorted(names, key=lambda n: n not in used)[:_MOST_NAMES], *_members(scene)])
    for text in values:
        near = 1.0 if text in used else 0.7
        forms = [*words["full"][:1], *words["empty"][:1], words["absent"][0], words["present"][0], *words["zero"]]
        yield from ((form.format(text), near / (1 + 0.2 * rank)) for rank, form in enumerate(forms))
    same, unlike = ("===", "!==") if scene.grammar.bracketed else ("==", "!=")
    for one, other in combinations(list(values)[:_MOST_NAMES], 2):
        for sign, weight in (("<", 0.6), (">", 0.6), (same, 0.6), (unlike, 0.5), ("<=", 0.4), (">=", 0.4)):
            yield f"{one} {sign} {other}", weight
    for box in [n for n in names if scene.vocabulary.is_collection(n)][:3]:
        for form in words["known"]:
            yield from ((form.format(key=key, box=box), 0.6) for key in list(values)[:3] if key != box)


def _members(scene: Scene) -> Sequence[str]:
    """The short members that the stretch reads, without calls."""
    plain = (scene.text(node) for node in scene.values)
    return [text for text in dict.fromkeys(plain) if "(" not in text and "[" not in text][:_MOST_NAMES]


def _negated(scene: Scene, condition: str) -> str:
    loose = not condition.replace(".", "").isidentifier()
    return str(scene.grammar.words["negate_group" if loose else "negate"]).format(condition)


def _alike(one: str, other: str) -> bool:
    """Whether two conditions ask the same of different things."""
    words, others = re.findall(r"\w+|\W", one), re.findall(r"\w+|\W", other)
    return len(words) == len(others) and sum(a != b for a, b in zip(words, others, strict=True)) == 1 and len(words) > 2


def _atom(scene: Scene, condition: str) -> str:
    either = str(scene.grammar.words["either"]).format("", "")
    return f"({condition})" if either in condition else condition
