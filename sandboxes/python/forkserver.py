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

Contents are latin-1, so that any bytes fit. For each variant one JSON line goes to RESULTS, in the order in which they
are done; the first one that passes everything ends the run.

Four kinds of process: this one imports pytest and nothing of the project. The warm one collects the tests, so that
project and tests are imported; it and copies of it are the lanes, each of which forks once per variant and puts new
code into the functions that changed. A variant is tried apart, with nothing else in flight and its file written, where
its tests would see the other lanes or the file, and once more before it counts as one that passes. Where new functions
cannot be right (module-level code changed, the function ran during the import), a cold process is forked from this
one, which imports everything afresh. A variant counts only by what its tests reported: one that exits, loops or
closes what it should not has failed.
"""

import contextlib
import functools
import gc
import json
import os
import select
import socket
import sys
import time
import unittest
from pathlib import Path

import pytest
from devagent_lane import Lane, failure
from devagent_swaps import changed, compiled, functions_by_place, note, place

# Cold processes import the project, which takes them longer than the tests may take.
COLD_EXTRA = 2.0
# A variant may take this many times as long as the code before it, and never less than this many seconds (where the
# code before took less than QUICK, LEAST_QUICK).
TIMES, LEAST, QUICK, LEAST_QUICK = 5, 0.5, 0.05, 0.3
MOST_LANES = 4
WORK = Path.cwd()
SKIPPED = (pytest.skip.Exception, unittest.SkipTest)
# Nobody reads the failures: what pytest does to explain them takes longer than most tests.
OPTIONS = [
    "-q",
    "--assert=plain",
    "--capture=sys",
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

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self):
        return "", "", ""  # the terminal then has nothing to print

    def passed(self, ids):
        return sum(id_ in self.good and id_ not in self.bad for id_ in ids)


class Collector:
    """A pytest plugin that serves variants where the tests would run."""

    def __init__(self, task, connections, ran):
        self.task, self.connections, self.ran = task, connections, ran
        self.sources = [str(WORK / path) for path in task["files"]]
        self.codes = {path: compiled(content, str(WORK / path)) for path, content in task["files"].items()}
        self.recorder = Recorder()

    def pytest_runtestloop(self, session):
        sys.setprofile(None)
        sys.dont_write_bytecode = True  # of what is imported late: no process is to see another's
        self.items = {item.nodeid: item for item in session.items}
        wanted = [*self.task["tests"], *self.task["keep"]]
        if all(id_ in self.items for id_ in wanted):
            session.config.pluginmanager.register(self.recorder, "devagent-recorder")
            self.functions = functions_by_place(set(self.sources))
            for id_ in wanted:
                _ = self.items[id_].location  # pytest works it out once
            gc.freeze()  # keeps the collector of the children from copying every page
            self.open_lanes(session)
        return True

    def open_lanes(self, session):
        lane = Lane(self.sources)
        limit, shared = self.measured(lane, session)
        number = min(os.cpu_count() or 1, MOST_LANES, len(self.connections)) if shared else 1
        send(self.connections[0], {"lanes": number, "shared": shared})
        for connection in self.connections[1:number]:
            if os.fork() == 0:
                try:
                    self.serve(Lane(self.sources), connection, session, limit)
                finally:
                    os._exit(0)
        self.serve(lane, self.connections[0], session, limit)

    def measured(self, lane, session):
        """Seconds for one variant, from a run of the code as it is, and whether several may run at a time."""
        unchanged = functools.partial(self.warm, session, [], before=-1)
        for guarded in (True, False):
            start = time.monotonic()
            outcome = lane.attempt(unchanged, self.task["limit"], session.config, guarded=guarded)
            if outcome != "apart":
                break
        took = time.monotonic() - start
        return min(self.task["limit"], max(LEAST_QUICK if took < QUICK else LEAST, TIMES * took)), guarded

    def serve(self, lane, connection, session, limit):
        for other in self.connections:
            if other is not connection:
                other.close()
        while (order := receive(connection)) is not None:
            path, content = variant(self.task, order["variant"])
            code = compiled(content, str(WORK / path))
            if code is None:
                send(connection, failure("does not compile"))
            elif (swaps := self.swaps(path, code)) is None:
                send(connection, "cold")
            else:
                run = functools.partial(self.warm, session, swaps)
                send(connection, lane.attempt(run, limit, session.config, guarded=not order["apart"]))
        lane.close()

    def swaps(self, path, code):
        pairs = None if self.codes[path] is None else changed(self.codes[path], code)
        if pairs is None or any(place(before) in self.ran for before, _ in pairs):
            return None
        found = [(function, new) for old, new in pairs for function in self.functions.get(place(old), ())]
        return None if any(len(f.__code__.co_freevars) != len(c.co_freevars) for f, c in found) else found

    def warm(self, session, swaps, before=None):
        for function, code in swaps:
            function.__code__ = code
        task = self.task if before is None else {**self.task, "before": before}
        return staged(task, self.recorder, lambda ids: self.run_items(session, [self.items[id_] for id_ in ids]))

    def run_items(self, session, chosen):
        for item, after in zip(chosen, [*chosen[1:], None], strict=True):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if self.recorder.bad and not self.task["thorough"]:
                break


def main(task_path, results_path):
    task = json.loads(Path(task_path).read_text("ascii"))
    task["files"] = {path: content.encode("latin-1") for path, content in task["files"].items()}
    end = time.monotonic() + task["deadline"]
    for number, (path, content) in enumerate(task["files"].items()):
        place_file(path, content, FIRST_SECOND + number)
    sys.path[0] = str(WORK)  # as `python -m pytest` has it
    lanes, shared = start_warm(task, end)
    with Path(results_path).open("w", encoding="ascii") as results:
        for outcome in outcomes(task, lanes, shared, end):
            results.write(json.dumps(outcome) + "\n")
            results.flush()


def outcomes(task, lanes, shared, end):
    """What becomes of the variants until one survives. Those to be tried apart hold up the ones behind them."""
    waiting, apart, busy = list(range(len(task["variants"]))), [], {}
    while (waiting or apart or busy) and time.monotonic() < end:
        if not (shared and lanes):
            apart, waiting = [*apart, *waiting], []
        if apart and not busy:
            number = apart.pop(apart.index(min(apart)))
            outcome = {"variant": number, **try_apart(task, number, lanes)}
            yield outcome
            if outcome["survives"]:
                return
            continue
        for lane in lanes if not apart else ():
            if lane not in busy and waiting:
                busy[lane] = waiting.pop(0)
                send(lane, {"variant": busy[lane], "apart": False})
        for lane in select.select(list(busy), [], [], max(0.0, end - time.monotonic()))[0]:
            number, answer = busy.pop(lane), receive(lane)
            if answer is None:
                lanes.remove(lane)
                answer = failure("exited")
            if isinstance(answer, dict) and not answer["survives"]:
                yield {"variant": number, **answer}
            else:
                apart.append(number)


def try_apart(task, number, lanes):
    path, content = variant(task, number)
    place_file(path, content, FIRST_SECOND + 1000 + number)
    outcome = "cold"
    if lanes:
        send(lanes[0], {"variant": number, "apart": True})
        outcome = receive(lanes[0])
        if outcome is None:
            del lanes[0]
            outcome = failure("exited")
    if outcome == "cold":
        outcome = try_cold(task, path, content)
    place_file(path, task["files"][path], FIRST_SECOND + 100)
    return outcome


def try_cold(task, path, content):
    lane = Lane(())
    try:
        return lane.attempt(lambda: cold(task, path, content), task["limit"] + COLD_EXTRA)
    finally:
        lane.close()


def start_warm(task, end):
    """Connections to the lanes, none when the project cannot be imported as it is; whether they may work at a time."""
    pairs = [socket.socketpair() for _ in range(MOST_LANES)]
    heres, theres = ([pair[side] for pair in pairs] for side in (0, 1))
    if os.fork() == 0:
        for here in heres:
            here.close()
        collect(task, theres)
    for there in theres:
        there.close()
    heres[0].settimeout(max(1.0, end - time.monotonic()))
    answer = receive(heres[0]) or {"lanes": 0, "shared": False}
    for here in heres:
        here.settimeout(task["limit"] + COLD_EXTRA)
    for here in heres[answer["lanes"] :]:
        here.close()
    return heres[: answer["lanes"]], answer["shared"]


def collect(task, connections):
    """The life of the warm process."""
    ran = set()
    watched = {str(WORK / path) for path in task["files"]}
    plugin = Collector(task, connections, ran)
    quiet()
    sys.setprofile(lambda frame, event, _: note(frame, event, watched, ran))
    try:
        pytest.main([*OPTIONS, *task["tests"], *task["keep"]], plugins=[plugin])
    finally:
        os._exit(0)


def cold(task, path, content):
    if compiled(content, path) is None:
        return failure("does not compile")
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
    with contextlib.suppress(OSError):  # a connection that broke gives no answer either
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
