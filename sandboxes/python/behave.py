"""Compares what versions of a program do, beyond what its tests ask. devagent runs this inside the sandbox.

    python behave.py TASK RESULT

TASK is JSON:
    root      the way from the current folder, which is the project's, to the top of the workspace: paths and ids are
              relative to that
    sources   paths of the project's modules that are no tests
    versions  for each version path → content of the files in which it differs from others
    tests     pytest ids of the tests whose calls are taken as inputs
    deadline  seconds for everything

Contents are latin-1, so that any bytes fit. The tests run once, on the first version; the calls by which they, or
anything that is not the project's own, enter the project's functions are kept with their arguments. Those calls, and
each of them with one value in its arguments changed a little, are then made in every version, in a process of its own.

RESULT is JSON: `outcomes`, for each version what each call came to, as short digests; `shown`, for calls that did not
come to the same everywhere, [number, the call, what it came to in each version].
"""

import contextlib
import hashlib
import inspect
import itertools
import json
import operator
import os
import pickle
import re
import signal
import sys
import time
from pathlib import Path

import pytest
from devagent_lane import Lane
from devagent_swaps import file_of, functions_by_place, place
from devagent_variations import variations

OPTIONS = ["-q", "--assert=plain", "--capture=sys", "-p", "no:cacheprovider", "--tb=no", "--no-header", "--no-summary"]
MOST_CALLS, MOST_OF_ONE, MOST_INPUTS, LARGEST = 120, 30, 500, 20_000
CALL_SECONDS, SHARE = 0.2, 0.5
LONGEST, DEEPEST, MOST_SHOWN = 800, 6, 60
GENERATOR, ASYNC = inspect.CO_GENERATOR, inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


class TooLong(BaseException):
    """A call takes too long. No `except Exception` of the program catches it."""


def main(task_path, result_path):
    task = json.loads(Path(task_path).read_text("ascii"))
    root = Path(os.path.abspath(task["root"]))  # noqa: PTH100 - a link stays one, as in the names that Python gives code
    sys.path[0] = str(Path.cwd())  # as `python -m pytest` has it
    sys.dont_write_bytecode = True
    end = time.monotonic() + task["deadline"]
    quiet()
    lane = Lane(())
    put(root, task["versions"][0])
    kept = lane.attempt(lambda: recorded(task, root), max(1.0, SHARE * task["deadline"]))
    result = {"outcomes": [], "shown": []}
    if isinstance(kept, dict) and kept.get("calls"):
        result = compared(lane, task, root, kept, end)
    Path(result_path).write_text(json.dumps(result), "ascii")
    lane.close()


def compared(lane, task, root, kept, end):
    """What the calls come to in each version; the first is asked twice, for what is another each time."""
    versions = [task["versions"][0], *task["versions"]]
    found = []
    for number, version in enumerate(versions):
        put(root, version)
        seconds = (end - time.monotonic()) / (len(versions) - number)
        answer = lane.attempt(lambda: {"came": outcomes(kept, seconds)}, seconds + 2.0)  # noqa: B023 - it runs at once
        found.append(answer.get("came") or [])
    count = min(map(len, found))
    steady = [number for number in range(count) if found[0][number] == found[1][number]]
    found = found[1:]
    differing = [number for number in steady if len({came[number][1] for came in found}) > 1]
    shown = [[n, found[0][n][0], [came[n][2] for came in found]] for n in differing[:MOST_SHOWN]]
    return {
        "outcomes": [[came[n][1] if n in set(steady) else "" for n in range(count)] for came in found],
        "shown": shown,
    }


def put(root, version):
    for path, content in version.items():
        (root / path).write_bytes(content.encode("latin-1"))


def quiet():
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def recorded(task, root):
    """The calls that enter the project while the tests run, and the search path they ran with."""
    recorder = Recorder({str(root / path) for path in task["sources"]})
    named = (id_.partition("::") for id_ in task["tests"])
    ids = [os.path.relpath(f"{root}/{path}") + colons + name for path, colons, name in named]
    sys.setprofile(recorder)
    try:
        pytest.main([*OPTIONS, f"--rootdir={root}", *ids])
    finally:
        sys.setprofile(None)
    return {"calls": recorder.named(), "path": sys.path}


class Recorder:
    """A profile function that keeps the calls which enter functions of `sources` from elsewhere."""

    def __init__(self, sources):
        self.sources = sources
        self.kept, self.counts, self.seen = [], {}, set()
        self.going = []

    def __call__(self, frame, event, _):
        code = frame.f_code
        if event != "call" or not code.co_flags & inspect.CO_NEWLOCALS or file_of(code.co_filename) not in self.sources:
            return
        caller = frame.f_back
        inner = caller is not None and file_of(caller.f_code.co_filename) in self.sources
        if inner or code.co_flags & ASYNC or code.co_name.startswith("<") or len(self.kept) >= MOST_CALLS:
            return
        if self.counts.get(code, 0) >= MOST_OF_ONE or any(frame is other for other in self.going):
            return
        if code.co_flags & GENERATOR:
            self.going.append(frame)  # it is called again each time it goes on
        self.keep(frame, code)

    def keep(self, frame, code):
        try:
            values = pickle.dumps(arguments(frame, code), protocol=4)
        except Exception:  # noqa: BLE001 - whatever the program's own classes raise: such a call cannot be made again
            return
        key = hashlib.sha256(values).digest()
        if len(values) <= LARGEST and (code, key) not in self.seen:
            self.seen.add((code, key))
            self.counts[code] = self.counts.get(code, 0) + 1
            self.kept.append((place(code), values))

    def named(self):
        """[module, qualified name, pickled arguments] of what can be called again by its name."""
        functions = functions_by_place({spot[0] for spot, _ in self.kept})
        names = {spot: (found[0].__module__, found[0].__qualname__) for spot, found in functions.items()}
        calls = [(*names[spot], values.hex()) for spot, values in self.kept if spot in names]
        return [call for call in calls if "<" not in call[1]]


