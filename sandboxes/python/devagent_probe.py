"""A pytest plugin by which devagent sees a run: a report with exact test ids, a selection, a limit per test.

It is told what to do by environment variables, which it removes so that the tests do not inherit them:

    DEVAGENT_REPORT   where the JUnit report goes
    DEVAGENT_NONCE    a word that proves the report to be of this run
    DEVAGENT_SELECT   a JSON list of test ids to run, or @FILE that holds one; empty runs what pytest collects
    DEVAGENT_HANG     seconds after which a single test counts as hanging and fails where it stands; where one hangs
                      others mostly do, and the next ones get less
    DEVAGENT_ROOT     the way to the top of the workspace, to which ids and paths are relative

A line `> id` in REPORT.running says that a test started and `< id` that it ended, for runs that are cut short.
"""

# Plain os calls import nothing more; pytest and signal fix the signatures.
# ruff: noqa: ARG002, PTH100, PTH105, PTH109, PTH118, PTH120, PTH123

import json
import os
import re
import signal
import sys
import time
from xml.sax.saxutils import escape, quoteattr

import pytest

MESSAGE, DETAILS = 2000, 6000
# How many tests have hung → the seconds that the next one gets, or LONGEST times what the longest took that ended.
LESS, LONGEST = {1: 3.0, 2: 1.0}, 10
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ADDRESS = re.compile(" at 0x[0-9a-f]+")  # different in every run, and of no use to a reader
FRAME = re.compile(r"(?m)^(?!/)([^\s:]+\.py)(?=:\d+: )")  # pytest shows it as seen from the current folder
# Of pytest-xdist and pytest-randomly, where they are installed.
FIXED_OPTIONS = {
    "numprocesses": 0,
    "maxprocesses": None,
    "dist": "no",
    "tx": [],
    "randomly_seed": 1,
    "randomly_reorganize": False,
}
WORSE = {"passed": 0, "skipped": 1, "failed": 2, "error": 3}
STATUS_TAG = {"failed": "failure", "error": "error", "skipped": "skipped"}


