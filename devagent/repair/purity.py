"""What may be asked of code while it runs, and what it does to names.

An expression that only reads can be evaluated once more beside the program, and a statement can be put before another;
where neither changes what the program does, the grammar data say, and for JavaScript the places where brackets and
semicolons matter.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from devagent.code.language import text_of, walk
from devagent.repair.grammar import Grammar

if TYPE_CHECKING:
    from tree_sitter import Node


def is_pure(root: "Node", grammar: Grammar) -> bool:
    """Whether an expression only reads: evaluated or not, it makes no difference to anything else."""
    return all(
        grammar.allows(node) and (not grammar.plays(node, "call") or _is_pure_call(node, grammar))
        for node in walk(root)
        if node.is_named
    )


def _is_pure_call(call: "Node", grammar: Grammar) -> bool:
    callee = grammar.field(call, "callee")
    if grammar.plays(callee, "name") and callee is not None:
        return text_of(callee) in grammar.pure["functions"]
    if not grammar.plays(callee, "member") or callee is None:
        return False
    owner, member = grammar.field(callee, "object"), grammar.field(callee, "member")
    names = [text_of(part) if part is not None else "" for part in (owner, member)]
    return names[0] in grammar.pure["modules"] or names[1] in grammar.pure["methods"]


def is_asked(node: "Node", grammar: Grammar) -> bool:
    """Whether only the truth of an expression matters where it stands."""
    parent = node.parent
    if grammar.plays(parent, "group") and parent is not None:
        return is_asked(parent, grammar)
    position = grammar.position(node)
    if position == "operand of logic" and parent is not None:
        if grammar.plays(parent, "negation"):
            return parent.children[0].type in ("!", "not")
        return parent.children[1].type != "??" and is_asked(parent, grammar)
    return position == "condition"


def can_be_wrapped(node: "Node") -> bool:
    """Whether an expression of JavaScript means the same in brackets, where it stands."""
    parent, around = node.parent, node
    if parent is None or (parent.type == "unary_expression" and parent.children[0].type in ("typeof", "delete")):
        return False
    if any(inner.type == "optional_chain" for inner in walk(node)):
        links = ("member_expression", "subscript_expression", "call_expression")
        if parent.type in links and parent.named_children[0] == node:
            return False
    while around.parent is not None and around.parent.start_byte == node.start_byte:
        around = around.parent
        if around.type == "expression_statement":  # a bracket would continue a statement before it that has no `;`
            return False
    return True


def can_follow(node: "Node") -> bool:
    """Whether a statement may stand right before this node of JavaScript, which is nothing before it is gone to."""
    if not node.type.endswith(("_statement", "lexical_declaration", "variable_declaration")):
        return False
    return node.type != "expression_statement" or node.named_children[0].type != "string"


def bound(nodes: Sequence["Node"], grammar: Grammar) -> frozenset[bytes]:
    """The names that some code binds, and what it declares about names."""
    found: set[bytes] = set()
    for node in (inner for root in nodes for inner in walk(root)):
        if node.type in grammar.pure["declarations"]:
            found.add(bytes_of(node))
        elif node.type in grammar.pure["suspensions"]:
            found.add(node.type.encode())
        elif node.is_named and grammar.binds(node):
            found.update(_targets(node, grammar))
    return frozenset(found)


def _targets(node: "Node", grammar: Grammar) -> Iterator[bytes]:
    """The names below what is bound; members and elements bind none."""
    if grammar.plays(node, "name"):
        yield bytes_of(node)
    elif not (grammar.plays(node, "member") or grammar.plays(node, "subscript")):
        for child in node.named_children:
            yield from _targets(child, grammar)


def bytes_of(node: "Node") -> bytes:
    """The text of a node as it stands in the file."""
    return node.text or b""
