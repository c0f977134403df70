"""Conditions that mean something else than they say: positions as truth, NaN, membership, kinds of values, identity."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.javascript import forms, in_order, javascript, method_call, table
from devagent.repair.templates.template import EXPRESSION

if TYPE_CHECKING:
    from tree_sitter import Node

_SEARCHES = ("indexOf", "findIndex", "lastIndexOf", "findLastIndex", "search")
_ASKED = ("condition", "operand of logic")
_EQUAL = {"===": "", "==": "", "!==": "!", "!=": "!"}


@javascript("position", EXPRESSION)
def found_not_truthy(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if (xs.indexOf(x))` as `if (xs.indexOf(x) !== -1)`, and for the name of such a position."""
    bare = node.named_children[0] if scene.grammar.plays(node, "group") and node.named_children else node
    asked = scene.grammar.position(node) in _ASKED or scene.is_logical(node.parent)
    if not asked or not _is_search(scene, bare):
        return
    text = scene.text(bare)
    parent = node.parent
    if parent is not None and scene.grammar.plays(parent, "negation") and parent.children[0].type == "!":
        yield from in_order(scene, parent, [f"{text} === -1", f"{text} < 0"], 1.5)
    elif parent is not None and scene.is_logical(parent) and scene.operator(parent) == "||":
        other = scene.text(parent.named_children[-1])
        yield scene.replace(parent, f"{text} >= 0 ? {text} : {other}", 1.5)
    else:
        yield from in_order(scene, bare, [f"{text} !== -1", f"{text} >= 0", f"{text} === -1"], 1.5)


@javascript("nan", "operation")
def asked_by_a_function(scene: Scene, node: "Node") -> Iterator[Change]:
    """`x === NaN` as `Number.isNaN(x)`; `x === y` as `Object.is(x, y)` and by what they say as text."""
    operator = scene.operator(node)
    if operator not in _EQUAL or node.named_child_count != 2:
        return
    left, right = (scene.text(side) for side in node.named_children)
    if "NaN" in (left, right):
        yield scene.replace(node, f"{_EQUAL[operator]}Number.isNaN({right if left == 'NaN' else left})", 1.5)
        return
    plain = any(
        scene.grammar.plays(side, "string") or scene.grammar.plays(side, "truth") for side in node.named_children
    )
    if not plain and not node.named_children[0].type.startswith("unary"):
        text = "JSON.stringify({})"
        if right != "0" and not any(scene.grammar.plays(side, "number") for side in node.named_children):
            yield scene.replace(node, f"{text.format(left)} {operator} {text.format(right)}", 0.5)
        yield scene.replace(node, f"{_EQUAL[operator]}Object.is({left}, {right})", 0.3)


@javascript("membership", "operation")
def membership(scene: Scene, node: "Node") -> Iterator[Change]:
    """`x in xs` as `xs.includes(x)`, `Object.hasOwn(xs, x)` and `xs.has(x)`."""
    if scene.operator(node) == "in" and node.named_child_count == 2:
        key, box = (scene.text(side) for side in node.named_children)
        yield from in_order(scene, node, [form.format(key=key, box=box) for form in forms(scene, "membership")], 1.2)


