"""Values said otherwise: in another unit, with a tolerance, element by element, in another format."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.names import reads
from devagent.repair.templates.template import EXPRESSION, template

if TYPE_CHECKING:
    from tree_sitter import Node

_GIVEN_ON = ("value", "argument", "result")
_FACTORS = ("100", "60", "1000")
_MOST_FACTORS, _MOST_FILTERS, _MOST_KINDS = 4, 10, 2
_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%"})


@template("scale", EXPRESSION)
def in_another_unit(scene: Scene, node: "Node") -> Iterator[Change]:
    """`minutes` as `minutes * 60`, `share` as `share / 100`, with factors that the file knows first."""
    grammar, position = scene.grammar, scene.grammar.position(node)
    if position not in _GIVEN_ON or not any(grammar.plays(node, role) for role in ("name", "member", "operation")):
        return
    if not reads(scene, node) or scene.is_comparison(node) or scene.is_logical(node):
        return
    if position == "argument" and not grammar.plays(node, "operation"):
        return
    for rank, factor in enumerate(_factors(scene)):
        if factor not in scene.text(node):
            for sign in ("/", "*"):
                yield scene.replace(node, f"{scene.atom(node)} {sign} {factor}", 1.0 / (1 + 0.4 * rank))


@template("tolerance", "operation")
def about_equal(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a == b` as `abs(a - b) < 1e-9`."""
    form = scene.grammar.words["close"].get(scene.operator(node)) if scene.is_comparison(node) else None
    if form is None or node.named_child_count != 2:
        return
    left, right = node.named_children
    if not any(scene.grammar.plays(side, role) for side in (left, right) for role in ("string", "truth", "collection")):
        counted = any(scene.operator(side) in _ARITHMETIC for side in (left, right))
        yield scene.replace(node, form.format(scene.atom(left), scene.atom(right)), 1.0 if counted else 0.4)


@template("elements", EXPRESSION)
def element_by_element(scene: Scene, node: "Node") -> Iterator[Change]:
    """`line.split(",")` as `[item.strip() for item in line.split(",")]`, and without what is empty."""
    if scene.grammar.position(node) not in (*_GIVEN_ON, "iterable"):
        return
    if scene.grammar.plays(node, "call") or (scene.grammar.plays(node, "name") and reads(scene, node)):
        sized = not scene.grammar.plays(node, "name") or scene.vocabulary.is_sized(scene.text(node))
        split = "split" in scene.text(node)
        for rank, form in enumerate(scene.grammar.wraps["elements"] if sized else ()):
            yield scene.replace(node, form.format(scene.text(node)), (1.0 if split else 0.4) / (1 + 0.4 * rank))


@template("filter", "comprehension")
def fewer_elements(scene: Scene, node: "Node") -> Iterator[Change]:
    """`[f(x) for x in xs]` as `[f(x) for x in xs if x]`, and with flags of x."""
    clause = next((child for child in node.named_children if child.type == "for_in_clause"), None)
    name = clause.child_by_field_name("left") if clause is not None else None
    if clause is None or name is None or not scene.grammar.plays(name, "name"):
        return
    words, text, known = scene.grammar.words, scene.text(name), scene.vocabulary.members_of
    flags = [f"{text}.{m}" for m in known(text) if m in scene.vocabulary.flags]
    asked = [text, words["present"][0].format(text)]
    asked += _kinds(scene, node, text)
    asked += [f"{text}.strip()"] if "split" in scene.text(node) or "lines" in scene.text(node) else []
    asked += [form.format(flag) for flag in flags for form in (words["empty"][0], words["full"][0])]
    end = scene.content[node.start_byte : clause.end_byte].decode("utf-8", "surrogateescape")
    rest = scene.content[clause.end_byte : node.end_byte].decode("utf-8", "surrogateescape")
    joined = " and " if rest.lstrip().startswith("if ") else ""
    if joined:
        return
    for rank, condition in enumerate(asked[:_MOST_FILTERS]):
        yield scene.replace(node, f"{end} if {condition}{rest}", 1.0 / (1 + 0.3 * rank))


