"""Tries variants of source files against tests, many a second. devagent runs this inside the sandbox.

    python forkserver.py TASK RESULTS

TASK is JSON:
    files     path → content that the variants start from
    variants  [path, start, end, text]: bytes [start, end) of the file replaced
    tests     pytest ids that should pass, `before` of which pass already
    keep      pytest ids that must go on passing
    limit     seconds for one variant, at most; less where the tests are quick
    deadline  seconds for all variants
    thorough  whether all tests run even after one failed

Contents are latin-1, so that any bytes fit. For each variant one JSON line goes to RESULTS; the first one that passes
everything ends the run.

Three kinds of process: this one imports pytest and nothing of the project. The warm one collects the tests, so that
project and tests are imported; it forks once per variant and puts new code into the functions that changed. Where that
cannot be right (module-level code changed, the function ran during the import), a cold one is forked from this
process, which imports everything afresh. A variant counts only by what its tests reported: one that exits, loops or
closes what it should not has failed.
"""

import contextlib
import functools
import gc
import json
import os
import select
import signal
import socket
import sys
import time
import types
import unittest
from pathlib import Path

import pytest

# Cold processes import the project, which takes them longer than the tests may take.
COLD_EXTRA = 2.0
# A variant may take this many times as long as the code before it, and never less than this many seconds.
TIMES, LEAST = 5, 0.5
WORK = Path.cwd()
SKIPPED = (pytest.skip.Exception, unittest.SkipTest)
# Nobody reads the failures: what pytest does to explain them takes longer than most tests.
OPTIONS = [
    "-q",
    "--assert=plain",
    "-p",
    "no:cacheprovider",
    "--color=no",
    "--tb=no",
    "--no-header",
    "--no-summary",
    "--maxfail=0",
]
# Python keeps bytecode by whole seconds and size of the source; each variant gets a second of its own.
FIRST_SECOND = 1_000_000_000


class Recorder:
    """A pytest plugin that notes which tests passed in all their phases."""

    def __init__(self):
        self.good, self.bad = set(), set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        # A unittest case does not raise its failures, it notes them.
        error = next(iter(getattr(item, "_excinfo", None) or ()), call.excinfo)
        outcome = "passed" if error is None else "skipped" if error.errisinstance(SKIPPED) else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)

    def pytest_runtest_logreport(self, report):
        if not report.passed:
            self.bad.add(report.nodeid)
        elif report.when == "call":
            self.good.add(report.nodeid)

    def passed(self, ids):
        return sum(id_ in self.good and id_ not in self.bad for id_ in ids)


class Collector:
    """A pytest plugin that serves variants where the tests would run."""

    def __init__(self, task, connection, ran):
        self.task, self.connection, self.ran = task, connection, ran

    def pytest_runtestloop(self, session):
        sys.setprofile(None)
        items = {item.nodeid: item for item in session.items}
        wanted = [*self.task["tests"], *self.task["keep"]]
        if all(id_ in items for id_ in wanted):
            functions = functions_by_place({str(WORK / path) for path in self.task["files"]})
            gc.freeze()  # keeps the collector of the children from copying every page
            self.serve(session, items, functions)
        return True

    def serve(self, session, items, functions):
        limit = self.limit(session, items)
        send(self.connection, "ready")
        while (number := receive(self.connection)) is not None:
            path, content = variant(self.task, number)
            swaps = self.swaps(path, content, functions)
            if swaps is None:
                send(self.connection, "cold")
                continue
            send(self.connection, attempt(functools.partial(self.warm, session, items, swaps), limit))

    def limit(self, session, items):
        """Seconds for one variant, taken from a run of the code as it is."""
        start = time.monotonic()
        attempt(functools.partial(self.warm, session, items, [], before=-1), self.task["limit"])
        return min(self.task["limit"], max(LEAST, TIMES * (time.monotonic() - start)))

    def swaps(self, path, content, functions):
        name = str(WORK / path)
        old, new = (compile(c, name, "exec", dont_inherit=True) for c in (self.task["files"][path], content))
        pairs = changed(old, new)
        if pairs is None or any(place(code) in self.ran for code, _ in pairs):
            return None
        found = [(function, code) for before, code in pairs for function in functions.get(place(before), ())]
        return None if any(len(f.__code__.co_freevars) != len(c.co_freevars) for f, c in found) else found

    def warm(self, session, items, swaps, before=None):
        for function, code in swaps:
            function.__code__ = code
        recorder = Recorder()
        session.config.pluginmanager.register(recorder, "devagent-recorder")
        task = self.task if before is None else {**self.task, "before": before}
        return staged(task, recorder, lambda ids: self.run_items(session, [items[id_] for id_ in ids], recorder))

    def run_items(self, session, chosen, recorder):
        for item, after in zip(chosen, [*chosen[1:], None], strict=True):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if recorder.bad and not self.task["thorough"]:
                break