def arguments(frame, code):
    """(positional, by keyword) as the function was called."""
    count, more = code.co_argcount, code.co_kwonlyargcount
    names, here = code.co_varnames, frame.f_locals
    positional = [here[name] for name in names[:count]]
    keywords = {name: here[name] for name in names[count : count + more]}
    spare = list(names[count + more :])
    if code.co_flags & inspect.CO_VARARGS:
        positional += here[spare.pop(0)]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        keywords.update(here[spare.pop(0)])
    return positional, keywords


def outcomes(kept, seconds):
    """[the call, a digest of what it came to, that in words] for each call, as many as there is time for."""
    sys.path[:] = kept["path"]
    signal.signal(signal.SIGALRM, late)
    end, found = time.monotonic() + seconds, []
    for module, name, values in inputs(kept["calls"]):
        if time.monotonic() > end:
            break
        found.append(outcome(module, name, values))
    return found


def inputs(calls):
    """The calls as they were, then each with one value changed; all calls have their turn before one has its second."""
    for module, name, values in calls:
        yield module, name, (values, None)
    counts = [varied(values) for _, _, values in calls]
    turns = ((number, call) for number in range(max(counts, default=0)) for call in range(len(calls)))
    due = ((*calls[call][:2], (calls[call][2], number)) for number, call in turns if number < counts[call])
    yield from itertools.islice(due, MOST_INPUTS)


def varied(values):
    """How many variations there are of these arguments."""
    try:
        return sum(1 for _ in variations(pickle.loads(bytes.fromhex(values))))
    except Exception:  # noqa: BLE001 - the program's own classes, which may raise anything: such a call is made as it was
        return 0


def late(*_):
    raise TooLong


def outcome(module, name, values):
    """What one call comes to."""
    text = f"{name}(...)"
    try:
        signal.setitimer(signal.ITIMER_REAL, CALL_SECONDS)
        function = found_function(module, name)
        positional, keywords = restored(*values)
        text = told(name, positional, keywords)
        result = function(*positional, **keywords)
        if inspect.isgenerator(result):
            result = [item for _, item in zip(range(200), result)]  # noqa: B905 - the shorter one ends it
        came = ["returned", plain(result), plain([positional, keywords])]
        shown = short(result)
    except TooLong:
        came, shown = ["late"], "does not end"
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever the program raises is what it does
        came, shown = ["raised", type(error).__name__], f"raises {type(error).__name__}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return [text, hashlib.sha256(json.dumps(came).encode()).hexdigest()[:12], shown]


def found_function(module, name):
    __import__(module)
    holder = sys.modules[module]
    *outer, last = name.split(".")
    if outer:
        holder = operator.attrgetter(".".join(outer))(holder)
    function = inspect.getattr_static(holder, last)
    if isinstance(function, property):
        return function.fget
    return getattr(function, "__func__", function)


def restored(values, number):
    """Arguments as they were, or the variation of that number."""
    arguments = pickle.loads(bytes.fromhex(values))
    if number is not None:
        changed = next((v for n, v in enumerate(variations(arguments)) if n == number), None)
        changed()
    return arguments


def plain(value, depth=0):
    """A value as plain data that is equal where the value is, whichever process it is in."""
    if depth > DEEPEST:
        return "..."
    if isinstance(value, (bool, int, str, type(None))):
        return [type(value).__name__, value if isinstance(value, str) else repr(value)]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, [plain(item, depth + 1) for item in value[:200]]]
    if isinstance(value, dict):
        pairs = [[plain(key, depth + 1), plain(item, depth + 1)] for key, item in list(value.items())[:200]]
        return [type(value).__name__, pairs]
    if isinstance(value, (set, frozenset)):
        return [type(value).__name__, sorted(json.dumps(plain(item, depth + 1)) for item in value)]
    state = getattr(value, "__dict__", None)
    if isinstance(state, dict) and not callable(value):
        return [type(value).__name__, plain(state, depth + 1)]
    return [type(value).__name__, ADDRESS.sub("", repr(value))[:1000]]


def told(name, positional, keywords):
    parts = [short(value) for value in positional] + [f"{key}={short(value)}" for key, value in keywords.items()]
    return f"{name}({', '.join(parts)})"[:LONGEST]


def short(value):
    with contextlib.suppress(Exception):
        text = ADDRESS.sub("", repr(value))
        return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
    return f"<{type(value).__name__}>"


if __name__ == "__main__":
    main(*sys.argv[1:])
