"""Fixes at two places of a function that belong together: begun and used, opened and closed, found and given."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import Scene, encode
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MUTABLE = re.compile(r"(\w+)(?:: .+)? = (\[\]|\{\}|set\(\)|list\(\)|dict\(\))")


@template("twofold", "operation")
def divided_by_what_was_added(scene: Scene, node: "Node") -> Iterator[Change]:
    """`total / len(xs)` as `total / count`, with a `count` of what was added to `total`."""
    found = re.fullmatch(r"(\w+) // ?len\(\w+\)|(\w+) / len\(\w+\)", scene.text(node))
    name = (found[1] or found[2]) if found is not None else ""
    made = {scene.text(s).partition(" ")[2][:2]: s for s in scene.statements if scene.text(s).startswith(f"{name} ")}
    if not name or "= " not in made or "+=" not in made or scene.grammar.bracketed:
        return
    count = "count" if "count" not in scene.vocabulary.visible(node) else "counted"
    spans = (
        *scene.insert_after(made["= "], f"{count} = 0").spans,
        *scene.insert_after(made["+="], f"{count} += 1").spans,
        *scene.replace(node.named_children[1], count).spans,
    )
    yield Change(spans, 1.0)


@template("twofold", STATEMENT)
def opened_and_closed(scene: Scene, node: "Node") -> Iterator[Change]:
    """`f = open(path)` … `f.close()` as `with open(path) as f:`."""
    opened = re.fullmatch(r"(\w+) = ([\w.]*open\(.*\))", scene.text(node))
    block = scene.block_of(node) if opened is not None else []
    closed = next((s for s in block if opened is not None and scene.text(s) == f"{opened[1]}.close()"), None)
    if opened is None or closed is None:
        return
    indent = scene.indent(node)
    inner = [s for s in block if node.end_byte < s.start_byte < closed.start_byte]
    text = encode(f"{indent}with {opened[2]} as {opened[1]}:{scene.newline}")
    text += b"".join(scene.shifted(s, indent + scene.step) for s in inner)
    if inner:
        yield Change((Span(scene.lines_at(node)[0], scene.lines_at(closed)[1], text),), 1.0)


@template("twofold", "assignment")
def of_the_same_kind(scene: Scene, node: "Node") -> Iterator[Change]:
    """`top = rows[0]` as `top = rows[0].score`, where elsewhere `top = row.score`."""
    left, right = (node.child_by_field_name(field) for field in scene.grammar.assigned)
    if left is None or right is None or not (scene.grammar.plays(right, "subscript") or _is_call(scene, right)):
        return
    others = (re.fullmatch(rf"{re.escape(scene.text(left))} = \w+(\.\w+)", scene.text(s)) for s in scene.statements)
    for member in dict.fromkeys(found[1] for found in others if found is not None):
        yield scene.replace(right, f"{scene.text(right)}{member}", 1.0)


@template("twofold", STATEMENT)
def each_its_own(scene: Scene, node: "Node") -> Iterator[Change]:
    """`items = []` in the body of a class said again in its constructor: `self.items = []`."""
    function, owner = scene.within_definition(node), scene.within(node, "class")
    if function is None or owner is None or scene.name_of(function) not in scene.grammar.words["constructor"]:
        return
    if scene.block_of(node)[-1].id != node.id or scene.grammar.bracketed:
        return
    shared = (_MUTABLE.fullmatch(scene.text(child)) for child in scene.block_under(owner))
    for found in shared:
        if found is not None and f"self.{found[1]} = " not in scene.text(function):
            yield scene.insert_after(node, f"self.{found[1]} = {found[2]}", 1.0)


@template("twofold", STATEMENT)
def all_instead_of_the_first(scene: Scene, node: "Node") -> Iterator[Change]:
    """A loop that returns `[x]` at the first that fits, and `[]` behind it, as a comprehension."""
    after = scene.next_to(node, 1)
    pattern = r"for (.+) in (.+):\s+if (.+):\s+return \[(.+)\]"
    found = re.fullmatch(pattern, scene.text(node)) if scene.grammar.plays(node, "loop") else None
    if found is not None and after is not None and scene.text(after) == "return []":
        text = f"return [{found[4]} for {found[1]} in {found[2]} if {found[3]}]"
        yield Change((Span(node.start_byte, after.end_byte, encode(text)),), 1.0)


@template("twofold", "call")
def in_turn_at_equal_rank(scene: Scene, node: "Node") -> Iterator[Change]:
    """`heappush(heap, (rank, job))` with a number between them that counts on, so that jobs are never compared."""
    found = re.fullmatch(r"(?:heapq\.)?heappush\((.+), \((.+), (\w+)\)\)", scene.text(node))
    if found is None or node.parent is None or scene.grammar.position(node):
        return
    heap, ranks, job = found.groups()
    head = scene.text(node).partition("(")[0]
    numbers = [name for name, value in scene.attributes(node).items() if value is not None and scene.text(value) == "0"]
    for rank, name in enumerate(numbers[:2]):
        pushed = scene.replace(node, f"{head}({heap}, ({ranks}, self.{name}, {job}))").spans
        counted = scene.insert_after(node.parent, f"self.{name} += 1").spans
        yield Change((*pushed, *counted), 1.0 / (1 + 0.4 * rank))
    yield scene.replace(node, f"{head}({heap}, ({ranks}, id({job}), {job}))", 0.6)


@template("twofold", STATEMENT)
def the_rest_behind_the_loop(scene: Scene, node: "Node") -> Iterator[Change]:
    """What a loop does under a condition, once more behind it, for a parameter that was not used: the end."""
    if not scene.grammar.plays(node, "loop") or scene.grammar.bracketed or node.type != "for_statement":
        return
    function, left, body = scene.within_definition(node), node.child_by_field_name("left"), scene.block_under(node)
    if function is None or left is None or not body or not scene.grammar.plays(body[0], "branch"):
        return
    given = scene.vocabulary.parameters(scene.name_of(function))
    said = scene.text(function)
    unread = [p for p in given if len(re.findall(rf"\b{re.escape(p)}\b", said)) == 1]
    for name in scene.vocabulary.names_in(left)[:1]:
        for other in unread[:1]:
            text = re.sub(rf"\b{re.escape(name)}\b", other, scene.shifted(body[0], scene.indent(node)).decode()).strip()
            yield scene.insert_after(node, text, 1.0)


@template("twofold", "handler")
def raised_instead(scene: Scene, node: "Node") -> Iterator[Change]:
    """What a handler does at last replaced by `raise`, or by what the function raises elsewhere."""
    block = next((child for child in node.named_children if scene.grammar.plays(child, "block")), None)
    last = block.named_children[-1] if block is not None and block.named_child_count else None
    if last is None or scene.grammar.bracketed or scene.grammar.plays(last, "compound"):
        return
    raised = [scene.text(s) for s in scene.jumps if s.type == "raise_statement" and scene.known_at(s, last)]
    for rank, text in enumerate(t for t in dict.fromkeys([*raised[:2], "raise"]) if t != scene.text(last)):
        yield scene.replace(last, text, 1.0 / (1 + 0.4 * rank))


@template("caught", STATEMENT)
def raised_from_what_was_caught(scene: Scene, node: "Node") -> Iterator[Change]:
    """`except E as error:` … `raise Other(…) from error`."""
    handler = scene.within(node, "handler") if node.type == "raise_statement" else None
    found = re.match(r"except .+ as (\w+):", scene.text(handler)) if handler is not None else None
    if found is not None and " from " not in scene.text(node) and scene.text(node) != "raise":
        yield scene.replace(node, f"{scene.text(node)} from {found[1]}", 1.0)


@template("caught", STATEMENT)
def the_last_one_counts(scene: Scene, node: "Node") -> Iterator[Change]:
    """`continue` in a handler, in a loop over `range(n)`: at the last one `raise`."""
    loop = scene.within(node, "loop") if scene.text(node) in ("continue", "pass") else None
    found = re.match(r"for (\w+) in range\((\w+)\):", scene.text(loop)) if loop is not None else None
    if found is not None and scene.within(node, "handler") is not None:
        text = f"if {found[1]} == {found[2]} - 1:{scene.newline}{scene.indent(node)}{scene.step}raise"
        yield scene.replace(node, text, 1.0)
        yield scene.insert_before(node, text, 1.0)


@template("nesting", STATEMENT)
def only_after_all(scene: Scene, node: "Node") -> Iterator[Change]:
    """In a loop: `if …: return True` and `else: return False`, where the `else` has to wait for the end of the loop."""
    loop, blocks = scene.within(node, "loop"), scene.blocks_under(node)
    otherwise = node.child_by_field_name("alternative")
    if scene.grammar.bracketed or loop is None or otherwise is None or len(blocks) != 2 or not blocks[1]:
        return
    if otherwise.type == "else_clause" and blocks[1][-1].type == "return_statement" and len(blocks[1]) == 1:
        start, end = scene.lines_at(otherwise)
        after = Span(scene.lines_at(loop)[1], scene.lines_at(loop)[1], scene.shifted(blocks[1][0], scene.indent(loop)))
        yield Change((Span(start, end, b""), after), 1.0)


@template("guard", STATEMENT)
def only_what_there_is(scene: Scene, node: "Node") -> Iterator[Change]:
    """Before `self.balance -= amount`: `if amount > self.balance: raise Short`."""
    found = re.fullmatch(r"([\w.]+) -= ([\w.]+)", scene.text(node))
    if found is None or scene.grammar.bracketed:
        return
    whole = scene.content.decode("utf-8", "replace")
    own = re.findall(r"class (\w+)\((?:\w*Error|\w*Exception)\)", whole)
    lead = f"{scene.newline}{scene.indent(node)}{scene.step}"
    for rank, name in enumerate(dict.fromkeys([*own[:2], "ValueError"])):
        text = f"if {found[2]} > {found[1]}:{lead}raise {name}"
        yield scene.insert_before(node, text, 1.0 / (1 + 0.4 * rank))


def _is_call(scene: Scene, node: "Node") -> bool:
    return scene.grammar.plays(node, "call")
