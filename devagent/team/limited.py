"""Templates that a repository brings: Jinja cut down to what a prompt needs, so that there is little left to abuse.

Such a template may show values, mark them as data, and leave parts out by conditions. Its syntax tree is compared with
a short list before anything of it is compiled: no loops, no assignments, no other files, no calls but `data`, no
attributes but the named parts of `task` and `artefacts`. What remains takes time and memory in proportion to its
length; the length of what comes out is capped. It sees strings only, and runs in Jinja's immutable sandbox.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateRuntimeError, TemplateSyntaxError, Undefined, nodes
from jinja2.filters import FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from devagent.errors import UsageError

MAX_CHARACTERS = 400_000
MAX_NODES, MAX_DEPTH = 4_000, 32

USABLE_FILTERS = ("default", "lower", "trim", "upper")
USABLE_TESTS = ("defined", "undefined")
CALLABLE = "data"

_HINT = "It may use {{ NAME }}, {{ data(LABEL, NAME) }} and {% if NAME %}"
_USABLE = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.CondExpr),
    *(nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Getattr, nodes.Call, nodes.Filter),
    nodes.Test,
)
_CALLED: Mapping[type[nodes.Node], str] = {
    nodes.For: "a loop",
    nodes.Assign: "an assignment",
    nodes.AssignBlock: "an assignment",
    nodes.Include: "another file",
    nodes.Import: "another file",
    nodes.FromImport: "another file",
    nodes.Extends: "another file",
    nodes.Macro: "a macro",
    nodes.Getitem: "an index",
}


def render(where: str, text: str, values: Mapping[str, Any], extra: Mapping[str, Any], first_line: int = 1) -> str:
    """A template of a repository, filled in.

    Arguments:
        where, first_line: the file, and its line on which the template begins, for messages.
        values: turned into strings before the template sees them.
        extra: `data`, and names that are strings already.

    Raises `UsageError` naming file and line for anything that such a template may not hold.
    """
    checked = check(where, text, first_line)
    environment = _environment()
    environment.globals.update(extra)
    parts: list[str] = []
    size = 0
    try:
        for part in environment.from_string(checked).generate({n: _as_strings(v) for n, v in values.items()}):
            parts.append(part)
            size += len(part)
            if size > MAX_CHARACTERS:
                raise UsageError(f"{where} makes a prompt of more than {MAX_CHARACTERS:,} characters")
    except (TemplateError, TypeError, ValueError) as error:
        # The last two come of comparing a text with nothing, or of odd arguments to a filter.
        raise UsageError(f"{where} cannot be filled in", why=str(error)) from None
    return "".join(parts)


def check(where: str, text: str, first_line: int = 1) -> nodes.Template:
    """The syntax tree of a template that holds nothing it may not. Raises `UsageError` naming file and line."""
    try:
        tree = _environment().parse(text)
    except TemplateSyntaxError as error:
        raise UsageError(f"{where}, line {error.lineno + first_line - 1}", why=error.message or "") from None
    except (RecursionError, ValueError, MemoryError):
        # Its parser goes one call deeper with every bracket, and turns numbers of any length into integers.
        why = "it is nested too deeply, or holds a number that is too long"
        raise UsageError(f"{where} cannot be read as a template", why=why) from None
    for number, (node, depth) in enumerate(_walk(tree)):
        if number > MAX_NODES or depth > MAX_DEPTH:
            raise UsageError(f"{where} is too long or nested too deeply for a prompt of a repository")
        if trouble := _trouble(node):
            line = f"line {node.lineno + first_line - 1}"
            raise UsageError(f"{where}, {line}: a prompt of a repository may not use {trouble}", hint=_HINT)
    return tree


def _walk(tree: nodes.Template) -> Iterator[tuple[nodes.Node, int]]:
    stack: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        yield node, depth
        stack += [(child, depth + 1) for child in node.iter_child_nodes()]


def _trouble(node: nodes.Node) -> str:
    """What is wrong with one node; empty if nothing is."""
    match node:
        case nodes.Call():
            plain = not (node.kwargs or node.dyn_args or node.dyn_kwargs)
            is_data = isinstance(node.node, nodes.Name) and node.node.name == CALLABLE and len(node.args) == 2
            return "" if is_data and plain else "a call but data(LABEL, VALUE)"
        case nodes.Getattr():
            named = isinstance(node.node, nodes.Name) and not node.attr.startswith("_")
            return "" if named else f"the attribute {node.attr}"
        case nodes.Filter():
            return "" if node.name in USABLE_FILTERS else f"the filter {node.name}"
        case nodes.Test():
            return "" if node.name in USABLE_TESTS else f"the test {node.name}"
        case nodes.Const():
            return "" if isinstance(node.value, str | bool | None) else "a number"
        case _ if isinstance(node, _USABLE):
            return ""
        case _:
            return _CALLED.get(type(node), f"the construct {type(node).__name__.lower()}")


class _Environment(ImmutableSandboxedEnvironment):
    """Looks up the parts of a value that is a table of strings, and reaches nothing else of any value."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        return obj[attribute] if type(obj) is dict and attribute in obj else self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self.getattr(obj, argument)

    def is_safe_callable(self, obj: Any) -> bool:
        return obj is self.globals.get(CALLABLE)


def _environment() -> _Environment:
    environment = _Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, optimized=False, finalize=_text_only
    )
    environment.globals.clear()
    environment.filters = {name: FILTERS[name] for name in USABLE_FILTERS}
    environment.tests = {name: TESTS[name] for name in USABLE_TESTS}
    return environment


def _text_only(value: object) -> object:
    """What `{{ }}` may show. Anything else (`self`, `data` itself) is a piece of Jinja or of devagent."""
    if isinstance(value, str | bool | dict | Undefined | None):
        return value
    raise TemplateRuntimeError("only texts can be shown")


def _as_strings(value: object) -> str | dict[str, str]:
    """A value as a template may see it: a string, or a table of strings."""
    if isinstance(value, Mapping):
        return {str(key): str(part) for key, part in value.items()}
    return {"text": str(value.text)} if hasattr(value, "text") else str(value)
