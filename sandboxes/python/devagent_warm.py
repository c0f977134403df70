"""The process that has the project imported, and runs its tests on variants in copies of itself."""

import contextlib
import functools
import gc
import json
import math
import os
import re
import signal
import sys
import time
import unittest

import pytest
from devagent_lane import Lane, failure
from devagent_sites import place_of, twins, watched
from devagent_state import fingerprint
from devagent_swaps import changed, compiled, functions_by_place, place
from devagent_watch import Site, Watch, Way

# A variant may take this many times as long as the code before it, and never less than this many seconds (where the
# code before took less than QUICK, LEAST_QUICK).
TIMES, LEAST, QUICK, LEAST_QUICK = 5, 0.5, 0.05, 0.3
MOST_LANES = 4
# Seconds for looking at the sites of all variants: a share of what their tests would take, within limits.
LOOK_SHARE, LEAST_LOOK, MOST_LOOK, START_LOOK = 0.2, 0.3, 4.0, 5.0
# Variants that run in one process: as many as take so many seconds, if the tests came to the same so many times.
SERIES_SECONDS, LONGEST_SERIES, REPEATS, MOST_DIRTY = 0.15, 40, 4, 3
ADDRESS, LONGEST_ERROR = r"0x[0-9a-fA-F]+", 500
SKIPPED = (pytest.skip.Exception, unittest.SkipTest)


