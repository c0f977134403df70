"""Flow: cases of switches, loops the other way, what is undone again, errors passed on, tidying up whatever happens."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import Scene, encode
from devagent.repair.templates.javascript import (
    code_in,
    expression_of,
    forms,
    has_word,
    inserted,
    javascript,
    method_call,
    table,
)
from devagent.repair.templates.template import STATEMENT

if TYPE_CHECKING:
    from tree_sitter import Node

_FORWARD = re.compile(r"(let|var) (\w+) = (\w+)$"), re.compile(r"(\w+) < (.+)$")
_BACKWARD = re.compile(r"(let|var) (\w+) = (.+) - 1$"), re.compile(r"(\w+) >= (\w+)$")
_MOST_LABELS, _MOST_RETURNED = 3, 3


@javascript("case", STATEMENT)
def cases_ended(scene: Scene, node: "Node") -> Iterator[Change]:
    """A case that runs into the next one with `break`; one that does not, without it; an empty one with a result."""
    for case in _cases(node):
        body = [child for child in code_in(case) if child.parent is not None and _in_body(case, child)]
        if not body:
            if case.type == "switch_default" or case.next_named_sibling is None:
                yield from _answered(scene, node, case)
            continue
        last, indent = body[-1], scene.indent(body[-1])
        if last.type == "break_statement" and len(body) > 1:
            start, end = scene.lines_at(last)
            yield Change((Span(start, end, b""),), 0.4)
        elif not scene.grammar.plays(last, "jump") and case.next_named_sibling is not None:
            yield Change((inserted(last.end_byte, f"{scene.newline}{indent}break;"),), 1.5)


@javascript("case", STATEMENT)
def labels(scene: Scene, node: "Node") -> Iterator[Change]:
    """One more `case 'x':` in front of a case, with strings of the file that no case has."""
    cases = [case for case in _cases(node) if case.type == "switch_case"]
    values = [case.child_by_field_name("value") for case in cases]
    taken = {scene.text(value) for value in values if value is not None}
    if not any(text.startswith(("'", '"')) for text in taken):
        return
    known = [scene.text(literal) for literal in scene.near_first(scene.vocabulary.literals["string"])]
    free = [text for text in dict.fromkeys(known) if text not in taken][:_MOST_LABELS]
    for rank, text in enumerate(free):
        for case in cases:
            yield Change(
                (inserted(case.start_byte, f"case {text}:{scene.newline}{scene.indent(case)}"),), 0.4 / (1 + rank)
            )


@javascript("loop_kind", "loop")
def over_keys_or_values(scene: Scene, node: "Node") -> Iterator[Change]:
    """`for (const x in xs)` as `for (const x of xs)`, and the other way round."""
    word = node.child_by_field_name("operator")
    if word is not None and word.type in ("in", "of"):
        yield scene.replace(word, "of" if word.type == "in" else "in", 1.5 if word.type == "in" else 0.4)


@javascript("loop_kind", "loop")
def the_other_way(scene: Scene, node: "Node") -> Iterator[Change]:
    """`for (let i = 0; i < n; i++)` as `for (let i = n - 1; i >= 0; i--)`, and back."""
    head = [node.child_by_field_name(field) for field in ("initializer", "condition", "increment")]
    if node.type != "for_statement" or any(part is None for part in head):
        return
    begin, until, step = (scene.text(part).rstrip(";").strip() for part in head if part is not None)
    up, down = (
        tuple(p.match(text) for p, text in zip(way, (begin, until), strict=True)) for way in (_FORWARD, _BACKWARD)
    )
    text = ""
    if up[0] is not None and up[1] is not None and step.endswith("++"):
        text = f"{up[0][1]} {up[0][2]} = {up[1][2]} - 1; {up[0][2]} >= {up[0][3]}; {up[0][2]}--"
    elif down[0] is not None and down[1] is not None and step.endswith("--"):
        text = f"{down[0][1]} {down[0][2]} = {down[1][2]}; {down[0][2]} < {down[0][3]}; {down[0][2]}++"
    if text and head[0] is not None and head[2] is not None:
        removes = "splice(" in scene.text(node)
        yield Change((Span(head[0].start_byte, head[2].end_byte, encode(text)),), 1.5 if removes else 0.6)


@javascript("flush", "loop")
def collected_given_out(scene: Scene, node: "Node") -> Iterator[Change]:
    """Behind a loop, `if (run.length > 0) { … }` with the call in it that gives out what it begins anew."""
    if not scene.is_statement(node):
        return
    words, text, indent = scene.grammar.words, scene.text(node), scene.indent(node)
    begun = [name for name in scene.vocabulary.visible(node) if re.search(rf"\b{re.escape(name)} = [\['n{{]", text)]
    calls = re.findall(r"^\s*((?:await |yield )?[^\s=][^=\n]*\(.*\);?|yield [^\n]*)$", text, re.MULTILINE)
    rank = 0
    for name in begun[:2]:
        for call in [c for c in calls if re.search(rf"\b{re.escape(name)}\b", c) and f"{name}." not in c][:2]:
            for condition in (f"{name}.length > 0", f"{name} !== null"):
                guard = words["guard"].format(condition=condition, jump=call, indent=indent, step=scene.step)
                yield scene.insert_after(node, guard.replace("\n", scene.newline), 1.0 / (1 + 0.3 * rank))
                rank += 1


@javascript("begins_with", "call")
def begun_with(scene: Scene, node: "Node") -> Iterator[Change]:
    """`xs.reduce(f)` as `xs.reduce(f, 0)`, `xs.reduce(f, {})`, and so on."""
    call = method_call(scene, node)
    if call is not None and call.name.startswith("reduce") and len(call.arguments) == 1:
        for rank, text in enumerate(forms(scene, "begins")):
            yield Change((inserted(call.arguments[0].end_byte, f", {text}"),), 1.5 / (1 + 0.3 * rank))


@javascript("comparator", "lambda")
def comparator_of_all_cases(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if (a.x > b.x) return 1; return -1;` with the mirrored condition, and 0 at the end."""
    body, names = scene.grammar.field(node, "body"), scene.lambda_parameters(node)
    if body is None or len(names) != 2 or not scene.grammar.plays(body, "block"):
        return
    block = code_in(body)
    found = re.fullmatch(r"if \((.+)\) (?:\{\s*)?return (-?)1;?(?:\s*\})?", scene.text(block[0])) if block else None
    if found is None or len(block) != 2 or not scene.grammar.plays(block[1], "jump"):
        return
    mirrored = re.sub("[<>]", lambda sign: "<" if sign[0] == ">" else ">", found[1])
    line = f"if ({mirrored}) return {'' if found[2] else '-'}1;"
    spans = (*scene.insert_before(block[1], line).spans, *scene.replace(block[1], "return 0;").spans)
    yield Change(spans, 1.5)
    yield scene.replace(block[1], "return 0;", 0.8)


