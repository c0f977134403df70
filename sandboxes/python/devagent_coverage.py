"""A pytest plugin that records, per test, which lines of the workspace ran, and for some what was called with what.

DEVAGENT_COVERAGE holds a JSON object:

    output    where the recording goes: a JSON line per test, with `test`, `lines` by path, `calls` and `checks`
    tests     glob patterns of files that are tests or serve them: not recorded
    detailed  ids of the tests whose calls and checks are recorded too; they come first
    seconds   from the first test on, after which no further test is started; the recording so far is kept
    root      the way from the current folder to the top of the workspace

Lines that run while a module is imported, or a class body is executed, belong to no test and are not recorded. After
the detailed tests only functions are recorded that one of them ran: nothing else can be compared.
"""

# Plain os calls import nothing more; Python fixes the signature of trace functions.
# ruff: noqa: ARG002, PTH100, PTH118, PTH119, PTH123, PTH206

import dis
import fnmatch
import json
import os
import re
import reprlib
import sys
import threading
import time

import pytest
from devagent_steps import Steps

ADDRESS = re.compile(" at 0x[0-9a-f]+")
CALLS_PER_FUNCTION, CALLS_PER_TEST, WIDTH = 3, 80, 120
UNFINISHED = "did not return"
FUNCTION, GENERATOR = 0x1 | 0x2, 0x20 | 0x80 | 0x200  # code flags: optimized and new locals; any kind of generator


class Recorder:
    """Traces the tests one by one."""

    def __init__(self, task):
        self.output = task["output"]
        self.patterns = task["tests"]
        self.detailed = set(task["detailed"])
        self.seconds = task["seconds"]
        self.deadline = 0.0
        self.root = os.path.join(os.path.abspath(task["root"]), "")
        self.paths = {}
        self.waiting = set(self.detailed)
        self.functions = {}
        self.followed = []
        self.closed = self.inside = False
        self.tape = self.steps = None

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item):
        """Record one test, fixtures included."""
        detailed = item.nodeid in self.detailed
        self.tape = Tape(item.nodeid) if detailed else None
        self.steps = Steps(getattr(item, "originalname", None) or item.name, self.taken) if detailed else None
        # Not before: to collect the tests of a large project can take longer than to run them.
        self.deadline = self.deadline or time.monotonic() + self.seconds
        yield
        self.append({"test": item.nodeid, **self.told()})
        self.waiting.discard(item.nodeid)
        if self.detailed and not self.waiting and not self.closed:
            self.close()
        if not self.waiting and time.monotonic() > self.deadline:
            item.session.shouldstop = "the time for coverage is used up"

    def told(self):
        """What there is to say of the test that ended."""
        lines = self.steps.lines() if self.steps else self.taken()
        found = {"lines": {path: sorted(numbers) for path, numbers in lines.items()}}
        if self.tape:
            found.update(calls=self.tape.calls, checks=self.steps.checks())
        return found

    def taken(self):
        """The lines that ran since it was last asked, by path."""
        ran = {}
        for function in list(self.followed):  # threads of the test may go on
            if function.ran:
                ran.setdefault(function.path, set()).update(function.take())
        return ran

    def close(self):
        """Follow no function from now on but those that ran so far."""
        self.closed = True
        for function in list(self.followed):
            function.path = function.path if function.known else ""

    def append(self, record):
        """Keep a record at once: a later test may take the process with it."""
        with open(self.output, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(json.dumps(record) + "\n")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_setup(self):
        """Trace the fixtures."""
        with self:
            yield

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self):
        """Trace the test."""
        with self:
            outcome = yield
        if self.tape is not None and outcome.excinfo is not None:
            self.tape.unwind(outcome.excinfo[1])

    def pytest_runtest_logreport(self, report):
        """A report while the test runs is of a part of it (`subTest`)."""
        if self.steps is not None and self.inside and report.failed:
            self.steps.fail()

    def __enter__(self):
        self.inside = True
        self.before = sys.gettrace()
        threading.settrace(self.trace)
        sys.settrace(self.trace)

    def __exit__(self, *exception):
        self.inside = False
        sys.settrace(self.before)
        threading.settrace(None)

    def trace(self, frame, event, argument):
        """The trace function of a new frame: follow it only in functions of the workspace."""
        code = frame.f_code
        function = self.functions.get(id(code))  # by identity: hashing a code object costs more than all the rest
        if function is None:
            inside = not self.closed and code.co_flags & FUNCTION == FUNCTION
            function = self.functions[id(code)] = Function(code, self.path_of(code) if inside else "")
            if function.path:
                self.followed.append(function)
        if not function.path:
            return self.steps.follow if self.steps and self.steps.wants(code) else None
        call = self.tape.enter(frame, self.path_of) if self.tape else None
        if call is not None:
            return Watch(function, call).follow
        return function.follow if function.left else None

    def path_of(self, code):
        """The workspace path of the code's file; empty when it is no file of the workspace, or a test."""
        name = code.co_filename
        if name not in self.paths:
            path = os.path.abspath(name)
            inside = path[len(self.root) :] if path.startswith(self.root) and not name.startswith("<") else ""
            self.paths[name] = "" if self.left_out(inside) else inside
        return self.paths[name]

    def left_out(self, path):
        """Whether the path is a test, a test's helper, or not of the repository."""
        base = os.path.basename(path)
        return any(part.startswith(".") for part in path.split(os.sep)) or any(
            fnmatch.fnmatchcase(path if "/" in pattern else base, pattern) for pattern in self.patterns
        )