class Probe:
    """What is known about the run so far."""

    def __init__(self, environment):
        self.report = environment.pop("DEVAGENT_REPORT")
        self.nonce = environment.pop("DEVAGENT_NONCE", "")
        self.hang = float(environment.pop("DEVAGENT_HANG", "0") or 0)
        self.select = read_selection(environment.pop("DEVAGENT_SELECT", ""))
        self.hung, self.hangs, self.longest = 0, False, 0.0
        self.cases = {}
        self.missing = {}
        self.trouble = ""
        self.root = os.path.abspath(environment.pop("DEVAGENT_ROOT", "."))
        self.place = os.path.relpath(os.getcwd(), self.root)
        self.running = os.open(self.report + ".running", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_load_initial_conftests(self, early_config):
        """Coverage thresholds would fail a selection; a conftest that cannot be imported is an error of that file."""
        known = early_config.known_args_namespace
        if hasattr(known, "no_cov"):
            known.no_cov = True
        outcome = yield
        error = outcome.excinfo[1] if outcome.excinfo else None
        if error is not None and hasattr(error, "path") and error.__cause__ is not None:
            self.conftest_broke(str(error.path), error.__cause__)

    def conftest_broke(self, path, cause):
        """No test can run: report that for the conftest, and for whatever was selected."""
        import traceback

        name = os.path.relpath(path, self.root)
        text = "".join(traceback.format_exception(type(cause), cause, cause.__traceback__))
        self.note_missing(name, cause)
        for nodeid in [name, *self.select]:
            self.add(nodeid, nodeid.split("::")[0], "error", 0.0, f"{type(cause).__name__}: {cause}", text)
        self.write()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_cmdline_main(self, config):
        """One process, in order, the same every time: ids, limits and coverage are per test."""
        for option, value in FIXED_OPTIONS.items():
            if hasattr(config.option, option):
                setattr(config.option, option, value)
        yield

    def pytest_configure(self, config):
        """Collect only the files that the selection names, whatever the command line says."""
        forget(os.path.dirname(os.path.abspath(__file__)))
        if self.select:
            chosen = dict.fromkeys(nodeid.split("::")[0] for nodeid in self.select)
            config.args = [os.path.relpath(os.path.join(self.root, path)) for path in chosen]
            config.option.keyword = config.option.markexpr = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        """Keep the selected tests, in the order of the selection."""
        if not self.select:
            return
        place = {nodeid: number for number, nodeid in enumerate(self.select)}
        chosen = [i for i in items if i.nodeid in place or i.nodeid.split("::")[0] in place]
        others = [i for i in items if i not in set(chosen)]
        config.hook.pytest_deselected(items=others)
        items[:] = sorted(chosen, key=lambda i: place.get(i.nodeid, len(place)))

    def pytest_collectreport(self, report):
        """A file that cannot be collected is one result with status error."""
        if report.failed:
            path = report.nodeid.split("::")[0]
            self.add(report.nodeid or ".", path, "error", 0.0, essence(report), details(report))
        elif report.skipped and report.nodeid.count("::") == 0 and "." in report.nodeid:
            self.add(report.nodeid, report.nodeid, "skipped", 0.0, skip_reason(report), "")

    def pytest_exception_interact(self, node, call):
        """Remember which package a test or file could not import."""
        error = call.excinfo.value
        self.note_missing(node.nodeid, error if isinstance(error, ImportError) else error.__cause__)

    def note_missing(self, nodeid, error):
        """Remember a module that neither Python nor the workspace has."""
        name = getattr(error, "name", None)
        if isinstance(error, ModuleNotFoundError) and name and not in_workspace(self.root, name.partition(".")[0]):
            self.missing[nodeid] = name

    def pytest_runtest_logstart(self, nodeid):
        """Say which test runs, in case it never ends."""
        os.write(self.running, f"> {nodeid}\n".encode("utf-8", "replace"))

    def pytest_runtest_logfinish(self, nodeid):
        """Say that it ended."""
        os.write(self.running, f"< {nodeid}\n".encode("utf-8", "replace"))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_setup(self):
        """Limit the time of the fixtures."""
        with self.limit():
            yield

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self):
        """Limit the time of the test."""
        with self.limit():
            yield

    def limit(self):
        """A context that fails the test where it stands when it takes too long."""
        less = min((seconds for hung, seconds in LESS.items() if self.hung >= hung), default=self.hang)
        return Limit(min(self.hang, max(less, LONGEST * self.longest)), self.note_hang)

    def note_hang(self):
        """Remember that a test hung."""
        self.hung += 1
        self.hangs = True

    def pytest_runtest_logreport(self, report):
        """Add what one phase of one test showed."""
        if not self.hangs:
            self.longest = max(self.longest, report.duration)
        self.hangs = False
        if report.when == "call" or report.outcome != "passed":
            path = report.nodeid.split("::")[0]
            status = outcome_of(report)
            if status is not None:
                self.add(report.nodeid, path, status, report.duration, essence(report), details(report))

    def add(self, nodeid, path, status, seconds, message, text):
        """Add a result; of several for one test the worst counts."""
        known = self.cases.get(nodeid)
        if known is not None:
            seconds += known["seconds"]
            if WORSE[known["status"]] >= WORSE[status]:
                known["seconds"] = seconds
                return
        case = {"id": nodeid, "file": path, "status": status, "seconds": seconds}
        message, text = (ADDRESS.sub("", t.replace(self.root + os.sep, "")) for t in (message, text))
        if self.place != ".":
            text = FRAME.sub(lambda m: os.path.normpath(os.path.join(self.place, m.group(1))), text)
        self.cases[nodeid] = dict(case, message=clip(message, MESSAGE), details=clip(text, DETAILS))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus):
        """Write the report, unless this is a worker of another process."""
        self.trouble = {2: "pytest was interrupted", 3: "pytest failed internally"}.get(int(exitstatus), "")
        self.write()

    def write(self):
        """Write the report in one piece."""
        cases = list(self.cases.values())
        failures, errors, skipped = (sum(c["status"] == s for c in cases) for s in ("failed", "error", "skipped"))
        counts = f'tests="{len(cases)}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
        facts = {"devagent.nonce": self.nonce, "devagent.trouble": self.trouble}
        lines = [
            '<?xml version="1.0" encoding="utf-8"?>',
            "<testsuites>",
            f'<testsuite name="pytest" {counts}>',
            properties(facts),
        ]
        lines += [self.case_xml(case) for case in cases]
        text = "\n".join([*lines, "</testsuite>", "</testsuites>", ""])
        with open(self.report + ".part", "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        os.replace(self.report + ".part", self.report)

    def case_xml(self, case):
        """One test case."""
        facts = {"devagent.id": case["id"], "devagent.missing": self.missing.get(case["id"], "")}
        name, path, tag = case["id"].rpartition("::")[2], attribute(case["file"]), STATUS_TAG.get(case["status"])
        text = f'<testcase name={attribute(name)} classname={path} file={path} time="{case["seconds"]:.6f}">'
        text += properties(facts)
        if tag:
            text += f"<{tag} message={attribute(case['message'])}>{content(case['details'])}</{tag}>"
        return text + "</testcase>"


class Limit:
    """Raises inside the running test when its time is over; gives way to an alarm that would ring earlier."""

    def __init__(self, seconds, note):
        self.seconds = seconds if hasattr(signal, "setitimer") else 0
        self.note = note
        self.handler, self.left, self.started = signal.SIG_DFL, 0.0, time.monotonic()

    def __enter__(self):
        if not self.seconds:
            return
        self.handler, self.left = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)[0]
        if self.handler is None or 0 < self.left <= self.seconds:
            self.seconds = 0
        else:
            signal.signal(signal.SIGALRM, self.over)
            signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def __exit__(self, *exception):
        if self.seconds and signal.getsignal(signal.SIGALRM) == self.over:
            left = max(0.01, self.left - (time.monotonic() - self.started)) if self.left else 0
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self.handler)
            signal.setitimer(signal.ITIMER_REAL, left)

    def over(self, number, frame):
        """The signal handler."""
        __tracebackhide__ = True
        self.note()
        raise pytest.fail.Exception(f"still running after {self.seconds:g} seconds: it hangs here")