@javascript("passed_on", STATEMENT)
def thrown_again(scene: Scene, node: "Node") -> Iterator[Change]:
    """A `catch` that ends with `throw error;`."""
    handler = node.parent.parent if node.parent is not None else None
    name = handler.child_by_field_name("parameter") if handler is not None and handler.type == "catch_clause" else None
    if name is not None and scene.block_of(node)[-1].id == node.id and not scene.grammar.plays(node, "jump"):
        yield scene.insert_after(node, f"throw {scene.text(name)};", 1.0)


@javascript("tidy", STATEMENT)
def whatever_happens(scene: Scene, node: "Node") -> Iterator[Change]:
    """`this.busy = true; …; this.busy = false;` with what lies between in `try` and the last in `finally`."""
    inner, block = expression_of(node), scene.block_of(node)
    here = next((index for index, other in enumerate(block) if other.id == node.id), 0)
    opener = _opener(scene, inner, block[:here])
    if opener is None or here - opener < 2:
        return
    step, indent = scene.step, scene.indent(node)
    between = [*block[opener + 1 : here], *block[here + 1 :]]
    tried = b"".join(scene.shifted(other, indent + step) for other in between)
    start, end = scene.lines_at(block[opener + 1])[0], scene.lines_at(block[-1])[1]
    line = scene.newline
    head, tail = (
        f"{indent}try {{{line}",
        f"{indent}}} finally {{{line}{indent}{step}{scene.text(node)}{line}{indent}}}{line}",
    )
    yield Change((Span(start, end, encode(head) + tried + encode(tail)),), 1.0)


