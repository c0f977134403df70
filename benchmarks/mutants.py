"""Small faults for Python functions, as people make them: one changed place each, in an order that a seed decides."""

import ast
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

Function = ast.FunctionDef | ast.AsyncFunctionDef
Change = tuple[ast.expr | ast.stmt, str]
"""A node, and the source that takes its place."""

_ARITHMETIC = {ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.FloorDiv: "*", ast.Div: "*", ast.Mod: "//"}
_COMPARISON = {
    **{ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "=="},
    **{ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in"},
}


@dataclass(frozen=True)
class Mutant:
    """One fault: bytes `start` to `end` of a file become `text`.

    `first` is the line of the function's `def`, `head` that of its first decorator if it has any.
    """

    path: str
    function: str
    head: int
    first: int
    kind: str
    line: int
    start: int
    end: int
    text: str

    def into(self, content: bytes) -> bytes | None:
        """The file with the fault in it; `None` where that is no Python, or no other program."""
        changed = content[: self.start] + self.text.encode() + content[self.end :]
        try:
            same = ast.dump(ast.parse(changed)) == ast.dump(ast.parse(content))
        except SyntaxError:
            return None
        return None if same else changed


def mutants_of(path: str, content: bytes) -> Iterator[Mutant]:
    """Every fault that can be put into the functions of a file; none where it does not parse."""
    try:
        source = Source(content)
    except (SyntaxError, ValueError):
        return
    for name, function in _functions(source.tree, ""):
        for kind, changes in KINDS.items():
            for node, text in changes(function, source):
                head = min([function.lineno, *(d.lineno for d in function.decorator_list)])
                start, end = source.range(node)
                yield Mutant(path, name, head, function.lineno, kind, node.lineno, start, end, text)


def in_turn(mutants: Iterable[Mutant], seed: int) -> Iterator[Mutant]:
    """Mutants in a random order that takes the kinds in turn, of each function only one."""
    order = random.Random(seed)
    waiting: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        waiting[mutant.kind].append(mutant)
    for kind in waiting.values():
        order.shuffle(kind)
    taken: set[tuple[str, str]] = set()
    while any(waiting.values()):
        for kind in KINDS:
            while waiting[kind]:
                mutant = waiting[kind].pop()
                if (mutant.path, mutant.function) not in taken:
                    taken.add((mutant.path, mutant.function))
                    yield mutant
                    break


class Source:
    """A file as bytes and as a tree. Raises `SyntaxError` or `ValueError` where it is no Python."""

    def __init__(self, content: bytes) -> None:
        self.tree = ast.parse(content)
        self._content = content
        self._starts = [0, *accumulate(map(len, content.splitlines(keepends=True)))]

    def range(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a node begins and ends, in bytes."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[end_line - 1] + end_column

    def text(self, node: ast.expr | ast.stmt) -> str:
        """The source of a node."""
        start, end = self.range(node)
        return self._content[start:end].decode("utf-8", "replace")


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    """Functions and methods; what is defined inside of a function belongs to it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, Function):
            yield f"{prefix}{child.name}", child
        elif isinstance(child, ast.If | ast.Try):
            yield from _functions(child, prefix)


def _inside(function: Function) -> Iterator[ast.AST]:
    for statement in function.body:
        yield from ast.walk(statement)


def _arithmetic(function: Function, source: Source) -> Iterator[Change]:
    for node in _inside(function):
        if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC and not _is_text(node.left, node.right):
            yield node, f"(({source.text(node.left)}) {_ARITHMETIC[type(node.op)]} ({source.text(node.right)}))"


def _is_text(*nodes: ast.AST) -> bool:
    return any(isinstance(n, ast.JoinedStr) or isinstance(getattr(n, "value", None), str | bytes) for n in nodes)


def _comparison(function: Function, source: Source) -> Iterator[Change]:
    for node in _inside(function):
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            sign = _COMPARISON[type(node.ops[0])]
            yield node, f"{source.text(node.left)} {sign} {source.text(node.comparators[0])}"


def _off_by_one(function: Function, source: Source) -> Iterator[Change]:
    for node in _inside(function):
        if isinstance(node, ast.Constant) and type(node.value) is int and source.text(node).isdigit():
            yield node, str(node.value + 1)
            if node.value > 0:
                yield node, str(node.value - 1)


def _wrong_variable(function: Function, _: Source) -> Iterator[Change]:
    arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    stored = (n.id for n in _inside(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    own = sorted({*(a.arg for a in arguments), *stored} - {"self", "cls"})
    for node in _inside(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in own and len(own) > 1:
            # The next in the alphabet is as wrong as any other, and the same in every run.
            yield node, own[(own.index(node.id) + 1) % len(own)]


def _swapped_arguments(function: Function, source: Source) -> Iterator[Change]:
    for node in _inside(function):
        if isinstance(node, ast.Call) and len(node.args) > 1 and not any(isinstance(a, ast.Starred) for a in node.args):
            one, two = node.args[:2]
            (start, middle), (other, end) = source.range(one), source.range(two)
            between = source.text(node)[middle - source.range(node)[0] : other - source.range(node)[0]]
            if source.text(one) != source.text(two):
                whole = source.text(node)
                at = source.range(node)[0]
                yield node, whole[: start - at] + source.text(two) + between + source.text(one) + whole[end - at :]


def _missing_branch(function: Function, source: Source) -> Iterator[Change]:
    for node in _inside(function):
        if isinstance(node, ast.If) and not node.orelse and source.text(node).startswith("if"):
            yield node, "pass"


def _wrong_default(function: Function, _: Source) -> Iterator[Change]:
    for default in (*function.args.defaults, *filter(None, function.args.kw_defaults)):
        if isinstance(default, ast.Constant):
            yield from ((default, other) for other in _other(default.value))


def _other(value: object) -> list[str]:
    match value:
        case bool():
            return [str(not value)]
        case int() | float():
            return [str(value + 1)]
        case str():
            return [repr(value + "x")]
        case _:
            return ["0"] if value is None else []


KINDS: dict[str, Callable[[Function, Source], Iterator[Change]]] = {
    "arithmetic": _arithmetic,
    "comparison": _comparison,
    "off by one": _off_by_one,
    "wrong variable": _wrong_variable,
    "swapped arguments": _swapped_arguments,
    "missing branch": _missing_branch,
    "wrong default": _wrong_default,
}