def read_selection(text):
    """The list of test ids in the variable, or in the file that it names."""
    if text.startswith("@"):
        with open(text[1:], encoding="utf-8") as file:
            text = file.read()
    return json.loads(text) if text else []


def outcome_of(report):
    """Our word for the outcome of a phase; `None` for reruns."""
    if report.outcome == "failed":
        return "failed" if report.when == "call" else "error"
    return report.outcome if report.outcome in ("passed", "skipped") else None


def essence(report):
    """What went wrong, as the assertion says it."""
    if report.outcome == "passed":
        return ""
    if report.outcome == "skipped":
        return skip_reason(report)
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        return crash.message
    text = report.longreprtext
    marked = [line[1:].strip() for line in text.splitlines() if line.startswith("E  ")]
    return "\n".join(marked) or (text.strip().splitlines() or [""])[-1]


def skip_reason(report):
    """Why a test was skipped, or that its failure was expected."""
    if hasattr(report, "wasxfail"):
        return f"expected failure: {report.wasxfail}"
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)


def details(report):
    """The traceback, and the end of what the test printed."""
    if report.outcome != "failed":
        return ""
    printed = [f"[{name}]\n{text[-800:]}" for name, text in report.sections if text.strip()]
    return "\n".join([report.longreprtext, *printed])


def clip(text, limit):
    """The text with its middle cut out when it is too long: both ends of a traceback matter."""
    if len(text) <= limit:
        return text
    head = limit // 4
    return text[:head] + "\n[...]\n" + text[-(limit - head - 7) :]


def in_workspace(root, name):
    """Whether the workspace has a module or package of this name anywhere."""
    for _, folders, files in os.walk(root):
        folders[:] = [f for f in folders if not f.startswith(".") and f != "node_modules"]
        if name in folders or name + ".py" in files:
            return True
    return False


def properties(facts):
    """The non-empty facts as JUnit properties."""
    entries = [f"<property name={quoteattr(k)} value={attribute(v)}/>" for k, v in facts.items() if v]
    return "<properties>" + "".join(entries) + "</properties>" if entries else ""


def attribute(text):
    """The text as a quoted XML attribute; what XML cannot hold is shown escaped."""
    return quoteattr(printable(text))


def content(text):
    """The text as XML content."""
    return escape(printable(text))


def printable(text):
    """The text with everything that XML cannot hold written as an escape."""
    return UNPRINTABLE.sub(lambda m: m.group().encode("unicode_escape").decode(), text)


def forget(folder):
    """Take this plugin's folder off the path that tests and their child processes see."""
    sys.path[:] = [entry for entry in sys.path if entry != folder]
    rest = [e for e in os.environ.pop("PYTHONPATH", "").split(os.pathsep) if e and e != folder]
    if rest:
        os.environ["PYTHONPATH"] = os.pathsep.join(rest)


def pytest_addoption(pluginmanager):
    """Join the run; the earliest hook there is."""
    pluginmanager.register(Probe(os.environ), "devagent")