@javascript("membership", EXPRESSION)
def entry_not_truthy(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if (o[k])` as `if (k in o)`, `if (m.get(k))` as `if (m.has(k))`."""
    bare = node.named_children[0] if scene.grammar.plays(node, "group") and node.named_children else node
    if scene.grammar.position(node) not in _ASKED and not scene.is_logical(node.parent):
        return
    box, key = bare.child_by_field_name("object"), bare.child_by_field_name("index")
    call = method_call(scene, bare)
    if box is not None and key is not None:
        known = {"box": scene.text(box), "key": scene.text(key)}
        texts = [form.format(**known) for form in ("{key} in {box}", "Object.hasOwn({box}, {key})")]
        loose = scene.grammar.plays(node.parent, "negation")
        yield from in_order(scene, bare, [f"({texts[0]})" if loose else texts[0], texts[1]])
    elif call is not None and call.name == "get":
        yield scene.replace(call.member, "has", 1.0)


@javascript("explicit", "logical")
def each_of_them_present(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a && b` as `a != null && b != null`, `!a || !b` as `a == null || b == null`."""
    sides = node.named_children
    asked = scene.grammar.position(node) in (*_ASKED, "value")
    sign, plain = {"&&": ("!=", True), "||": ("==", False)}.get(scene.operator(node), ("", True))
    if not asked or not sign or len(sides) != 2:
        return
    texts = [scene.text(side) for side in sides]
    bare = texts if plain else [text[1:] for text in texts if text.startswith("!")]
    if len(bare) == 2 and all(re.fullmatch(r"[\w.]+", text) for text in bare):
        for end, weight in ((f"{sign} null", 1.0), (f"{sign}= undefined", 0.7)):
            spans = (scene.replace(s, f"{text} {end}").spans[0] for s, text in zip(sides, bare, strict=True))
            yield Change(tuple(spans), weight)


@javascript("explicit", "call")
def only_what_is_missing(scene: Scene, node: "Node") -> Iterator[Change]:
    """`xs.filter(Boolean)` as `xs.filter((item) => item != null)`."""
    call = method_call(scene, node)
    asked = call.arguments if call is not None and call.name in ("filter", "some", "every", "find") else ()
    if [scene.text(argument) for argument in asked] == ["Boolean"]:
        yield from in_order(scene, asked[0], ["(item) => item != null", "(item) => item !== undefined"])


@javascript("shorten", "branch")
def one_branch(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if (a) s; else t;` as `if (a) s;` and as `if (!a) t;`."""
    condition, body = scene.grammar.field(node, "condition"), scene.grammar.field(node, "consequence")
    other = node.child_by_field_name("alternative")
    if condition is None or body is None or other is None or not scene.grammar.plays(other.named_children[0], "block"):
        return
    inner = condition.named_children[0] if condition.named_children else condition
    yield scene.replace(node, f"if {scene.text(condition)} {scene.text(body)}", 0.6)
    yield scene.replace(node, f"if ({scene.negated(inner)}) {scene.text(other.named_children[0])}", 0.6)


@javascript("nan", "assignment")
def compared_not_assigned(scene: Scene, node: "Node") -> Iterator[Change]:
    """`if (a = b)` as `if (a === b)`."""
    if node.type == "assignment_expression" and scene.grammar.plays(node.parent, "group"):
        yield scene.replace(node.children[1], "===", 1.2)


@javascript("kind", EXPRESSION)
def kind_of_value(scene: Scene, node: "Node") -> Iterator[Change]:
    """`typeof x === 'object'` without null and arrays, `typeof x === 'number'` for what can be counted with."""
    if scene.is_comparison(node) and node.named_child_count == 2:
        if scene.text(node).startswith("typeof ") and scene.text(node.named_children[1]) == "undefined":
            yield scene.replace(node.named_children[1], "'undefined'", 1.5)
        found = re.fullmatch(r"typeof (\S+) ([!=]==?) ['\"](\w+)['\"]", scene.text(node))
        known = table(scene, "kinds")
        if found is not None and found[3] in known:
            texts = [form.format(x=found[1], node=scene.text(node)) for form in known[found[3]]]
            if found[2].startswith("!"):
                texts = [_opposite(text) for text in texts]
            yield from in_order(scene, node, texts)
    elif scene.grammar.position(node) == "condition" and scene.text(node).strip("()").endswith(".length"):
        text = scene.text(node).strip("()")
        changed = f"Array.isArray({text.removesuffix('.length')})"
        yield scene.replace(node, f"({changed})" if scene.grammar.plays(node, "group") else changed, 0.7)


@javascript("identity", "call")
def found_by_a_member(scene: Scene, node: "Node") -> Iterator[Change]:
    """`xs.includes(x)` as `xs.some((item) => item.id === x.id)`, `xs.indexOf(x)` with `findIndex`; see `_same`."""
    call = method_call(scene, node)
    name = {"includes": "some", "indexOf": "findIndex"}.get(call.name, "") if call is not None else ""
    if call is None or not name or len(call.arguments) != 1 or not scene.grammar.plays(call.arguments[0], "name"):
        return
    given, receiver = scene.text(call.arguments[0]), scene.text(call.receiver)
    yield from in_order(
        scene, node, [f"{receiver}.{name}((item) => {test})" for test in _same(scene, "item", given)], 0.5
    )


@javascript("identity", EXPRESSION)
def one_of_each(scene: Scene, node: "Node") -> Iterator[Change]:
    """`[...new Set(xs)]` as the last one of `xs` with each `id`."""
    found = re.fullmatch(r"\[\.\.\.new Set\((.+)\)\]", scene.text(node)) if node.type == "array" else None
    if found is not None:
        form = "[...new Map({0}.map((item) => [item.{1}, item])).values()]"
        yield from in_order(scene, node, [form.format(found[1], member) for member in telling_members(scene)[:2]])


@javascript("both_sides", "call")
def both_in_lower_case(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a.includes(b)` as `a.toLowerCase().includes(b.toLowerCase())`."""
    call = method_call(scene, node)
    if call is None or call.name not in ("includes", "startsWith", "endsWith", "indexOf", "localeCompare"):
        return
    if len(call.arguments) != 1 or scene.text(call.receiver).startswith("["):
        return
    receiver, argument = call.receiver, call.arguments[0]
    form = scene.grammar.wraps["both"][0]
    spans = tuple(scene.replace(side, form.format(scene.text(side))).spans[0] for side in (receiver, argument))
    yield Change(spans, 0.8)


@javascript("both_sides", "operation")
def both_as_numbers(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a + b` as `Number(a) + Number(b)`."""
    sides = node.named_children
    if scene.operator(node) == "+" and len(sides) == 2:
        kinds = ("string", "number", "operation")
        if not any(scene.grammar.plays(side, kind) for side in sides for kind in kinds) and "`" not in scene.text(node):
            yield Change(tuple(scene.replace(side, f"Number({scene.text(side)})").spans[0] for side in sides), 0.6)


@javascript("comparator", "operation")
def compared_by_kind(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a.name - b.name` as `a.name.localeCompare(b.name)`, `a.x > b.x` as `a.x - b.x`, in comparators."""
    function = scene.within(node, "lambda") or scene.within_definition(node)
    if function is None or len(scene.lambda_parameters(function)) != 2 or node.named_child_count != 2:
        return
    one, other = (scene.text(name) for name in scene.lambda_parameters(function))
    left, right = (scene.text(side) for side in node.named_children)
    swapped = re.sub(rf"\b({re.escape(one)}|{re.escape(other)})\b", lambda m: other if m[1] == one else one, left)
    if swapped != right or scene.operator(node) not in ("-", "<", ">", "<=", ">="):
        return
    if scene.grammar.position(node) in ("result", "operand of logic") or scene.is_logical(node.parent):
        yield from in_order(scene, node, [form.format(left, right) for form in forms(scene, "comparators")])


def _is_search(scene: Scene, node: "Node") -> bool:
    """Whether a value is a position that something was looked for at."""
    call = method_call(scene, node)
    if call is not None:
        return call.name in _SEARCHES
    if not scene.grammar.plays(node, "name"):
        return False
    said = rf"\b{re.escape(scene.text(node))} = [^;]*\.(?:{'|'.join(_SEARCHES)})\("
    return re.search(said, scene.text(scene.within_definition(node) or scene.root)) is not None


def telling_members(scene: Scene) -> list[str]:
    """Members that may tell objects apart: those the function reads, then the file's."""
    known = scene.vocabulary
    here = [scene.text(member) for _, member in scene.members_read]
    others = (m for m, _ in known.all_members.most_common() if m not in known.methods)
    return [m for m in dict.fromkeys([*here, *others]) if m not in ("length", "size")]


def _same(scene: Scene, one: str, other: str) -> list[str]:
    """Tests whether two objects are alike: by a member, by what they say as text."""
    members = [f"{one}.{member} === {other}.{member}" for member in telling_members(scene)[:2]]
    return [*members, f"JSON.stringify({one}) === JSON.stringify({other})"]


def _opposite(text: str) -> str:
    return f"!({text})" if " " in text else text[1:] if text.startswith("!") else f"!{text}"