@template("format", "string")
def in_another_format(scene: Scene, node: "Node") -> Iterator[Change]:
    """`{h}:{m}` as `{h}:{m:02d}`, one place or all of them."""
    places = [child for child in node.named_children if child.type in ("interpolation", "template_substitution")]
    if not places:
        return
    forms = scene.grammar.words["formats"]
    plain = [p for p in places if p.named_child_count == 1 and ":" not in scene.text(p)]
    for rank, form in enumerate(forms):
        weight = 1.0 / (1 + 0.4 * rank)
        spans = [scene.replace(p, form.format(scene.text(p.named_children[0]))).spans[0] for p in plain]
        for span in spans:
            yield Change((span,), weight)
        if len(spans) > 1:
            yield Change(tuple(spans), 0.8 * weight)


@template("separator", "string")
def another_separator(scene: Scene, node: "Node") -> Iterator[Change]:
    """`"".join(x)` as `" ".join(x)`; what text is split at; a line break at the end."""
    joins = scene.grammar.plays(node.parent, "member") and ".join" in scene.text(node.parent) if node.parent else False
    call = node.parent.parent if node.parent is not None else None
    splits = call is not None and re.match(r"[^(]*\.(split|join)\(", scene.text(call).replace("\n", "")) is not None
    if joins or splits:
        for rank, other in enumerate(scene.grammar.words["separators"]):
            if other != scene.text(node):
                yield scene.replace(node, other, 1.0 / (1 + 0.3 * rank))


@template("separator", "call", "operation")
def ended_by_a_line_break(scene: Scene, node: "Node") -> Iterator[Change]:
    """`"\\n".join(lines)` as `"\\n".join(lines) + "\\n"`, where that is a result."""
    text = scene.text(node)
    if scene.grammar.position(node) == "result" and ("join" in text or '"' in text or "'" in text):
        yield scene.replace(node, f'{text} + "\\n"', 0.6)


@template("late", "lambda")
def bound_early(scene: Scene, node: "Node") -> Iterator[Change]:
    """`lambda: f(x)` as `lambda x=x: f(x)`, for the name of a loop."""
    body = scene.grammar.field(node, "body")
    around = scene.within(node, "loop") or scene.within(node, "comprehension")
    if scene.grammar.bracketed or body is None or around is None:
        return
    given = node.child_by_field_name("parameters")
    own = scene.text(given) if given is not None else ""
    bound = [n for n in around.named_children if n.type == "for_in_clause"] or [around]
    heads = {name for b in bound if (left := b.child_by_field_name("left")) for name in scene.vocabulary.names_in(left)}
    for name in scene.vocabulary.names_in(body):
        if name in heads and name not in own:
            parameters = f"{own}, {name}={name}" if own else f"{name}={name}"
            yield scene.replace(node, f"lambda {parameters}: {scene.text(body)}", 1.0)


@template("elements", "operation")
def each_its_own(scene: Scene, node: "Node") -> Iterator[Change]:
    """`[[0] * w] * h` as `[[0] * w for _ in range(h)]`."""
    parts = node.named_children
    if scene.grammar.bracketed or scene.operator(node) != "*" or len(parts) != 2 or parts[0].type != "list":
        return
    inner = scene.text(parts[0])[1:-1]
    if parts[0].named_child_count == 1 and not scene.grammar.plays(parts[0].named_children[0], "number"):
        copied = f"list({inner})" if scene.grammar.plays(parts[0].named_children[0], "name") else inner
        yield scene.replace(node, f"[{copied} for _ in range({scene.text(parts[1])})]", 3.0)


