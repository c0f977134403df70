"""Tries variants of source files against tests, many a second. devagent runs this inside the sandbox.

    python forkserver.py TASK RESULTS

TASK is JSON:
    root      the way from the current folder, which is the project's, to the top of the workspace: paths and ids are
              relative to that
    files     path → content that the variants start from
    variants  [path, start, end, text]: bytes [start, end) of the file replaced
    tests     pytest ids that should pass, `before` of which pass already
    keep      pytest ids that must go on passing
    limit     seconds for one variant, at most; less where the tests are quick
    deadline  seconds for all variants
    thorough  whether all tests run even after one failed
    sites     [path, start, end, truth, own]: places that variants differ at; see devagent/repair/sites.py
    ways      for each variant what it does at its site, [site, text, usual], or null

Contents are latin-1, so that any bytes fit. For each variant one JSON line goes to RESULTS, in the order in which they
are done; the first one that passes everything ends the run. Variants of which it is seen that they are to the tests
that should pass what the code before is do not run: they have "no effect". Where that is only likely, because the tests
do not end, or where their expression raises what says that it makes no sense, they are "put off".

Four kinds of process: this one imports pytest and nothing of the project. The warm one collects the tests, so that
project and tests are imported; it and copies of it are the lanes, each of which forks once per variant and puts new
code into the functions that changed. A variant is tried apart, with nothing else in flight and its file written, where
its tests would see the other lanes or the file, and once more before it counts as one that passes. Where new functions
cannot be right (module-level code changed, the function ran during the import), a cold process is forked from this
one, which imports everything afresh. A variant counts only by what its tests reported: one that exits, loops or
closes what it should not has failed.

Where the tests leave nothing behind, many variants run in one child process after the other, because a process costs
more than a run. That is only to find those that do not help: one that does runs again in a process of its own, and so
do all when something was left behind after all.
"""

import json
import os
import select
import socket
import sys
import time
from pathlib import Path

import pytest
from devagent_lane import Lane, failure
from devagent_swaps import compiled, note
from devagent_warm import LONGEST_SERIES, MOST_LANES, Collector, Recorder, receive, send, staged, variant

# Cold processes import the project, which takes them longer than the tests may take.
COLD_EXTRA = 2.0
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


def main(task_path, results_path):
    task = read_task(task_path)
    end = time.monotonic() + task["deadline"]
    for number, (path, content) in enumerate(task["files"].items()):
        place_file(path, content, FIRST_SECOND + number)
    sys.path[0] = str(Path.cwd())  # as `python -m pytest` has it
    lanes, findings = start_warm(task, end)
    with Path(results_path).open("w", encoding="ascii") as results:
        for outcome in outcomes(task, lanes, findings, end):
            results.write(json.dumps(outcome) + "\n")
            results.flush()


def read_task(path):
    """The task, its paths absolute."""
    task = json.loads(Path(path).read_text("ascii"))
    root = Path(os.path.abspath(task["root"]))  # noqa: PTH100 - a link stays one, as in the names that Python gives code
    places = {name: str(root / name) for name in task["files"]}
    files = {places[name]: content.encode("latin-1") for name, content in task["files"].items()}
    variants, sites = ([[places[name], *rest] for name, *rest in task[kind]] for kind in ("variants", "sites"))
    return {**task, "root": str(root), "files": files, "variants": variants, "sites": sites}


def chosen(task, ids):
    """Arguments by which pytest runs tests: it takes paths from the current folder, ids are from the top."""
    named = (id_.partition("::") for id_ in ids)
    return [
        f"--rootdir={task['root']}",
        *(os.path.relpath(f"{task['root']}/{path}") + c + name for path, c, name in named),
    ]


def outcomes(task, lanes, findings, end):
    """What becomes of the variants until one survives. Those to be tried apart hold up the ones behind them."""
    waiting, apart, alone, busy = list(range(len(task["variants"]))), [], set(), {}
    shared, series = findings.get("shared", False), findings.get("series", 1)
    for name, ended in (("none", "no effect"), ("late", "put off")):
        for number in findings.get(name, ()):
            waiting.remove(number)
            yield {"variant": number, **failure(ended), "passed": task["before"]}
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
                busy[lane] = next_few(waiting, alone, series)
                send(lane, {"variants": busy[lane], "apart": False})
        for lane in select.select(list(busy), [], [], max(0.0, end - time.monotonic()))[0]:
            numbers, reply = busy.pop(lane), receive(lane)
            if reply is None:
                lanes.remove(lane)
                reply = {"answers": {numbers[0]: failure("exited")}} if len(numbers) == 1 else {"alone": numbers}
            for number, answer in reply.get("answers", {}).items():
                if isinstance(answer, dict) and not answer["survives"]:
                    yield {"variant": int(number), **answer}
                else:
                    apart.append(int(number))
            alone.update(reply.get("alone", ()))
            waiting = sorted([*waiting, *reply.get("alone", ()), *reply.get("again", ())])
            series = 1 if reply.get("stop") else series


def next_few(waiting, alone, most):
    """The next variants for one process."""
    if waiting[0] in alone:
        return [waiting.pop(0)]
    few = [number for number in waiting[: 2 * most] if number not in alone][:most]
    for number in few:
        waiting.remove(number)
    return few


def try_apart(task, number, lanes):
    path, content = variant(task, number)
    place_file(path, content, FIRST_SECOND + 1000 + number)
    outcome = "cold"
    if lanes:
        send(lanes[0], {"variants": [number], "apart": True})
        reply = receive(lanes[0])
        if reply is None:
            del lanes[0]
        outcome = failure("exited") if reply is None else reply["answers"][str(number)]
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
    """Connections to the lanes, none when the project cannot be imported as it is; what was found out before."""
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
        here.settimeout((LONGEST_SERIES + 1) * task["limit"] + COLD_EXTRA)
    for here in heres[answer["lanes"] :]:
        here.close()
    return heres[: answer["lanes"]], answer


def collect(task, connections):
    """The life of the warm process."""
    ran = set()
    watched = set(task["files"])
    plugin = Collector(task, connections, ran)
    quiet()
    sys.setprofile(lambda frame, event, _: note(frame, event, watched, ran))
    try:
        pytest.main([*OPTIONS, *chosen(task, [*task["tests"], *task["keep"]])], plugins=[plugin])
    finally:
        os._exit(0)


def cold(task, path, content):
    if compiled(content, path) is None:
        return failure("does not compile")
    quiet()
    recorder = Recorder()

    def run(ids):
        pytest.main([*OPTIONS, *([] if task["thorough"] else ["-x"]), *chosen(task, ids)], plugins=[recorder])

    return staged(task, recorder, run)


def place_file(path, content, second):
    Path(path).write_bytes(content)
    os.utime(path, (second, second))


def quiet():
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


if __name__ == "__main__":
    main(*sys.argv[1:])
