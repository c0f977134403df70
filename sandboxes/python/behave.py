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
each of them with one value in its arguments changed a little, are then made in every version, in processes of its own
(devagent_calls.py).

RESULT is JSON: `outcomes`, for each version what each call came to, as short digests, empty where that is not known;
`shown`, for calls that did not come to the same everywhere, [the call, what it came to in each version, the call as
code, that as code for each version].
"""

import functools
import hashlib
import inspect
import itertools
import json
import os
import pickle
import sys
import time
from pathlib import Path

import pytest
from devagent_calls import CALL_SECONDS, CALL_WAIT, TooLong, limit, made
from devagent_lane import Lane
from devagent_swaps import file_of, functions_by_place, place
from devagent_variations import variations

OPTIONS = ["-q", "--assert=plain", "--capture=sys", "-p", "no:cacheprovider", "--tb=no", "--no-header", "--no-summary"]
MOST_CALLS, MOST_OF_ONE, MOST_INPUTS, LARGEST = 120, 30, 500, 20_000
SHARE, MOST_SHOWN = 0.5, 60
ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


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
    if kept.get("inputs"):
        result = compared(lane, task, root, kept, end)
    Path(result_path).write_text(json.dumps(result), "ascii")
    lane.close()


def compared(lane, task, root, kept, end):
    """What the calls come to in each version; the first is asked twice, for what is another each time."""
    versions = [task["versions"][0], *task["versions"]]
    answers = answered(lane, root, versions, kept, end)
    known = [answer["came"] for answer in answers if not answer["ended"]]
    count = min(map(len, known or [answer["came"] for answer in answers]))
    first, *found = [answer["came"][:count] for answer in answers]
    digests = [[came[n][1] if n < len(came) else "" for n in range(count)] for came in found]
    once = [came[1] for came in first]
    for came in digests:
        came[:] = ["" if n >= len(once) or digests[0][n] != once[n] else came[n] for n in range(count)]
    differing = [n for n in range(count) if len({came[n] for came in digests} - {""}) > 1]
    return {"outcomes": digests, "shown": [shown([came[n : n + 1] for came in found]) for n in differing[:MOST_SHOWN]]}


def answered(lane, root, versions, kept, end):
    """What each version answers: what its calls came to, and the numbers of the calls at which a process began anew.

    Those that began elsewhere than where all did are asked again.
    """
    answers, due, breaks = [None] * len(versions), list(range(len(versions))), set()
    for last in (False, True):
        for done, number in enumerate(due):
            put(root, versions[number])
            asked = len(due) - done + (len(versions) if breaks and not last else 0)
            seconds, began = (end - time.monotonic()) / asked, sorted(breaks)
            run = functools.partial(called, kept, began, seconds)
            answer = lane.attempt(run, seconds + 2.0)
            answer = answer if "came" in answer else {"came": [], "ended": [0]}
            if last and not answer["came"]:  # no time was left for it
                continue
            answers[number] = {**answer, "breaks": {*began, *answer["ended"]} - {0}}
            breaks |= answers[number]["breaks"]
        due = [number for number, answer in enumerate(answers) if answer["breaks"] != breaks]
    return answers


def called(kept, breaks, seconds):
    sys.path[:] = kept["path"]
    return made(kept["inputs"], breaks, seconds)


def shown(came):
    """A call that did not come to the same everywhere; `came` has what it came to in each version, or nothing."""
    there = [one[0] for one in came if one]
    few, many = ([one[0][side] if one else "" for one in came] for side in (2, 3))
    # Where the few words are the same for what is not the same, they hide where it differs.
    words = few if len({one[2] for one in there}) >= len({one[1] for one in there}) else many
    text, code = next(([one[0], one[4]] for one in there if not one[0].endswith("(...)")), [there[0][0], None])
    return [text, words, code, [one[0][5] if one else None for one in came]]


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
    return {"inputs": list(inputs(recorder.named())), "path": sys.path}


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
        if code.co_flags & inspect.CO_GENERATOR:
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
    limit(CALL_SECONDS, CALL_WAIT)
    try:
        return sum(1 for _ in variations(pickle.loads(bytes.fromhex(values))))
    except (Exception, TooLong):  # noqa: BLE001 - what the program's own classes raise: the call is made as it was
        return 0
    finally:
        limit(0, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
