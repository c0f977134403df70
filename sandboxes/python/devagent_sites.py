"""Puts questions into a program: what it computes at the sites of variants, for a `Watch` to compare."""

import ast
import collections
import types

from devagent_pure import NAME, Unsafe, checked

OWN, OTHER = "_devagent_own", "_devagent_other"


class Sites(ast.NodeTransformer):
    """A program that asks a `Watch` at its sites."""

    def __init__(self, sites, skipped):
        self.values = {site.place: site for site in sites if len(site.place) == 4}
        self.statements = {site.place: site for site in sites if len(site.place) == 2}
        self.skipped = skipped
        self.inside = [False]

    def visit_FunctionDef(self, node):
        outside = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        for part in outside:
            self.visit(part)  # sites there are not in the function; they may be in one around it, but that is rare
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        self.within(node, (first, node.name) not in self.skipped)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        self.within(node, False)
        return node

    def visit_Lambda(self, node):
        inside = self.inside[-1] and (node.lineno, "<lambda>") not in self.skipped
        self.inside.append(inside)
        node.body = self.visit(node.body)
        self.inside.pop()
        return self.wrapped(node)

    def visit_JoinedStr(self, node):
        return self.wrapped(node)

    def visit_match_case(self, node):
        if node.guard is not None:
            node.guard = self.visit(node.guard)
        node.body = self.block(node.body)
        return node

    def within(self, node, inside):
        self.inside.append(inside)
        node.body = self.block(node.body)
        self.inside.pop()

    def block(self, statements):
        made = []
        for index, statement in enumerate(statements):
            first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))])
            site = self.statements.get((first, statement.col_offset)) if self.inside[-1] else None
            if site is not None and not (index == 0 and is_string(statement)):
                site.placed = True
                made.append(ast.Expr(asked(site, "reached", [], statement)))
                ast.copy_location(made[-1], statement)
            made.append(self.visit(statement))
        return made

    def generic_visit(self, node):
        for name, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                setattr(node, name, self.block(value))
            elif isinstance(value, list):
                value[:] = [self.visit(part) if isinstance(part, ast.AST) else part for part in value]
            elif isinstance(value, ast.AST):
                setattr(node, name, self.visit(value))
        return self.wrapped(node) if isinstance(node, ast.expr) else node

    def wrapped(self, node):
        site = self.values.get((node.lineno, node.col_offset, node.end_lineno, node.end_col_offset))
        read = isinstance(getattr(node, "ctx", None), (ast.Load, type(None))) and not isinstance(node, ast.Starred)
        if site is None or site.placed or not read or not self.inside[-1]:
            return node
        site.placed = True
        return asked(site, "value", [function(OWN, node)], node)


def is_string(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def asked(site, name, own, node):
    """The call that asks about a site, at the place of a node."""
    others = ast.Tuple([function(OTHER, way.tree) for way in site.asked], ast.Load())
    made = ast.Call(
        ast.Attribute(ast.Name(NAME, ast.Load()), name, ast.Load()),
        [ast.Constant(site.number), *own, function(OTHER, others)],
        [],
    )
    for part in ast.walk(made.args[-1]):
        ast.copy_location(part, node)
    ast.copy_location(made, node)
    return made


def function(marker, body):
    arguments = ast.arguments([], [ast.arg(marker)], None, [], [], None, [ast.Constant(None)])
    return ast.Lambda(arguments, body)


def watched(content, name, sites, skipped):
    """Code of a file that asks about sites; None where that cannot be. Sites of `skipped` functions are left out."""
    for site in sites:
        for way in site.ways:
            try:
                way.tree = checked(way.text) if way.text is not None else None
            except (Unsafe, SyntaxError, ValueError, RecursionError, MemoryError):
                way.same, way.tree = False, ast.Constant(None)
    try:
        tree = ast.parse(content, name)
        tree = ast.fix_missing_locations(Sites(sites, skipped).visit(tree))
        return compile(tree, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None


def twins(old, new):
    """(code of a function, the same in watched code), for all functions; None where they cannot be told."""
    before, after = (collections.defaultdict(list) for _ in range(2))
    for inner, found in ((inside(old), before), (inside(new), after)):
        for code in inner:
            found[code.co_firstlineno, code.co_name].append(code)
    pairs = []
    for place, codes in before.items():
        if len(codes) != len(after[place]):
            return None
        for one, other in zip(codes, after[place], strict=True):
            deeper = twins(one, other)
            if deeper is None:
                return None
            pairs += [(one, other), *deeper]
    return pairs


def inside(code):
    """The functions right inside one, without those that ask about sites."""
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            marker = inner.co_varnames[0] if inner.co_argcount and inner.co_name == "<lambda>" else ""
            if marker == OWN:
                yield from inside(inner)
            elif marker != OTHER:
                yield inner


def place_of(content, start, end=None):
    """The place of bytes as syntax trees give it: line and column, and those of the end."""
    ends = [start] if end is None else [start, end]
    return tuple(n for at in ends for n in (content.count(b"\n", 0, at) + 1, at - content.rfind(b"\n", 0, at) - 1))