class Function:
    """The lines of a function that a test ran. An empty `path`: it is not followed."""

    def __init__(self, code, path):
        self.code = code  # kept, so that no other gets its identity
        self.path = path
        self.whole = lines_of(code) if path else frozenset()
        self.ran, self.left = set(), set(self.whole)
        self.known = False

    def take(self):
        """The lines since the last time."""
        self.known = True
        ran, self.ran, self.left = self.ran, set(), set(self.whole)
        return ran

    def note(self, line):
        """A line runs."""
        self.ran.add(line)
        self.left.discard(line)

    def follow(self, frame, event, argument):
        """The trace function inside a frame, as long as it can see something new."""
        if event == "line":
            self.note(frame.f_lineno)
            if not self.left:
                frame.f_trace_lines = False
        return self.follow


class Tape:
    """The first calls of each function in one test."""

    def __init__(self, test):
        self.test = test
        self.calls = []
        self.counts = {}

    def enter(self, frame, path_of):
        """Note a call with its arguments; `None` when this function was seen often enough."""
        code = frame.f_code
        count = self.counts[id(code)] = self.counts.get(id(code), 0) + 1
        if count > CALLS_PER_FUNCTION or len(self.calls) >= CALLS_PER_TEST:
            return None
        name = getattr(code, "co_qualname", code.co_name).replace(".<locals>", "")
        call = {"test": self.test, "function": name, "path": path_of(code), "line": code.co_firstlineno}
        call.update(depth=depth_of(frame, path_of), arguments=arguments_of(frame), result=UNFINISHED)
        self.calls.append(call)
        return call

    def unwind(self, error):
        """Note what ended the calls that were not seen to end: a time limit that rings here switches tracing off."""
        for call in self.calls:
            if call["result"] == UNFINISHED:
                call["result"] = "raised " + shown(error)


class Watch:
    """Follows one recorded call to its end."""

    def __init__(self, function, call):
        self.function = function
        self.call = call
        self.raised = None

    def follow(self, frame, event, argument):
        """The trace function inside the frame of the call."""
        try:
            return self.note(frame, event, argument)
        except BaseException as error:
            # The time limit rang in here, as it mostly does in a tight loop; Python stops tracing when this is raised.
            self.call["result"] = "raised " + shown(error)
            raise

    def note(self, frame, event, argument):
        """Note a line, or how the call ends."""
        if event == "line":
            self.raised = None
            self.function.note(frame.f_lineno)
        elif event == "exception":
            self.raised = argument[1] if isinstance(argument[1], BaseException) else argument[0]
        elif event == "return":
            self.call["result"] = self.result(frame, argument)
        return self.follow

    def result(self, frame, value):
        """How the call ended. A raised exception shows as a return of None right behind it."""
        if frame.f_code.co_flags & GENERATOR:
            return "a generator or coroutine"
        if value is None and self.raised is not None:
            return "raised " + shown(self.raised)
        return shown(value)


def lines_of(code):
    """The lines that a call of a function can run; the head is none unless it is all there is."""
    lines = {line for _, line in dis.findlinestarts(code) if line is not None}
    return frozenset(lines - {code.co_firstlineno} or lines)


def depth_of(frame, path_of):
    """How many functions of the workspace are waiting for this one."""
    depth, caller = 0, frame.f_back
    while caller is not None:
        depth += bool(path_of(caller.f_code))
        caller = caller.f_back
    return depth


def arguments_of(frame):
    """`name=value` for the parameters, as they were on entry."""
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 0x4) + bool(code.co_flags & 0x8)
    names = code.co_varnames[:count]
    return ", ".join(n if n in ("self", "cls") else f"{n}={shown(frame.f_locals.get(n))}" for n in names)


class Short(reprlib.Repr):
    """A representation that stays short however large the value is."""

    def __init__(self):
        super().__init__()
        self.maxlevel, self.maxlist, self.maxtuple, self.maxdict, self.maxset = 4, 12, 12, 12, 12
        self.maxstring = self.maxother = self.maxlong = WIDTH


SHORT = Short()


def shown(value):
    """The value in at most WIDTH characters."""
    try:
        text = SHORT.repr(value)
    except Exception as error:  # noqa: BLE001  the __repr__ of a repository may do anything
        text = f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    text = ADDRESS.sub("", " ".join(text.split()))
    return text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."


def pytest_configure(config):
    """Join the run."""
    config.pluginmanager.register(Recorder(json.loads(os.environ.pop("DEVAGENT_COVERAGE"))), "devagent-coverage")