def main(task_path, results_path):
    task = json.loads(Path(task_path).read_text("ascii"))
    task["files"] = {path: content.encode("latin-1") for path, content in task["files"].items()}
    end = time.monotonic() + task["deadline"]
    for number, (path, content) in enumerate(task["files"].items()):
        place_file(path, content, FIRST_SECOND + number)
    sys.path[0] = str(WORK)  # as `python -m pytest` has it
    warm = start_warm(task, end)
    with Path(results_path).open("w", encoding="ascii") as results:
        for number in range(len(task["variants"])):
            if time.monotonic() > end:
                break
            outcome = {"variant": number, **try_variant(task, number, warm)}
            results.write(json.dumps(outcome) + "\n")
            results.flush()
            if outcome["survives"]:
                break


def try_variant(task, number, warm):
    path, content = variant(task, number)
    try:
        compile(content, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return failure("does not compile")
    place_file(path, content, FIRST_SECOND + 1000 + number)
    outcome = "cold"
    if warm is not None:
        send(warm, number)
        outcome = receive(warm) or "cold"
    if outcome == "cold":
        outcome = attempt(lambda: cold(task), task["limit"] + COLD_EXTRA)
    place_file(path, task["files"][path], FIRST_SECOND + 100)
    return outcome


def start_warm(task, end):
    """A connection to a process that has collected the tests; None when the project cannot be imported as it is."""
    here, there = socket.socketpair()
    if os.fork() == 0:
        here.close()
        ran = set()
        watched = {str(WORK / path) for path in task["files"]}
        plugin = Collector(task, there, ran)
        sys.setprofile(lambda frame, event, _: note(frame, event, watched, ran))
        quiet()
        try:
            pytest.main([*OPTIONS, *task["tests"], *task["keep"]], plugins=[plugin])
        finally:
            os._exit(0)
    there.close()
    here.settimeout(max(1.0, end - time.monotonic()))
    return here if receive(here) == "ready" else None


def cold(task):
    quiet()
    recorder = Recorder()

    def run(ids):
        pytest.main([*OPTIONS, *([] if task["thorough"] else ["-x"]), *ids], plugins=[recorder])

    return staged(task, recorder, run)


def staged(task, recorder, run):
    """First the tests that should pass; where more do than before, those that must go on passing."""
    tests, keep = task["tests"], task["keep"]
    run(tests)
    passed = recorder.passed(tests)
    if passed > task["before"] and keep:
        run(keep)
    kept = recorder.passed(keep) == len(keep)
    return {"passed": passed, "kept": kept, "survives": kept and passed == len(tests), "ended": "tested"}


def attempt(run, limit):
    """What `run` gives in a child process, within `limit` seconds; everything it started is killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.setpgid(0, 0)
        try:
            os.write(writer, json.dumps(run()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    ready, _, _ = select.select([reader], [], [], limit)
    answer = os.read(reader, 4096) if ready else b""
    os.close(reader)
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    try:
        return json.loads(answer)
    except ValueError:
        return failure("exited" if ready else "timed out")


def failure(ended):
    return {"passed": 0, "kept": False, "survives": False, "ended": ended}


def changed(old, new):
    """(old, new) code of the functions that differ; None when anything else differs."""
    if (old.co_code, old.co_names) != (new.co_code, new.co_names) or len(old.co_consts) != len(new.co_consts):
        return None
    pairs = []
    for before, after in zip(old.co_consts, new.co_consts, strict=True):
        if not isinstance(before, types.CodeType) or not isinstance(after, types.CodeType):
            if type(before) is not type(after) or before != after:
                return None
        elif before.co_name != after.co_name:
            return None
        elif before.co_flags & 1:
            pairs += functions_in(before, after)
        elif (inner := changed(before, after)) is None:
            return None
        else:
            pairs += inner
    return pairs


def functions_in(old, new):
    """A function's pair of codes, and those of the functions inside it as far as they match."""
    if old == new:
        return []
    before, after = ([c for c in code.co_consts if isinstance(c, types.CodeType)] for code in (old, new))
    inner = [pair for a, b in zip(before, after, strict=False) if a.co_name == b.co_name for pair in functions_in(a, b)]
    return [(old, new), *inner]


def functions_by_place(paths):
    found = {}
    for thing in gc.get_objects():
        if type(thing) is types.FunctionType and thing.__code__.co_filename in paths:
            found.setdefault(place(thing.__code__), []).append(thing)
    return found


def place(code):
    return code.co_filename, code.co_firstlineno, code.co_name


def note(frame, event, watched, ran):
    if event == "call" and frame.f_code.co_filename in watched and frame.f_code.co_flags & 1:
        ran.add(place(frame.f_code))


def variant(task, number):
    path, start, end, text = task["variants"][number]
    content = task["files"][path]
    return path, content[:start] + text.encode("latin-1") + content[end:]


def place_file(path, content, second):
    (WORK / path).write_bytes(content)
    os.utime(WORK / path, (second, second))


def quiet():
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def send(connection, value):
    connection.sendall(json.dumps(value).encode() + b"\n")


def receive(connection):
    line = b""
    while not line.endswith(b"\n"):
        try:
            part = connection.recv(4096)
        except (TimeoutError, ConnectionError):
            return None
        if not part:
            return None
        line += part
    return json.loads(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
