"""A call and what it comes to, written as a test beside another one, in the style of the file that it stands in."""

import ast
import builtins
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devagent.repair.behaviour import Answer, Code

_LONGEST_NAME = 24
_SINGLETONS = ("True", "False", "None")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class CannotWrite(Exception):
    """A call cannot become a test there; the message says why, as the end of a sentence."""


@dataclass(frozen=True)
class Example:
    """A call and its answer."""

    code: Code
    answer: Answer


@dataclass(frozen=True)
class Written:
    """A test file with one more test, and the id of that."""

    content: bytes
    id: str


def written_beside(content: bytes, id_: str, examples: Sequence[Example]) -> Written:
    """A Python test file with a test that makes these calls, right behind the test `id_` and by the file's own imports.

    Raises `CannotWrite`.
    """
    path, *names = id_.split("::")
    try:
        tree, text = ast.parse(content), content.decode()
    except (SyntaxError, ValueError) as error:
        raise CannotWrite(f"{path} cannot be read as Python") from error
    *around, name = names or [""]
    classes, test = _found(tree, around, name.partition("[")[0], path)
    file = _File(tree, text)
    style = _style(classes)
    body = [line for example in examples for line in _statement(file, style, example)]
    siblings = classes[-1].body if classes else tree.body
    title = _title(examples[0], {node.name for node in siblings if isinstance(node, _Function | ast.ClassDef)})
    lines = [f"def {title}({'self' if classes else ''}):", *(f"    {line}" for line in body)]
    _insert(file, test, siblings, [" " * test.col_offset + line for line in lines])
    return Written("".join(file.with_imports()).encode(), "::".join([path, *around, title]))


