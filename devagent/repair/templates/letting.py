"""Names given what they should have: parameters put into form first, results that nobody took, what was before."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST, _MOST_FORMS = 3, 9


@template("put_into_form", STATEMENT)
def parameter_put_into_form(scene: Scene, node: "Node") -> Iterator[Change]:
    """`name = name.lower()`, `rows = sorted(rows)`, `base = dict(base)` first of all."""
    function = scene.within_definition(node)
    body = [child for child in scene.block_under(function) if scene.is_statement(child)] if function else []
    if function is None or not body or body[0].id != node.id:
        return
    end = scene.grammar.words["terminator"]
    for rank, name in enumerate(_parameters(scene, function)[:_MOST]):
        for second, form in enumerate(scene.grammar.wraps["first"][:_MOST_FORMS]):
            text = f"{name} = {form.format(name)}{end}"
            yield scene.insert_before(node, text, 1.0 / (1 + 0.3 * rank + 0.25 * second))


@template("put_into_form", STATEMENT)
def parameter_that_was_left_out(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if width is None: width = self.width` first of all."""
    function = scene.within_definition(node)
    body = [child for child in scene.block_under(function) if scene.is_statement(child)] if function else []
    if function is None or not body or body[0].id != node.id:
        return
    words, me, end = scene.grammar.words, scene.grammar.words["self"][0], scene.grammar.words["terminator"]
    for name in _parameters(scene, function):
        if not re.search(rf"\b{re.escape(name)}\b[^,)]*= ?{words['none']}", _head(scene, node)):
            continue
        members = [f"{me}.{m}" for m in (*scene.attributes(node), *scene.vocabulary.members.get(me, {})) if m == name]
        for rank, value in enumerate(dict.fromkeys([*members, "[]", "{}", "0"])):
            condition = words["absent"][0].format(name)
            text = words["guard"].format(
                condition=condition, jump=f"{name} = {value}{end}", indent=scene.indent(node), step=scene.step
            )
            yield scene.insert_before(node, text.replace("\n", scene.newline), 1.0 / (1 + 0.4 * rank))


@template("result", STATEMENT)
def result_taken(scene: Scene, node: "Node") -> Iterator[Change]:
    """A call whose result nobody takes: returned, added to what is there, given on, put back."""
    call = node.named_children[0] if node.named_child_count == 1 else None
    if call is None or node.type != "expression_statement" or not scene.grammar.plays(call, "call"):
        return
    text, words = scene.text(call), scene.grammar.words
    function, end = scene.within_definition(node), scene.grammar.words["terminator"]
    itself = function is not None and f"{scene.name_of(function)}(" in text
    weight = 1.0 if itself else 0.4
    yield scene.replace(node, words["result"].format(text), weight)
    yield scene.replace(node, f"{words['given_on']} {text}{end}", 0.8 * weight)
    visible = [n for n in scene.vocabulary.visible(node) if n not in words["self"]]
    for rank, name in enumerate(visible[:_MOST]):
        yield scene.replace(node, f"{name} += {text}{end}", 0.8 * weight / (1 + 0.4 * rank))
        if scene.vocabulary.is_collection(name) or itself:
            joined = words["joined_to"].format(box=name, value=text)
            yield scene.replace(node, joined, weight / (1 + 0.4 * rank))
    receiver = text.partition(".")[0]
    if receiver in visible:
        yield scene.replace(node, f"{receiver} = {text}{end}", 0.8)


@template("result", "giving")
def given_on_one_by_one(scene: Scene, node: "Node") -> Iterator[Change]:
    """`yield walk(x)` as `yield from walk(x)`."""
    text = scene.text(node)
    word, more = ("yield", scene.grammar.words["given_on"])
    if text.startswith(f"{word} ") and not text.startswith(more):
        yield scene.replace(node, f"{more} {text[len(word) + 1 :]}", 0.8)
    elif text.startswith(more):
        yield scene.replace(node, f"{word} {text[len(more) :].lstrip()}", 0.8)


@template("turned", "assignment")
def targets_exchanged(scene: Scene, node: "Node") -> Iterator[Change]:
    """`value, key = …` as `key, value = …`."""
    left = node.child_by_field_name(scene.grammar.assigned[0])
    parts = [child for child in left.named_children if child.type != "comment"] if left is not None else []
    if len(parts) == 2 and left is not None and not any(scene.grammar.plays(left, r) for r in ("member", "subscript")):
        one, other = parts
        yield scene.exchange(one, other, 1.0)


@template("noted", STATEMENT)
def what_was_before(scene: Scene, node: "Node") -> Iterator[Change]:
    """`previous = x` at the end of a loop over `x`, and the count of a `while` gone on with."""
    loop = scene.within(node, "loop")
    if loop is None or scene.block_of(node)[-1].id != node.id or scene.holder(node).id != loop.id:
        return
    body, end = scene.text(loop), scene.grammar.words["terminator"]
    left = loop.child_by_field_name("left")
    current = scene.vocabulary.names_in(left)[:1] if left is not None else []
    for name in current:
        others = [o for o in scene.vocabulary.visible(loop) if o not in (name, *scene.grammar.words["self"])]
        unset = [o for o in others if re.search(rf"\b{o}\b", body) and not re.search(rf"\b{o}\s*[+\-*/]?=[^=]", body)]
        for rank, other in enumerate(unset[:_MOST]):
            yield scene.insert_after(node, f"{other} = {name}{end}", 1.0 / (1 + 0.4 * rank))
    condition = loop.child_by_field_name("condition")
    for name in scene.vocabulary.names_in(condition)[:_MOST] if condition is not None and not current else []:
        for text in (f"{name} += 1{end}", f"{name} -= 1{end}"):
            yield scene.insert_after(node, text, 0.6)


@template("noted", "jump")
def kept_for_next_time(scene: Scene, node: "Node") -> Iterator[Change]:
    """`self.memo[n] = value` before `return value`, where `n` is looked for in `self.memo`."""
    function = scene.within_definition(node)
    value = node.named_children[0] if node.named_child_count == 1 else None
    if function is None or value is None or not scene.grammar.plays(value, "name"):
        return
    text = scene.text(function)
    for key, box in dict.fromkeys(re.findall(r"(\w+) (?:not )?in (\w+(?:\.\w+)*)", text)):
        if f"{box}[{key}] =" not in text and scene.text(value) != key:
            yield scene.insert_before(
                node, f"{box}[{key}] = {scene.text(value)}{scene.grammar.words['terminator']}", 1.0
            )


def _parameters(scene: Scene, function: "Node") -> list[str]:
    """The parameters of a function, without what it says for itself."""
    holder = function.child_by_field_name("parameters")
    named = [child for child in holder.named_children if child.type != "comment"] if holder is not None else []
    names = [next(iter(scene.vocabulary.names_in(child)), "") for child in named]
    return [name for name in names if name and name not in scene.grammar.words["self"]]


def _head(scene: Scene, node: "Node") -> str:
    """The parameters of the function around a place, as they are written."""
    function = scene.within_definition(node)
    holder = function.child_by_field_name("parameters") if function is not None else None
    return scene.text(holder) if holder is not None else ""
