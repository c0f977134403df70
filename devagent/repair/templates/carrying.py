"""Whole and part: what rounding fills up is carried over; rounding up instead of one too many."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import Scene, encode
from devagent.repair.templates.template import STATEMENT, template

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_WHOLES = 2
_PART = re.compile(r"(\w+) = round\(.+ [*%] (\w+)\)")
_WHOLE = re.compile(r"(\w+) = (?:int\((?P<cut>.+)\)|(?:math\.)?floor\((?P<floor>.+)\)|(?P<quotient>.+ // \w+))")
_FRACTION = re.compile(r"(\w+) = (?:round|int)\(\((.+) - (\w+)\) \* (\w+)\)")
_REST = re.compile(r"(\w+) = (?:round|int)\((.+) % (\w+)\)")


@template("carry", STATEMENT)
def carried_over(scene: Scene, node: "Node") -> Iterator[Change]:
    """`part = round(x * N)` followed by `if part == N: whole += 1; part = 0`."""
    rounded = _PART.fullmatch(scene.text(node))
    if rounded is None or scene.grammar.bracketed:
        return
    part, full = rounded.groups()
    before = [n for n in scene.statements if n.start_byte < node.start_byte]
    wholes = [found.group(1) for n in reversed(before) if (found := _WHOLE.fullmatch(scene.text(n))) is not None]
    lead = f"{scene.newline}{scene.indent(node)}"
    for rank, whole in enumerate(wholes[:_MOST_WHOLES]):
        text = f"if {part} == {full}:{lead}{scene.step}{whole} += 1{lead}{scene.step}{part} = 0"
        yield scene.insert_after(node, text, 1.0 / (1 + 0.4 * rank))


@template("carry", STATEMENT)
def rounded_before_parted(scene: Scene, node: "Node") -> Iterator[Change]:
    """`whole = int(x)` and `part = round((x - whole) * N)` as `whole, part = divmod(round(x * N), N)`."""
    before = scene.next_to(node, -1)
    whole = _WHOLE.fullmatch(scene.text(before)) if before is not None else None
    if before is None or whole is None or scene.grammar.bracketed:
        return
    cut = whole["cut"] or whole["floor"] or whole["quotient"]
    fraction, rest = (pattern.fullmatch(scene.text(node)) for pattern in (_FRACTION, _REST))
    if fraction is not None and fraction.group(2, 3) == (cut, whole.group(1)):
        part, full, count = fraction.group(1), fraction.group(4), f"{cut} * {fraction.group(4)}"
    elif rest is not None and cut.replace("//", "/") == f"{rest.group(2)} / {rest.group(3)}":
        part, full, count = rest.group(1), rest.group(3), rest.group(2)
    else:
        return
    text = f"{whole.group(1)}, {part} = divmod(round({count}), {full})"
    yield Change((Span(before.start_byte, node.end_byte, encode(text)),), 1.0)


@template("outcome", STATEMENT)
def neither_above_nor_below(scene: Scene, node: "Node") -> Iterator[Change]:
    """Before `if x >= 0: return 1`: `if x == 0: return 0`."""
    found = re.match(r"if ([\w.]+) [<>]=? 0(?:\.0)?:\s+return -?[\d.]+", scene.text(node))
    if found is not None:
        lead = f"{scene.newline}{scene.indent(node)}{scene.step}"
        yield scene.insert_before(node, f"if {found[1]} == 0:{lead}return 0", 1.0)


@template("outcome", "operation")
def divided_by_the_weights(scene: Scene, node: "Node") -> Iterator[Change]:
    """`total / len(xs)` as `total / sum(weights)`."""
    found = re.fullmatch(r".+ / (len\((\w+)\))", scene.text(node))
    if found is not None and not scene.grammar.bracketed:
        sized = [n for n in scene.vocabulary.visible(node) if n != found[2] and scene.vocabulary.is_sized(n)]
        weighty = [n for n in scene.vocabulary.visible(node) if "weight" in n and n not in sized]
        for rank, name in enumerate([*weighty, *sized][:2]):
            yield scene.replace(node.named_children[1], f"sum({name})", 1.0 / (1 + 0.4 * rank))


@template("rounding", "operation")
def rounded_up(scene: Scene, node: "Node") -> Iterator[Change]:
    """`a // b + 1` as `(a + b - 1) // b`."""
    found = re.fullmatch(r"(\w+) // (\w+) \+ 1", scene.text(node))
    if found is not None:
        left, right = found.groups()
        yield scene.replace(node, f"({left} + {right} - 1) // {right}", 1.0)
        yield scene.replace(node, f"-(-{left} // {right})", 0.9)
