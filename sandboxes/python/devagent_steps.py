"""What each check of a test rests on: the lines that ran for it and for the statements whose results it looks at.

A long test that fails at its last check has shown before that much of what it runs works: each check that passed is
as good as a small test that passes. Which statements a check rests on follows from the names that they write and
read (a backward slice; Weiser 1981), not from what the objects behind those names share.
"""

# Python fixes the signature of trace functions.

import ast
import functools
import linecache
import re

MOST_STEPS, MOST = 4000, 60
CHECK = re.compile("assert|check|verif|valid|expect|compare|ensure|raises|equal|same", re.IGNORECASE)
GUARD = re.compile("raises|warns|assert|deprecated", re.IGNORECASE)
BEFORE = None
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


class Steps:
    """Follows the statements of one test function; `taken()` gives the lines that ran since it was last asked."""

    def __init__(self, name, taken):
        self.name = name
        self.taken = taken
        self.script = None
        self.steps = [Step(BEFORE)]  # what ran before the first statement: fixtures, setUp
        self.given_up = False

    def wants(self, code):
        """Whether these are the statements of the test; only the first function of that name is."""
        if code.co_name != self.name or self.given_up:
            return False
        if self.script is None:
            self.script = Script(code)
        return self.script.code is code and bool(self.script.by_line)

    def follow(self, frame, event, argument):
        """The trace function inside the frame of the test."""
        if event == "line":
            self.enter(self.script.statement_at(frame.f_lineno))
        elif event == "exception" and not issubclass(argument[0], (StopIteration, StopAsyncIteration, GeneratorExit)):
            self.steps[-1].raised = True
        if self.given_up:
            return None
        return self.follow

    def enter(self, statement):
        """The next statement begins, or goes on on another line."""
        last = self.steps[-1]
        if statement is not last.statement or statement is None:
            last.add(self.taken())
            self.steps.append(Step(statement))
            self.given_up = len(self.steps) > MOST_STEPS

    def lines(self):
        """All lines that ran, by path."""
        self.steps[-1].add(self.taken())
        every = {}
        for step in self.steps:
            for path, numbers in step.ran.items():
                every.setdefault(path, set()).update(numbers)
        return every

    def fail(self):
        """What raised last, or else what runs now, has failed as a part of a test that goes on."""
        raised = [step for step in self.steps if step.raised and not step.failed]
        (raised or self.steps)[-1].failed = True

    def checks(self):
        """The lines behind each check that `failed`, and behind each of the last that `passed`."""
        if self.given_up or self.script is None:
            return None
        known = [i for i, step in enumerate(self.steps) if step.statement is not None]
        failed = [i for i in known if self.steps[i].failed] or [i for i in known if self.steps[i].raised][-1:]
        sound = [i for i in known if self.steps[i].is_check() and not (self.steps[i].raised or self.steps[i].failed)]
        if not failed:
            return None
        return {"failed": list(map(self.rests_on, failed[:MOST])), "passed": list(map(self.rests_on, sound[-MOST:]))}

    def rests_on(self, last):
        """The lines of a step and of those before it that write what it reads."""
        names = set(self.steps[last].reads())
        ran = {}
        for i in range(last, -1, -1):
            step = self.steps[i]
            if i == last or step.statement is BEFORE or not names.isdisjoint(step.writes()):
                names.update(step.reads())
                for path, numbers in step.ran.items():
                    ran.setdefault(path, set()).update(numbers)
        return {path: sorted(numbers) for path, numbers in ran.items()}


class Step:
    """One time that a statement ran, and the lines of the workspace that it ran."""

    def __init__(self, statement):
        self.statement = statement
        self.ran = {}
        self.raised = self.failed = False

    def add(self, ran):
        """More lines."""
        for path, numbers in ran.items():
            self.ran.setdefault(path, set()).update(numbers)

    def is_check(self):
        """Whether it would have failed if something was wrong."""
        return self.statement is not None and self.statement.is_check

    def reads(self):
        """The names it reads."""
        return self.statement.reads if self.statement else frozenset()

    def writes(self):
        """The names it gives another value, or may."""
        return self.statement.writes if self.statement else frozenset()


class Script:
    """The statements of a test function by line."""

    def __init__(self, code):
        self.code = code
        self.by_line = {}
        function = function_of(code)
        for node in ast.walk(function) if function is not None else ():
            if isinstance(node, ast.stmt) and node is not function:
                self.place(Statement(node))

    def place(self, statement):
        """Note the lines of a statement; a smaller one inside it comes later and takes its own."""
        for line in statement.lines:
            self.by_line[line] = statement

    def statement_at(self, line):
        """The statement of a line; `None` where there is none."""
        return self.by_line.get(line)


class Statement:
    """What a statement reads and writes, and whether it checks something. Of a compound one only its head counts."""

    def __init__(self, node):
        inner = [part for name in BLOCKS for part in getattr(node, name, ())]
        first = min([part.lineno for part in inner], default=node.end_lineno + 1)
        self.lines = range(node.lineno, max(first, node.lineno + 1))
        own = [part for part in ast.iter_child_nodes(node) if part not in inner]
        nodes = [node for part in own for node in ast.walk(part)]
        self.reads = frozenset(name for n in nodes if (name := name_of(n)))
        self.is_check = isinstance(node, ast.Assert) or is_checking(node)
        self.writes = frozenset(written(node, nodes, self.is_check))


def function_of(code):
    """The syntax of a function; `None` where its source cannot be read."""
    named = [function for function in functions_of(code.co_filename) if function.name == code.co_name]
    return next((n for n in named if code.co_firstlineno in (n.lineno, *(d.lineno for d in n.decorator_list))), None)


@functools.lru_cache(maxsize=8)  # the failing tests are mostly in few files, and some of those are long
def functions_of(path):
    """The syntax of all functions of a file; none where it cannot be read."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]


def name_of(node):
    """The name that a node reads or writes: a plain one, or an attribute of `self`."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
        return "self." + node.attr
    if isinstance(node, ast.Name) and node.id not in ("self", "cls"):
        return node.id
    return ""


def is_checking(node):
    """Whether a statement is a call for nothing but what it checks, by its name."""
    value = node.value if isinstance(node, ast.Expr) else None
    if isinstance(value, (ast.Await, ast.Yield, ast.YieldFrom)):
        value = value.value
    if not isinstance(value, ast.Call):
        return False
    called = value.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return bool(CHECK.search(name))


def written(node, nodes, is_check):
    """The names that a statement writes; a call whose result nobody looks at may change all that it is given."""
    if isinstance(node, ast.Expr):
        return set() if is_check else {name for n in nodes if (name := name_of(n))}
    found = set()
    for n in nodes:
        if isinstance(getattr(n, "ctx", None), ast.Store):
            base = n
            while isinstance(base, (ast.Attribute, ast.Subscript)) and not name_of(base):
                base = base.value
            found.add(name_of(base))
    return found - {""}
