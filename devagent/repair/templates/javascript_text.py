"""Text: what templates show and how, bases of numbers, flags and sources of patterns, replacing, splitting, cutting."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.javascript import (
    built,
    code_in,
    forms,
    in_order,
    inserted,
    javascript,
    method_call,
    table,
)
from devagent.repair.templates.template import EXPRESSION

if TYPE_CHECKING:
    from tree_sitter import Node

_CUTS = ("slice", "substring", "substr")
_MOST_SPLIT = 2
_PATHS = re.compile(r"path|dir|folder|prefix|url|route", re.IGNORECASE)


@javascript("format", EXPRESSION)
def shown_otherwise(scene: Scene, node: "Node") -> Iterator[Change]:
    """`${m}` as `${String(m).padStart(2, '0')}`, `${m.toFixed(2)}`, `${encodeURIComponent(m)}`, and so on."""
    place = node.parent
    if place is None or place.type != "template_substitution" or scene.grammar.plays(node, "string"):
        return
    whole = scene.text(place.parent) if place.parent is not None else ""
    address = re.search(r"[?&=/]", re.sub(r"\$\{[^}]*\}|//", "", whole)) is not None
    for rank, form in enumerate(forms(scene, "shown")):
        likely = 2.0 if address and "encode" in form else 1.0
        yield scene.replace(node, form.format(scene.text(node), atom=scene.atom(node)), likely / (1 + 0.3 * rank))


@javascript("format", "string", EXPRESSION)
def shown_apart(scene: Scene, node: "Node") -> Iterator[Change]:
    """`${a}${b}` as `${a}|${b}`, `a + b` as that, where it is a key."""
    if node.type == "template_string" and "}${" in scene.text(node):
        yield from in_order(scene, node, [scene.text(node).replace("}${", f"}}{sign}${{") for sign in ("|", ":", " ")])
    elif scene.operator(node) == "+" and scene.grammar.plays(node, "operation") and node.named_child_count == 2:
        function = scene.within_definition(node)
        named = (scene.name_of(function) if function is not None else "") + scene.assigned_by(node)
        if re.search(r"[kK]ey|[iI]d$", named) and scene.grammar.position(node) in ("value", "result", "argument"):
            left, right = (scene.text(side) for side in node.named_children)
            yield from in_order(scene, node, [f"`${{{left}}}{sign}${{{right}}}`" for sign in ("|", ":")])


@javascript("format", "string")
def filled_in(scene: Scene, node: "Node") -> Iterator[Change]:
    """`'${name}'` between back quotes."""
    if "${" in scene.text(node) and node.type == "string":
        yield scene.replace(node, f"`{scene.text(node)[1:-1]}`", 1.5)


@javascript("rounding", "call")
def rounded_to_cents(scene: Scene, node: "Node") -> Iterator[Change]:
    """`Math.round(x)` as `Math.round((x) * 100) / 100`; `Number(x)` as `(Number(x) || 0)`."""
    call, callee = method_call(scene, node), scene.grammar.field(node, "callee")
    if callee is not None and scene.text(callee) in ("Number", "parseInt", "parseFloat"):
        yield scene.replace(node, f"({scene.text(node)} || 0)", 0.6)
    if call is None or call.name not in ("round", "floor", "ceil") or len(call.arguments) != 1:
        return
    given = scene.text(call.arguments[0])
    scaled = given if re.fullmatch(r"[\w.* ]+", given) else f"({given})"
    yield scene.replace(node, f"{scene.text(callee or node)}({scaled} * 100) / 100", 0.8)


@javascript("base", "call")
def base_of_a_number(scene: Scene, node: "Node") -> Iterator[Change]:
    """`parseInt(x)` as `parseInt(x, 10)`, `n.toString()` as `n.toString(16)`, `xs.flat()` as `xs.flat(Infinity)`."""
    name, given = built(scene, node)
    call = method_call(scene, node)
    name, given = (call.name, call.arguments) if call is not None else (name, given)
    further = table(scene, "further")
    holder = scene.grammar.field(node, "arguments")
    texts = further.get(f"{name}/{len(given)}", []) if holder is not None else []
    for rank, text in enumerate(texts):
        if holder is not None:
            yield Change((inserted(holder.end_byte - 1, text if given else text.lstrip(", ")),), 1.0 / (1 + 0.4 * rank))


@javascript("pattern", "pattern")
def flags_of_lines(scene: Scene, node: "Node") -> Iterator[Change]:
    """`/^a/g` as `/^a/gm`, `/a.b/` as `/a.b/s`."""
    text = scene.text(node)
    flags = text.rpartition("/")[2]
    for flag, sign in (("m", r"\^|\$"), ("s", r"\.[*+]|\[\^?\\n")):
        if flag not in flags:
            yield scene.replace(node, f"{text}{flag}", 1.0 if re.search(sign, text) else 0.3)
    for flag in flags if len(flags) > 1 else "":
        yield scene.replace(node, f"{text.removesuffix(flags)}{flags.replace(flag, '')}", 0.4)


@javascript("pattern", EXPRESSION)
def pattern_from_text(scene: Scene, node: "Node") -> Iterator[Change]:
    """`new RegExp(x)` with flags, and with what is special in `x` escaped."""
    name, given = built(scene, node)
    if name != "RegExp" or not given:
        return
    if len(given) == 1:
        for rank, flags in enumerate(("g", "i", "gi", "m")):
            yield Change((inserted(given[0].end_byte, f", '{flags}'"),), 1.0 / (1 + 0.4 * rank))
    elif scene.grammar.plays(given[1], "string"):
        own = scene.text(given[1])[1:-1]
        others = [own + flag for flag in "gimsu" if flag not in own][:3]
        yield from in_order(scene, given[1], [f"'{flags}'" for flags in others], 0.8)
    inside = [given[0], *(c.named_children[0] for c in code_in(given[0]) if c.type == "template_substitution")]
    for part in inside:
        if any(scene.grammar.plays(part, role) for role in ("name", "member")):
            yield scene.replace(part, forms(scene, "escaped")[0].format(scene.atom(part)), 1.0)


@javascript("replacing", "call")
def replaced_otherwise(scene: Scene, node: "Node") -> Iterator[Change]:
    """`s.replace('a', b)` as `s.replace(/a/g, b)` and with a function, whose text has no special signs."""
    call = method_call(scene, node)
    if call is None or call.name not in ("replace", "replaceAll") or len(call.arguments) != 2:
        return
    wanted, given = call.arguments
    if scene.grammar.plays(wanted, "string") and call.name == "replace":
        source = re.sub(r"([.*+?^${}()|\[\]\\/])", r"\\\1", scene.text(wanted)[1:-1])
        yield scene.replace(wanted, f"/{source}/g", 0.6)
    if any(scene.grammar.plays(given, role) for role in ("name", "member", "call")):
        yield scene.replace(given, f"() => {scene.text(given)}", 0.8)


@javascript("splitting", "call")
def split_otherwise(scene: Scene, node: "Node") -> Iterator[Change]:
    """`s.split('')` as `[...s]`; `const [a, b] = s.split(c)` with the rest of `s` in `b`."""
    call = method_call(scene, node)
    if call is None or call.name != "split" or len(call.arguments) != 1:
        return
    sign, declared = call.arguments[0], node.parent
    if scene.text(sign) in ("''", '""'):
        yield scene.replace(node, f"[...{scene.text(call.receiver)}]", 1.2)
        return
    names = declared.child_by_field_name("name") if declared is not None else None
    if names is None or names.type != "array_pattern" or len(code_in(names)) != _MOST_SPLIT:
        return
    last, text, mark = code_in(names)[-1], scene.text(call.receiver), scene.text(sign)
    first = f"[{text}.slice(0, {text}.indexOf({mark})), {text}.slice({text}.indexOf({mark}) + {_size(scene, sign)})]"
    yield scene.replace(node, first, 1.0)
    if scene.grammar.plays(last, "name"):
        joined = f"[{text}.split({mark})[0], {text}.split({mark}).slice(1).join({mark})]"
        yield scene.replace(node, joined, 0.8)


@javascript("cutting", "call")
def cut_behind(scene: Scene, node: "Node") -> Iterator[Change]:
    """`s.slice(s.indexOf(m))` as `s.slice(s.indexOf(m) + m.length)`, wherever such a position is given on."""
    call = method_call(scene, node)
    if call is None or call.name not in ("indexOf", "lastIndexOf", "search") or len(call.arguments) != 1:
        return
    if scene.grammar.position(node) in ("argument", "value"):
        cut = method_call(scene, node.parent.parent) if node.parent is not None else None
        size = _size(scene, call.arguments[0])
        if size != "1":
            weight = 1.2 if cut is not None and cut.name in _CUTS else 0.6
            yield scene.replace(node, f"{scene.text(node)} + {size}", weight)


@javascript("cutting", "call")
def so_many_signs(scene: Scene, node: "Node") -> Iterator[Change]:
    """`s.slice(i, n)` as `s.slice(i, i + n)`; `path.startsWith(folder)` only up to the end of a name."""
    call = method_call(scene, node)
    if call is None:
        return
    if call.name in _CUTS and len(call.arguments) == 2:
        start, end = call.arguments
        if not scene.grammar.plays(start, "number") and scene.text(start) not in scene.text(end):
            yield scene.replace(end, f"{scene.atom(start)} + {scene.text(end)}", 0.6)
    elif call.name == "startsWith" and len(call.arguments) == 1 and _PATHS.search(scene.text(node)):
        prefix = scene.text(call.arguments[0])
        if scene.grammar.plays(call.arguments[0], "name") or scene.grammar.plays(call.arguments[0], "member"):
            whole = f"{scene.text(call.receiver)}.startsWith(`${{{prefix}}}/`)"
            both = f"{scene.text(call.receiver)} === {prefix} || {whole}"
            alone = scene.grammar.position(node) in ("result", "argument", "condition")
            yield scene.replace(node, both if alone else f"({both})", 0.8)
            yield scene.replace(node, whole, 0.6)


@javascript("remainder", "operation")
def never_negative(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a % b` as `((a % b) + b) % b`."""
    if scene.operator(node) == "%" and node.named_child_count == 2 and not scene.is_comparison(node.parent):
        given = scene.text(node.parent).startswith("${") if node.parent is not None else False
        last = f"{scene.text(node)} || {scene.text(node.named_children[1])}"
        yield scene.replace(node, last if given else f"({last})", 0.6)
        divisor = scene.atom(node.named_children[1])
        text = f"(({scene.text(node)}) + {divisor}) % {divisor}"
        loose = scene.grammar.position(node) == "operand"
        yield scene.replace(node, f"({text})" if loose else text, 1.0)


@javascript("splitting", "call")
def as_text_of_entries(scene: Scene, node: "Node") -> Iterator[Change]:
    """`JSON.stringify(m)` as `JSON.stringify(Object.fromEntries(m))`; `Math.max(...xs)` as `Math.max(0, ...xs)`."""
    callee, call = scene.grammar.field(node, "callee"), method_call(scene, node)
    if callee is None or call is None or not call.arguments:
        return
    first, name = call.arguments[0], scene.text(callee)
    if name == "JSON.stringify" and len(call.arguments) == 1 and first.type != "object":
        given = scene.text(first)
        yield from in_order(scene, first, [f"Object.fromEntries({given})", f"[...{given}]"], 0.8)
    elif name in ("Math.max", "Math.min") and scene.grammar.plays(first, "spread"):
        yield scene.replace(first, f"0, {scene.text(first)}", 1.0)


def _size(scene: Scene, sign: "Node") -> str:
    """The length of what is looked for."""
    if scene.grammar.plays(sign, "string"):
        return str(len(re.sub(r"\\.", "x", scene.text(sign)[1:-1])))
    return f"{scene.atom(sign)}.length"