@javascript("undone", STATEMENT)
def cleared_before(scene: Scene, node: "Node") -> Iterator[Change]:
    """`clearTimeout(this.timer);` before `this.timer = setTimeout(…)`."""
    inner = expression_of(node)
    left, right = (inner.child_by_field_name(field) for field in scene.grammar.assigned) if inner else (None, None)
    if left is not None and right is not None and (found := re.match(r"set(Timeout|Interval)\(", scene.text(right))):
        yield scene.insert_before(node, f"clear{found[1]}({scene.text(left)});", 1.5)


@javascript("undone", STATEMENT)
def undone_elsewhere(scene: Scene, node: "Node") -> Iterator[Change]:
    """`bus.off('change', f)` first in a function, where another one of the file has `bus.on('change', f)`."""
    function = scene.within_definition(node)
    block = scene.block_of(node)
    if function is None or block[0].id != node.id or not scene.grammar.plays(node.parent, "block"):
        return
    rank = 0
    for other in scene.statements_of_file:
        if function.start_byte <= other.start_byte < function.end_byte or not scene.same_owner(other, node):
            continue
        for text in _undoing(scene, other, node):
            yield scene.insert_before(node, text, 1.0 / (1 + 0.5 * rank))
            rank += 1


def _undoing(scene: Scene, statement: "Node", place: "Node") -> Iterator[str]:
    inner = expression_of(statement)
    left = inner.child_by_field_name("left") if inner is not None else None
    timed = re.search(r" = set(Timeout|Interval)\(", scene.text(statement))
    if left is not None and timed is not None and scene.text(left).startswith("this."):
        yield f"clear{timed[1]}({scene.text(left)});"
    call = method_call(scene, inner)
    if call is None or call.name not in table(scene, "undoing"):
        return
    given, receiver = scene.text(call.holder), scene.text(call.receiver)
    if all(name in scene.vocabulary.visible(place) for name in scene.vocabulary.names_in(call.holder)):
        kept = f"this.{receiver}" if receiver in scene.attributes(place) else receiver
        yield from (f"{kept}.{other}{given};" for other in table(scene, "undoing")[call.name])


def _cases(node: "Node") -> list["Node"]:
    body = node.child_by_field_name("body") if node.type == "switch_statement" else None
    return list(code_in(body)) if body is not None else []


def _in_body(case: "Node", child: "Node") -> bool:
    value = case.child_by_field_name("value")
    return value is None or value.id != child.id


def _answered(scene: Scene, node: "Node", case: "Node") -> Iterator[Change]:
    names = [n for n in scene.vocabulary.visible(node) if n not in scene.grammar.words["self"]]
    subject = node.child_by_field_name("value")
    used = scene.vocabulary.names_in(subject) if subject is not None else []
    for rank, name in enumerate(sorted(names[:_MOST_RETURNED], key=lambda name: name in used)):
        text = f"{scene.newline}{scene.indent(case)}{scene.step}return {name};"
        yield Change((inserted(case.end_byte, text),), 1.0 / (1 + 0.3 * rank))


def _opener(scene: Scene, closing: "Node | None", before: list["Node"]) -> int | None:
    """Where something is set that a statement sets otherwise, or the call that it undoes."""
    if closing is None:
        return None
    left, call = closing.child_by_field_name("left"), method_call(scene, closing)
    given = scene.vocabulary.names_in(call.holder) if call is not None else []
    for index, other in reversed(list(enumerate(before))):
        inner = expression_of(other)
        set_before = inner.child_by_field_name("left") if inner is not None else None
        if left is not None and set_before is not None and scene.text(left) == scene.text(set_before):
            return index
        begun = method_call(scene, inner.named_children[0] if has_word(inner, "await") and inner is not None else inner)
        made = code_in(other)[0] if other.type == "lexical_declaration" and code_in(other) else None
        name = made.child_by_field_name("name") if made is not None else None
        if name is not None and scene.text(name) in given and "(" in scene.text(other):
            return index
        if call is not None and begun is not None and begun.name in forms(scene, "opening"):
            return index
    return None
