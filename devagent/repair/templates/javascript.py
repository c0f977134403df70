"""What the templates for JavaScript and TypeScript share: their registration, calls taken apart, forms in order."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING

from devagent.repair.edit import Change, Span
from devagent.repair.scene import Scene, encode
from devagent.repair.templates.template import Propose, template

if TYPE_CHECKING:
    from tree_sitter import Node

_FALLING = 0.4


def javascript(name: str, *roles: str) -> Callable[[Propose], Propose]:
    """Register a template that has nothing to say of other languages; see `template`."""

    def register(propose: Propose) -> Propose:
        @wraps(propose)
        def only_there(scene: Scene, node: "Node") -> Iterable[Change]:
            return propose(scene, node) if scene.grammar.bracketed else ()

        return template(name, *roles)(only_there)

    return register


@dataclass(frozen=True)
class MethodCall:
    """`receiver.name(arguments)`; `holder` is the node of the arguments with their parentheses."""

    receiver: "Node"
    member: "Node"
    name: str
    holder: "Node"
    arguments: tuple["Node", ...]


def method_call(scene: Scene, node: "Node | None") -> MethodCall | None:
    """A call of a method taken apart; `None` for anything else."""
    callee = scene.grammar.field(node, "callee") if node is not None and scene.grammar.plays(node, "call") else None
    holder = scene.grammar.field(node, "arguments") if node is not None and callee is not None else None
    if callee is None or holder is None or holder.type != "arguments" or not scene.grammar.plays(callee, "member"):
        return None
    receiver, member = scene.grammar.field(callee, "object"), scene.grammar.field(callee, "member")
    if receiver is None or member is None:
        return None
    return MethodCall(receiver, member, scene.text(member), holder, code_in(holder))


def code_in(node: "Node") -> tuple["Node", ...]:
    """The named children of a node without the comments."""
    return tuple(child for child in node.named_children if child.type != "comment")


def built(scene: Scene, node: "Node") -> tuple[str, tuple["Node", ...]]:
    """What `new A(b)`, or `A(b)` with a plain name, makes, and of what; ("", ()) for anything else."""
    made = node.child_by_field_name("constructor" if node.type == "new_expression" else "function")
    holder = node.child_by_field_name("arguments")
    if made is None or made.type != "identifier":
        return "", ()
    return scene.text(made), code_in(holder) if holder is not None else ()


def forms(scene: Scene, name: str) -> list[str]:
    """One list of the forms that only JavaScript has."""
    found: list[str] = scene.grammar.own[name]
    return found


def table(scene: Scene, name: str) -> dict[str, list[str]]:
    """Lists of such forms by what they are for."""
    found: dict[str, list[str]] = scene.grammar.own[name]
    return found


def in_order(scene: Scene, node: "Node", texts: Iterable[str], weight: float = 1.0) -> Iterator[Change]:
    """A node replaced by each of some texts, the likeliest first."""
    for rank, text in enumerate(dict.fromkeys(texts)):
        yield scene.replace(node, text, weight / (1 + _FALLING * rank))


def inserted(at: int, text: str) -> Span:
    """The insertion of a text at a byte offset."""
    return Span(at, at, encode(text))


def expression_of(statement: "Node") -> "Node | None":
    """The expression that a statement consists of."""
    inner = code_in(statement) if statement.type == "expression_statement" else ()
    return inner[0] if len(inner) == 1 else None


def has_word(node: "Node | None", word: str) -> bool:
    """Whether a keyword stands among the children of a node: `async`, `static`, `get`."""
    return node is not None and any(child.type == word for child in node.children)


def owner_of(scene: Scene, node: "Node") -> "Node | None":
    """The class around a node when it extends another one."""
    owner = scene.within(node, "class")
    return owner if owner is not None and any(c.type == "class_heritage" for c in owner.children) else None