@template("separator", "operation")
def with_something_between(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a + b` as `a + "/" + b`."""
    parts = node.named_children
    if scene.operator(node) != "+" or len(parts) != 2 or any(scene.grammar.plays(p, "number") for p in parts):
        return
    if scene.grammar.position(node) in (*_GIVEN_ON, "operand"):
        for rank, text in enumerate(scene.grammar.words["separators"][:4]):
            joined = f"{scene.text(parts[0])} + {text} + {scene.text(parts[1])}"
            yield scene.replace(node, joined, 0.4 / (1 + 0.4 * rank))


@template("boundary", "call")
def whole_part(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a.endswith(b)` as `a.endswith("." + b)`, and where `a == b` as well."""
    found = re.fullmatch(r"(.+)\.(startswith|endswith|startsWith|endsWith)\(([^\"'`(),]+)\)", scene.text(node))
    if found is None:
        return
    whole, method, part = found.groups()
    same = "===" if scene.grammar.bracketed else "=="
    for rank, sign in enumerate(_signs(scene)):
        with_sign = f"{sign} + {part}" if method.startswith("end") else f"{part} + {sign}"
        call = f"{whole}.{method}({with_sign})"
        yield scene.replace(node, call, 1.0 / (1 + 0.4 * rank))
        either = scene.grammar.words["either"].format(f"{whole} {same} {part}", call)
        yield scene.replace(node, f"({either})", 1.0 / (1 + 0.4 * rank))


def _signs(scene: Scene) -> list[str]:
    """Strings of one sign: those of the file, then a dot and a slash."""
    texts = (scene.text(node) for node in scene.near_first(scene.vocabulary.literals["string"]))
    own = [text for text in texts if len(text) == 3 and not text[1].isalnum()]
    return list(dict.fromkeys([*own, '"."', '"/"']))[:3]


@template("pass_on", "spread")
def and_what_was_given(scene: Scene, node: "Node") -> Iterator[Change]:
    """`**defaults` as `**{**defaults, **options}`, `...a` as `...a, ...b`."""
    text, holder = scene.text(node), node.parent
    in_call = holder is not None and scene.grammar.plays(holder, "arguments")
    if holder is not None and in_call and text.startswith("*") and "**" not in scene.text(holder):
        unread = [n for n in scene.vocabulary.visible(node) if n in scene.unused]
        for name in unread[:2]:
            yield scene.replace(node, f"{text}, **{name}", 0.8)
    if not text.startswith(("**", "...")):
        return
    names = [n for n in scene.vocabulary.visible(node) if n not in text and n not in scene.grammar.words["self"]]
    for rank, name in enumerate(sorted(names, key=lambda n: n not in scene.unused)[:2]):
        both = f"{text}, **{name}" if text.startswith("**") else f"{text}, ...{name}"
        yield scene.replace(node, f"**{{{both}}}" if in_call and text.startswith("**") else both, 1 / (1 + 0.4 * rank))


@template("arguments", "call")
def split_once(scene: Scene, node: "Node") -> Iterator[Change]:
    """`name.split(".")` as `name.split(".", 1)` and `name.rsplit(".", 1)`."""
    found = re.fullmatch(r"(.*)\.split\(([^(),]*)\)", scene.text(node), re.DOTALL)
    if found is not None and not scene.grammar.bracketed:
        parts = found.group(2) or "None"
        yield scene.replace(node, f"{found.group(1)}.split({parts}, 1)", 0.9)
        yield scene.replace(node, f"{found.group(1)}.rsplit({parts}, 1)", 0.9)


def _kinds(scene: Scene, node: "Node", name: str) -> list[str]:
    """What elements may be asked: whether a member is there, to be another than a name, of a kind by a constant."""
    words, known = scene.grammar.words, scene.vocabulary
    body = node.named_children[0]
    there = [words["present"][0].format(scene.text(body))] if scene.grammar.plays(body, "member") else []
    visible = [n for n in known.visible(node) if n != name and n not in words["self"]]
    others = sorted(visible, key=lambda n: n not in scene.unused)[:_MOST_KINDS]
    constants = [n for n in sorted(known.top_names) if n.isupper() and len(n) > 1][:_MOST_KINDS]
    members = [m for m in known.members_of(name) if m not in known.methods][: 2 * _MOST_KINDS]
    kinds = [
        f"{name}.{member} {sign} {constant}" for member in members for constant in constants for sign in ("==", "!=")
    ]
    return [
        *there,
        *(f"{name} != {other}" for other in others),
        *(f"{name} is not {other}" for other in others),
        *kinds,
    ]


def _factors(scene: Scene) -> list[str]:
    numbers = [scene.text(n) for n in scene.near_first(scene.vocabulary.literals["number"])]
    own = [text for text in numbers if text not in ("0", "1", "2", "-1", "0.0", "1.0") and len(text) > 1]
    named = [n for n in scene.vocabulary.top_names if n.isupper()]
    return list(dict.fromkeys([*own[:2], *named[:1], *_FACTORS]))[:_MOST_FACTORS]