class _File:
    """The lines of a test file, and the imports that are still to be added."""

    def __init__(self, tree: ast.Module, text: str) -> None:
        self.tree, self.lines = tree, io.StringIO(text, newline="").readlines()
        self.newline = "\r\n" if self.lines and self.lines[0].endswith("\r\n") else "\n"
        self.imports: list[str] = []
        self.quote = _quote(text)

    def reference(self, module: str, name: str) -> str:
        """How the file names something of a module; an import is added where it does not yet. Raises `CannotWrite`."""
        top, dot, rest = name.partition(".")
        for known, source, original in _imported(self.tree):
            if original == top and _is_related(source, module):
                return known + dot + rest
            if f"{source}.{original}".strip(".") == module:
                return f"{known}.{name}"
        if top in _bound(self.tree):
            raise CannotWrite(f"{top} means something else in the file of the failing test")
        line = f"from {module} import {top}"
        self.imports += [line] if line not in self.imports else []
        return name

    def with_imports(self) -> list[str]:
        """The lines, with the new imports behind those that are there."""
        ends = [node.end_lineno or 0 for node in self.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        first = self.tree.body[0]
        docstring = first.end_lineno or 0 if isinstance(first, ast.Expr) and ast.get_docstring(self.tree) else 0
        at = max(ends, default=docstring)
        added = [line + self.newline for line in self.imports]
        return [*self.lines[:at], *added, *([self.newline] if added and not ends else []), *self.lines[at:]]


def _found(tree: ast.Module, around: Sequence[str], name: str, path: str) -> tuple[list[ast.ClassDef], _Function]:
    """The classes around a test, and the test."""
    classes: list[ast.ClassDef] = []
    body: Sequence[ast.stmt] = tree.body
    for part in around:
        inner = next((node for node in body if isinstance(node, ast.ClassDef) and node.name == part), None)
        if inner is None:
            raise CannotWrite(f"class {part} was not found in {path}")
        classes.append(inner)
        body = inner.body
    test = next((node for node in body if isinstance(node, _Function) and node.name == name), None)
    if test is None:
        raise CannotWrite(f"the failing test does not stand in {path} itself")
    return classes, test


def _style(classes: Sequence[ast.ClassDef]) -> str:
    """Whose assertions are made: "unittest" where the methods of the class use its own, else "pytest"."""
    owns = any(
        isinstance(node, ast.Attribute) and node.attr.startswith("assert") and getattr(node.value, "id", "") == "self"
        for node in (ast.walk(classes[-1]) if classes else ())
    )
    return "unittest" if owns else "pytest"


def _statement(file: _File, style: str, example: Example) -> list[str]:
    code, answer = example.code, example.answer
    call = f"{file.reference(code.module, code.name)}({_quoted(code.arguments, file.quote)})"
    if answer.way == "raises":
        known = answer.module == "builtins" and hasattr(builtins, answer.text)
        error = answer.text if known else file.reference(answer.module, answer.text)
        return [f"with {_raises(file, style)}({error}):", f"    {call}"]
    value, single = _quoted(answer.text, file.quote), answer.text in _SINGLETONS
    if style == "unittest":
        return [f"self.{'assertIs' if single else 'assertEqual'}({call}, {value})"]
    return [f"assert {call} {'is' if single else '=='} {value}"]


def _raises(file: _File, style: str) -> str:
    if style == "unittest":
        return "self.assertRaises"
    for known, source, original in _imported(file.tree):
        if (source, original) == ("pytest", ""):
            return f"{known}.raises"
        if (source, original) == ("pytest", "raises"):
            return known
    file.imports += ["import pytest"]
    return "pytest.raises"


def _title(example: Example, taken: set[str]) -> str:
    """A name that says what holds, as far as a short one can."""
    name, answer = example.code.name.rpartition(".")[2].strip("_"), example.answer
    what = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", answer.text) if answer.way == "raises" else answer.text
    what = re.sub(r"\W+", "_", what).strip("_").lower()
    title = f"test_{name}_{answer.way}_{what}" if 0 < len(what) <= _LONGEST_NAME else f"test_{name}_by_example"
    return next(n for n in (title, *(f"{title}_{count}" for count in range(2, len(taken) + 3))) if n not in taken)


def _insert(file: _File, test: _Function, siblings: Sequence[ast.stmt], lines: Sequence[str]) -> None:
    """Put lines behind a test, as far from it as the next one is, or the one before."""
    end, at = test.end_lineno or test.lineno, siblings.index(test)
    gap = 1 if test.col_offset else 2
    if at + 1 < len(siblings) and isinstance(siblings[at + 1], _Function | ast.ClassDef):
        gap = _blank(file.lines[end : _first_line(siblings[at + 1]) - 1])
    elif at and isinstance(siblings[at - 1], _Function | ast.ClassDef):
        gap = _blank(file.lines[siblings[at - 1].end_lineno or 0 : _first_line(test) - 1])
    if not file.lines[end - 1].endswith("\n"):
        file.lines[end - 1] += file.newline
    file.lines[end:end] = [*[file.newline] * gap, *(line + file.newline for line in lines)]


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, _Function | ast.ClassDef) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _blank(lines: Sequence[str]) -> int:
    return sum(not line.strip() for line in lines)


def _imported(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """(how a file names it, module, name in that) of what a file imports for all its tests; no name for a module."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, "." * node.level + (node.module or ""), alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name, alias.name, ""


def _is_related(source: str, module: str) -> bool:
    """Whether a name that is imported from `source` may be the one of that name in `module`: packages hand names on."""
    return source.startswith(".") or source.partition(".")[0] == module.partition(".")[0]


def _bound(tree: ast.Module) -> set[str]:
    names = {known for known, _, _ in _imported(tree)}
    for node in tree.body:
        if isinstance(node, _Function | ast.ClassDef):
            names.add(node.name)
        names |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names


def _quote(text: str) -> str:
    """The quotation mark that a file prefers for its strings."""
    return '"' if text.count('"') >= text.count("'") else "'"


def _quoted(source: str, quote: str) -> str:
    """An expression with its strings in that quotation mark, where they need no other escapes then."""
    if quote == "'" or "'" not in source:
        return source
    found, at = [], 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        text = token.string
        inner = text[text.find("'") + 1 : -1]
        if token.type == tokenize.STRING and text.endswith("'") and '"' not in inner and "\\" not in inner:
            text = f'{text[: text.find(chr(39))]}"{inner}"'
        if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.NL):
            continue
        found += [source[at : token.start[1]], text]
        at = token.end[1]
    return "".join(found)