class Recorder:
    """A pytest plugin that notes which tests passed in all their phases; where it is `exact`, how the others failed."""

    def __init__(self):
        self.exact = False
        self.clear()

    def clear(self):
        self.good, self.bad, self.errors = set(), set(), {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        # A unittest case does not raise its failures, it notes them.
        error = next(iter(getattr(item, "_excinfo", None) or ()), call.excinfo)
        if error is not None and self.exact:
            self.errors[item.nodeid] = told(error, item)
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

    def seen(self, ids):
        """How the tests ended."""
        return [[id_ in self.good, id_ in self.bad, self.errors.get(id_, "")] for id_ in ids]

    def passed(self, ids):
        return sum(id_ in self.good and id_ not in self.bad for id_ in ids)


def told(error, item):
    """An error, and where in its file the test was then."""
    lines = [entry.lineno for entry in error.traceback if entry.frame.code.raw.co_filename == str(item.path)]
    try:
        text = str(error.value)
    except Exception as other:  # noqa: BLE001 - the program's own method, which may raise anything
        text = type(other).__name__
    return f"{type(error.value).__name__} {lines} {re.sub(ADDRESS, '', text)}"[:LONGEST_ERROR]


class Collector:
    """A pytest plugin that serves variants where the tests would run."""

    def __init__(self, task, connections, ran):
        self.task, self.connections, self.ran = task, connections, ran
        self.sources = list(task["files"])
        self.codes = {path: compiled(content, path) for path, content in task["files"].items()}
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
        findings = self.looked(lane, session, shared)
        series = self.series(lane, session) if shared else 1
        send(self.connections[0], {"lanes": number, "shared": shared, "series": series, **findings})
        for connection in self.connections[1:number]:
            if os.fork() == 0:
                try:
                    self.serve(Lane(self.sources), connection, session, limit)
                finally:
                    os._exit(0)
        self.serve(lane, self.connections[0], session, limit)

    def measured(self, lane, session):
        """Seconds for one variant, from a run of the code as it is, and whether several may run at a time."""
        for guarded in (True, False):
            start = time.monotonic()
            outcome = lane.attempt(lambda: self.unchanged(session), self.task["limit"], session.config, guarded=guarded)
            if outcome != "apart":
                break
        self.took, self.usual = time.monotonic() - start, outcome.get("seen")
        least = LEAST_QUICK if self.took < QUICK else LEAST
        return min(self.task["limit"], max(least, TIMES * self.took)), guarded

    def unchanged(self, session):
        self.recorder.exact = True
        outcome = self.warm(session, [], before=-1)
        return {**outcome, "seen": self.recorder.seen(self.task["tests"])}

    def looked(self, lane, session, shared):
        """Variants with no effect, and those to put off."""
        ways = sum(way is not None for way in self.task["ways"])
        if not ways:
            return {}
        hangs = self.usual is None
        seconds = math.inf if hangs else min(MOST_LOOK, max(LEAST_LOOK, LOOK_SHARE * self.took * ways))
        limit = START_LOOK + (self.task["limit"] if hangs else TIMES * self.took + seconds)
        look = functools.partial(self.look, lane, session, seconds, hangs)
        found = lane.attempt(look, limit, session.config, guarded=True, alone=not shared)
        if not isinstance(found, dict) or "same" not in found or found["seen"] != self.usual:
            return {}
        none, late = ([], found["same"]) if hangs else (found["same"], [])
        return {"none": none, "late": [*late, *found["misfits"]]}

    def look(self, lane, session, seconds, hangs):
        """One run of the tests, with a look at all sites."""
        sites = sites_of(self.task)
        watch = Watch([site for _, site in sites], seconds)
        for path, content in self.task["files"].items():
            here = [site for its, site in sites if its == path]
            if here and not self.put_in(path, content, here):
                for site in here:
                    site.placed = False
        watch.install()
        self.recorder.exact = True
        if hangs:
            alarm(self.task["limit"], lambda: lane.leave({"seen": None, **watch.findings()}))
        self.run_items(session, [self.items[id_] for id_ in self.task["tests"]])
        return {"seen": self.recorder.seen(self.task["tests"]), **watch.findings()}

    def put_in(self, path, content, sites):
        """Puts code that looks at sites into the functions of a file."""
        skipped = {(line, function) for file, line, function in self.ran if file == path}
        code = watched(content, path, sites, skipped) if self.codes[path] is not None else None
        pairs = twins(self.codes[path], code) if code is not None else None
        if pairs is None:
            return False
        swaps = [(function, new) for old, new in pairs for function in self.functions.get(place(old), ())]
        if any(function.__code__.co_freevars != new.co_freevars for function, new in swaps):
            return False
        for function, new in swaps:
            function.__code__ = new
        return True

    def series(self, lane, session):
        """How many variants may run in one process."""
        self.state, self.dirty = fingerprint(self.task["root"]), 0
        if self.state is None or self.usual is None:
            return 1
        limit = LEAST + 2 * REPEATS * TIMES * self.took
        found = lane.attempt(lambda: self.repeated(session, lane), limit, session.config, guarded=True)
        if not isinstance(found, dict) or not found.get("clean"):
            return 1
        self.usual_all, took = found["seen"], found["took"]
        return max(1, min(LONGEST_SERIES, int(SERIES_SECONDS / took)))

    def repeated(self, session, lane):
        """Whether the tests come to the same time and again, and leave nothing behind."""
        first, start = self.all_seen(session, lane), time.monotonic()
        self.run_items(session, [self.items[id_] for id_ in self.task["tests"]])
        took = time.monotonic() - start
        clean = self.is_clean(lane, session, first)
        return {"clean": clean and self.is_clean(lane, session, first), "seen": first, "took": took}

    def all_seen(self, session, lane):
        self.tidy(lane)
        self.recorder.exact = True
        wanted = [*self.task["keep"], *self.task["tests"]]  # the run may end where one fails
        self.run_items(session, [self.items[id_] for id_ in wanted])
        return self.recorder.seen(wanted)

    def tidy(self, lane):
        """Removes what a run left in the temporary folder and the recorder, in the process that more will run in."""
        lane.empty()
        self.recorder.clear()

    def is_clean(self, lane, session, usual):
        """Whether nothing was left behind by the runs so far."""
        return fingerprint(self.task["root"]) == self.state and self.all_seen(session, lane) == usual

    def serve(self, lane, connection, session, limit):
        for other in self.connections:
            if other is not connection:
                other.close()
        while (order := receive(connection)) is not None:
            answers, runs = {}, {}
            for number in order["variants"]:
                path, content = variant(self.task, number)
                code = compiled(content, path)
                swaps = self.swaps(path, code) if code is not None else None
                if swaps is not None:
                    runs[number] = swaps
                else:
                    answers[number] = failure("does not compile") if code is None else "cold"
            if len(runs) > 1:
                send(connection, self.run_series(lane, session, answers, runs, limit))
            else:
                for number, swaps in runs.items():
                    run = functools.partial(self.warm, session, swaps)
                    answers[number] = lane.attempt(run, limit, session.config, guarded=not order["apart"])
                send(connection, {"answers": answers})
        lane.close()

    def run_series(self, lane, session, answers, runs, limit):
        """What became of variants that ran in one process; those that have to run again, alone or not."""
        run = functools.partial(self.one_by_one, session, lane, runs, limit)
        found = lane.attempt(run, (len(runs) + 1) * limit, session.config, guarded=True)
        if not isinstance(found, dict) or "results" not in found:
            return {"answers": answers, "alone": list(runs)}
        results = {int(number): passed for number, passed in found["results"].items()}
        if found["hung"] is not None:
            answers[found["hung"]] = failure("timed out")
            return {"answers": answers, "again": [number for number in runs if number != found["hung"]]}
        if not found["clean"]:
            self.dirty += 1
            return {"answers": answers, "alone": list(runs), "stop": self.dirty >= MOST_DIRTY}
        helped = [number for number, passed in results.items() if passed > self.task["before"]]
        kept = not self.task["keep"]
        failed = {number: passed for number, passed in results.items() if number not in helped}
        answers |= {n: {**failure("tested"), "passed": passed, "kept": kept} for n, passed in failed.items()}
        return {"answers": answers, "alone": helped, "again": [n for n in runs if n not in results]}

    def one_by_one(self, session, lane, runs, limit):
        tests = self.task["tests"]
        chosen, results = [self.items[id_] for id_ in tests], {}
        for number, swaps in runs.items():
            alarm(limit, lambda: lane.leave({"results": results, "hung": number}))  # noqa: B023 - it is this one's
            usual = [(function, function.__code__) for function, _ in swaps]
            for function, code in swaps:
                function.__code__ = code
            self.tidy(lane)
            self.run_items(session, chosen)
            for function, code in usual:
                function.__code__ = code
            results[number] = self.recorder.passed(tests)
            if results[number] > self.task["before"]:
                break
        alarm(0, None)
        return {"results": results, "hung": None, "clean": self.is_clean(lane, session, self.usual_all)}

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


def sites_of(task):
    """(path, site) for all sites of a task, with the ways of its variants."""
    ways = [[] for _ in task["sites"]]
    for number, way in enumerate(task["ways"]):
        if way is not None:
            site, text, usual = way
            ways[site].append(Way(number, text and text.encode("latin-1"), usual))
    found = []
    for number, (path, start, end, truth, _) in enumerate(task["sites"]):
        place = place_of(task["files"][path], start, end)
        found.append((path, Site(number, place, truth, ways[number])))
    return found


def alarm(seconds, act):
    """Has something done after so many seconds, in the middle of whatever Python code runs then; with 0 never mind."""
    signal.signal(signal.SIGALRM, lambda *_: act())
    signal.setitimer(signal.ITIMER_REAL, seconds)


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


def send(connection, value):
    with contextlib.suppress(OSError):  # a connection that broke gives no answer either
        connection.sendall(json.dumps(value).encode() + b"\n")


def receive(connection):
    line = b""
    while not line.endswith(b"\n"):
        try:
            part = connection.recv(65536)
        except (TimeoutError, ConnectionError):
            return None
        if not part:
            return None
        line += part
    return json.loads(line)
