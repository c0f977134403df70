"""State that has to go on: what was seen is noted, what was worked out is used, what ended is begun anew."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import Scene, encode
from devagent.repair.templates.names import exchanged
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST = 4
_NOTES = re.compile(r"\.(add|append|push|set|update|extend|insert)\(")


@template("noted", STATEMENT)
def noted_as_seen(scene: Scene, node: "Node") -> Iterator[Change]:
    """`seen.add(key)` under `if key not in seen:`, and behind `if key in seen: continue`, where nothing adds to it."""
    if not scene.grammar.plays(node, "branch"):
        return
    condition = node.child_by_field_name("condition")
    asked = _membership(scene, condition) if condition is not None else None
    function = scene.within_definition(node)
    if asked is None or function is None:
        return
    key, box = asked
    if any(_NOTES.match(rest) for rest in scene.text(function).split(box)[1:]):
        return
    for rank, form in enumerate(scene.grammar.words["noted"]):
        text = form.format(box=box, key=key)
        blocks = scene.blocks_under(node)
        if blocks and blocks[0]:
            yield scene.insert_before(blocks[0][0], text, 1.0 / (1 + 0.4 * rank))
        yield scene.insert_after(node, text, 0.9 / (1 + 0.4 * rank))


@template("noted", STATEMENT)
def noted_for_next_time(scene: Scene, node: "Node") -> Iterator[Change]:
    """`self.last = now` where `now` is compared with `self.last`, at the beginning or end of a block."""
    block = scene.block_of(node)
    if node.id not in (block[0].id, block[-1].id):
        return
    end = scene.grammar.words["terminator"]
    for rank, (member, name) in enumerate(_compared(scene, node)[:_MOST]):
        text = f"{member} = {name}{end}"
        if text not in scene.text(node):
            weight = 1.0 / (1 + 0.4 * rank)
            yield scene.insert_before(node, text, weight if node.id == block[0].id else 0.5 * weight)
            if node.id == block[-1].id and not scene.grammar.plays(node, "jump"):
                yield scene.insert_after(node, text, weight)


@template("used", STATEMENT)
def what_was_worked_out(scene: Scene, node: "Node") -> Iterator[Change]:
    """Behind `interest = …`, which nothing reads: `amount += interest`, `found.append(interest)`."""
    names = [n for n in scene.unused if re.match(rf"(?:const |let |var )?{re.escape(n)}\b", scene.text(node))]
    if not names or scene.grammar.plays(node, "compound"):
        return
    end = scene.grammar.words["terminator"]
    others = [o for o in scene.vocabulary.visible(node) if o not in (*names, *scene.grammar.words["self"])]
    for rank, other in enumerate(others[:_MOST]):
        forms = [f"{other} += {names[0]}{end}", f"{other} = {names[0]}{end}", f"{other} -= {names[0]}{end}"]
        if scene.vocabulary.is_collection(other):
            forms = [form.format(box=other, key=names[0]) for form in scene.grammar.words["noted"]]
        for second, text in enumerate(forms):
            yield scene.insert_after(node, text, 1.0 / (1 + 0.4 * rank + 0.4 * second))


@template("used", "assignment")
def what_nothing_reads(scene: Scene, node: "Node") -> Iterator[Change]:
    """`place = place + 1` as `place = i`, where nothing reads `i`."""
    left, right = (node.child_by_field_name(field) for field in scene.grammar.assigned)
    if left is None or right is None or not scene.grammar.plays(right, "operation"):
        return
    visible = scene.vocabulary.visible(right)
    for rank, name in enumerate([n for n in visible if n in scene.unused and n != scene.text(left)][:2]):
        yield scene.replace(right, name, 1.0 / (1 + 0.4 * rank))


@template("begun_again", STATEMENT)
def otherwise_from_the_start(scene: Scene, node: "Node") -> Iterator[Change]:
    """An `if` that counts, with an `else` that begins again: `else: current = 0`."""
    if not scene.grammar.plays(node, "branch") or node.child_by_field_name("alternative") is not None:
        return
    if scene.within(node, "loop") is None:
        return
    indent, newline = scene.indent(node), scene.newline
    for rank, text in enumerate(_beginnings(scene, node)[:_MOST]):
        inner = f"{indent}{scene.step}{text}{newline}"
        weight = 1.0 / (1 + 0.4 * rank)
        if scene.grammar.bracketed:
            yield Change((Span(node.end_byte, node.end_byte, encode(f" else {{{newline}{inner}{indent}}}")),), weight)
        else:
            end = scene.lines_at(node)[1]
            yield Change((Span(end, end, encode(f"{indent}else:{newline}{inner}")),), weight)


@template("restored", "assignment")
def undone_by_one(scene: Scene, node: "Node") -> Iterator[Change]:
    """`level = 0` as `level -= 1`, where it is counted up elsewhere."""
    left = scene.grammar.field(node, "left")
    if left is None or len(node.children) < 3 or node.children[1].type != "=":
        return
    text = scene.text(left)
    whole = scene.content.decode("utf-8", "surrogateescape")
    for counted, back in (("+=", "-="), ("-=", "+=")):
        if f"{text} {counted} 1" in whole or (scene.grammar.bracketed and f"{text}{counted[0] * 2}" in whole):
            yield scene.replace(node, f"{text} {back} 1", 1.0)


@template("restored", STATEMENT)
def in_any_case(scene: Scene, node: "Node") -> Iterator[Change]:
    """The last statement of a block in any case, whatever the one before it raises: `try` and `finally`."""
    before, block = scene.next_to(node, -1), scene.block_of(node)
    if before is None or node.id != block[-1].id or not scene.is_statement(before) or "(" not in scene.text(before):
        return
    if scene.grammar.plays(node, "compound") or scene.grammar.plays(before, "jump"):
        return
    indent, newline = scene.indent(node), scene.newline
    first, last = scene.lines_at(before)[0], scene.lines_at(node)[1]
    heads = ("try {", "} finally {", "}") if scene.grammar.bracketed else ("try:", "finally:", "")
    inner = [scene.shifted(statement, indent + scene.step) for statement in (before, node)]
    tail = encode(f"{indent}{heads[2]}{newline}") if heads[2] else b""
    text = encode(f"{indent}{heads[0]}{newline}") + inner[0] + encode(f"{indent}{heads[1]}{newline}") + inner[1] + tail
    yield Change((Span(first, last, text),), 1.0 if scene.grammar.plays(node, "jump") is False else 0.3)


@template("delegated", "jump")
def asked_of_another(scene: Scene, node: "Node") -> Iterator[Change]:
    """Before giving up: `if self.parent is not None: return self.parent.lookup(name)`."""
    function = scene.within_definition(node)
    owner = scene.attributes(node)
    if function is None or not owner or scene.block_of(node)[-1].id != node.id:
        return
    name, words = scene.name_of(function), scene.grammar.words
    parameters = [p for p in scene.vocabulary.parameters(name) if p not in words["self"]]
    said = scene.text(function)
    others = [a for a in owner if f"{words['self'][0]}.{a}" not in said]
    for rank, attribute in enumerate(others[:2]):
        other = f"{words['self'][0]}.{attribute}"
        jump = words["result"].format(f"{other}.{name}({', '.join(parameters)})")
        condition = words["present"][0].format(other)
        text = words["guard"].format(condition=condition, jump=jump, indent=scene.indent(node), step=scene.step)
        yield scene.insert_before(node, text.replace("\n", scene.newline), 1.0 / (1 + 0.4 * rank))


@template("copy", STATEMENT)
def the_other_way_round(scene: Scene, node: "Node") -> Iterator[Change]:
    """`edges[a].add(b)` followed by `edges[b].add(a)`."""
    if scene.height(node) > 1 or scene.grammar.plays(node, "jump") or node not in scene.vocabulary.statements:
        return
    text, visible = scene.text(node), scene.vocabulary.visible(node)
    names = [n for n in scene.vocabulary.names_in(node) if n in visible and n not in scene.grammar.words["self"]]
    if len(names) == 2:
        yield scene.insert_after(node, exchanged(text, *names), 0.8)


def _membership(scene: Scene, condition: "Node") -> tuple[str, str] | None:
    """What a condition looks for, and in what."""
    text = scene.text(condition).strip("()!")
    found = re.fullmatch(r"(\S+) (?:not )?in (\w+(?:\.\w+)*)", text) or None
    if found is not None:
        return found.group(1), found.group(2)
    called = re.fullmatch(r"(\w+(?:\.\w+)*)\.(?:has|includes)\((.+)\)?", text)
    return (called.group(2).rstrip(")"), called.group(1)) if called is not None else None


def _compared(scene: Scene, node: "Node") -> list[tuple[str, str]]:
    """Attributes of the object and the names they are compared or reckoned with in the function."""
    found: dict[tuple[str, str], None] = {}
    visible, own = scene.vocabulary.visible(node), tuple(f"{me}." for me in scene.grammar.words["self"])
    for operation in scene.nodes:
        if scene.grammar.plays(operation, "operation") and operation.named_child_count == 2:
            left, right = (scene.text(child) for child in operation.named_children)
            for member, name in ((left, right), (right, left)):
                if member.startswith(own) and member.count(".") == 1 and "(" not in member and name in visible:
                    found[member, name] = None
    return list(found)


def _beginnings(scene: Scene, node: "Node") -> list[str]:
    """The plain assignments before a loop that what is counted in a branch began with."""
    body = scene.text(node)
    found = []
    for statement in scene.statements:
        text = scene.text(statement)
        given = re.fullmatch(r"(?:let |var )?((?:\w+(?:\.\w+)* = )+)([^=\s(]+|\[\]|\{\});?", text)
        if given is None or statement.start_byte > node.start_byte:
            continue
        for name in given.group(1).split(" = ")[:-1]:
            if re.search(rf"\b{re.escape(name)}\s*([+\-*]=|=[^=]|\.append|\.push|\+\+)", body):
                found.append(f"{name} = {given.group(2)}{scene.grammar.words['terminator']}")
    return list(dict.fromkeys(found))
