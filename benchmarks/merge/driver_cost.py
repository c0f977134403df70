"""What the merge driver costs as a process, start-up included, and what is left when it is killed.

    python benchmarks/merge/driver_cost.py STORE [--files 60] [--kills 100] [--merge 2000]

STORE is what harvest.py wrote. Measured are: a clean line merge beside an interpreter that does nothing (interleaved,
so that both see the same machine); conflicted files as harvested, each in a process of its own and in one that is warm;
conflicted files of 20,000 lines, by the driver and by the library call that `resolve` makes; one merge of many files,
by git alone and with the driver installed. Then, inside of `git merge`, the driver is killed at random moments, by
turns its Python and the shell that git starts.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

from store import Conflicted, Store

from devagent.merge.engine import merge_text
from devagent.merge.installation import install, uninstall
from devagent.merge.versions import Versions
from devagent.repo.git import find_root

sys.path.append(str(Path(__file__).resolve().parents[1]))
from figures import Figure, report
from scratch import commit, git, make_repository

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PYTHONDONTWRITEBYTECODE": ""}
NOTHING = [sys.executable, "-c", "pass"]
LIBRARY = """
import pathlib, sys
from devagent.merge.decision import Confidence
from devagent.merge.engine import merge_text
from devagent.merge.versions import Versions
merge_text(Versions(sys.argv[1], *(pathlib.Path(name).read_bytes() for name in "OAB")), accept=Confidence.LIKELY)
"""
# A process of its own, and a small one: what the memory of a process is counted from is that of the one that starts it.
MEASURED = """
import json, os, sys, time
silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
start = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=silent)
used = os.wait4(child, 0)[2]
print(json.dumps([time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""
DRIVER = [sys.executable, "-P", "-m", "devagent.merge.driver", "O", "A", "B", "7"]


def main() -> int:
    """Measure, print, and say by the exit code whether all is as required."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path, help="what harvest.py wrote")
    parser.add_argument("--files", type=int, default=60, help="conflicted files to merge")
    parser.add_argument("--kills", type=int, default=100, help="merges in which the driver is killed")
    parser.add_argument("--merge", type=int, default=2000, help="files of the large merge")
    options = parser.parse_args()
    files = list(islice(Store(options.store).conflicts(), 0, None, 25))[: options.files]
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        figures = [
            clean_merge(here),
            *conflicted_files(here, files),
            *warm(files),
            *long_files(here),
            *large_merge(here / "large", options.merge),
            *killed(here / "killed", options.kills),
        ]
    return report(figures)


def clean_merge(folder: Path) -> Figure:
    """A clean merge of 500 lines, as a multiple of an interpreter that does nothing."""
    lines = [f"line {number}\n" for number in range(500)]
    texts = "".join(lines), "".join(["ours\n", *lines[1:]]), "".join([*lines[:-1], "theirs\n"])
    times: dict[str, list[float]] = {"nothing": [], "driver": []}
    for _ in range(20):
        write(folder, *(text.encode() for text in texts))
        times["driver"].append(cost([*DRIVER, "x.py"], folder).clock)
        times["nothing"].append(cost(NOTHING, folder).clock)
    return Figure("clean merge / python3 -c pass", median(times["driver"]) / median(times["nothing"]), 3, "times")


def conflicted_files(folder: Path, files: Sequence[Conflicted]) -> list[Figure]:
    """Harvested files, one process each."""
    costs = []
    for file in files:
        write(folder, file.base, file.ours, file.theirs)
        costs.append(cost([*DRIVER, file.path], folder))
    clock = sorted(each.clock for each in costs)
    processor = sorted(each.processor for each in costs)
    return [
        Figure(f"conflicted file, median of {len(costs)}", 1000 * median(clock), 250, "ms"),
        Figure("conflicted file, 95th percentile", 1000 * clock[int(0.95 * len(clock))], 1000, "ms"),
        Figure("conflicted file, processor, median", 1000 * median(processor), None, "ms"),
        Figure("conflicted file, processor, 95th percentile", 1000 * processor[int(0.95 * len(clock))], None, "ms"),
        Figure("conflicted file, peak memory", max(each.memory for each in costs), 500, "MB"),
    ]


def warm(files: Sequence[Conflicted]) -> list[Figure]:
    """The same files in one process that knows their languages."""
    versions = [Versions(file.path, file.base, file.ours, file.theirs) for file in files]
    for first in {Path(one.path).suffix: one for one in versions}.values():
        merge_text(Versions(first.path, b"a\n", b"b\n", b"c\n"))
    clock, processor = [], []
    for one in versions:
        start, used = time.perf_counter(), time.process_time()
        merge_text(one)
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
    return [
        Figure("conflicted file, warm, median", 1000 * median(clock), 50, "ms"),
        Figure("conflicted file, warm, processor, median", 1000 * median(processor), None, "ms"),
    ]


def long_files(folder: Path) -> list[Figure]:
    """20,000 lines that both sides edited: in 200 functions, half of them in conflict; every line; one long line."""
    functions = [
        "".join([f"def f{n}(a, b):\n", *(f"    x{k} = a + {k} * b\n" for k in range(8)), "    return a\n"])
        for n in range(2000)
    ]
    sides = []
    for side in (1, 2):
        edits = {n: f"x{0 if n % 20 else 2 * side} = a" for n in range(0, 2000, 10)}
        sides.append("".join(f.replace(edits.get(n, "?"), f"changed = {side}") for n, f in enumerate(functions)))
    cases = {
        "functions": ("x.py", "".join(functions), *sides),
        "every line": ("x.py", *("".join(f"{name}{n} = {n}\n" for n in range(20_000)) for name in "abc")),
        "one line": ("x.js", *("x=" + ",".join(str(n * k % 997) for n in range(20_000)) + "\n" for k in (1, 2, 3))),
    }
    figures = []
    for name, (path, *texts) in cases.items():
        for way, command in (("driver", [*DRIVER, path]), ("library", [sys.executable, "-c", LIBRARY, path])):
            write(folder, *(text.encode() for text in texts))
            used = cost(command, folder)
            figures.append(Figure(f"20,000 lines, {name}, {way}", used.clock, 10, "s"))
            figures.append(Figure(f"20,000 lines, {name}, {way}, memory", used.memory, 500, "MB"))
    return figures


def large_merge(folder: Path, count: int) -> list[Figure]:
    """A merge in which both sides changed every file, one in fifty in conflict: git alone, and with the driver."""
    lines = [f"value_{number} = {number}\n" for number in range(60)]
    base = {f"m/f{n}.py": "".join(lines) for n in range(count)}
    ours = {name: text.replace("value_3 = 3\n", "value_3 = 'ours'\n") for name, text in base.items()}
    theirs = {name: text.replace("value_50 = 50\n", "value_50 = 'theirs'\n") for name, text in base.items()}
    for number, name in enumerate(base):
        if number % 50 == 0:
            theirs[name] = base[name].replace("value_3 = 3\n", "value_3 = 'theirs'\n")
    branches(folder, base, ours, theirs)
    alone = min(merge_seconds(folder) for _ in range(2))
    install(find_root(folder), ["*.py"])
    driven = min(merge_seconds(folder) for _ in range(2))
    uninstall(find_root(folder))
    return [
        Figure(f"merge of {count} files, git alone", alone, None, "s"),
        Figure(f"merge of {count} files, with the driver", driven, None, "s"),
    ]


def killed(folder: Path, kills: int) -> list[Figure]:
    """Merges whose driver is killed at a random moment: what the file then holds, and what git's index holds."""
    texts = "x();\n", "f(a, b);\n", "f(a,b);\n"
    branches(folder, *({"x.c": text} for text in texts))
    install(find_root(folder), ["*.c"])
    marked = f"<<<<<<< ours\n{texts[1]}=======\n{texts[2]}>>>>>>> theirs\n"
    fine = {(0, texts[2]), (3, marked), (3, marked.replace("ours", "HEAD").replace("theirs", "side"))}
    generator = random.Random(1)
    counts: Counter[str] = Counter()
    for number in range(kills):
        is_shell = number % 2 == 0
        struck = strike(folder, is_shell, generator.uniform(0, 0.02 if is_shell else 0.15))
        counts["shell" if is_shell else "python"] += struck
        left = git(folder, "ls-files", "-u").count("\n"), (folder / "x.c").read_text()
        # Killed before it wrote anything: git up to 2.41 then takes our side for the file, later ones end the merge.
        early = is_shell and left in ((3, texts[1]), (0, texts[1]))
        counts["early"] += early
        counts["lost"] += not early and left not in fine
        git(folder, "reset", "-q", "--hard", "start")
    return [
        Figure("drivers killed, Python", counts["python"], None),
        Figure("drivers killed, shell", counts["shell"], None),
        Figure("shells killed before git's merge was in the file", counts["early"], None),
        Figure("kills that left neither markers and stages nor the whole result", counts["lost"], 0),
    ]


def strike(folder: Path, is_shell: bool, delay: float) -> bool:
    """Merge, and kill the driver so many seconds after it is seen; gives whether it still was there."""
    command = ["git", "merge", "-q", "side", "-m", "x"]
    merging = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=-3, stderr=-3)
    driver = driver_of(merging, is_shell)
    struck = False
    if driver:
        time.sleep(delay)
        with suppress(ProcessLookupError):
            os.kill(driver, signal.SIGKILL)
            struck = True
    merging.wait()
    return struck


def driver_of(merging: "subprocess.Popen[bytes]", is_shell: bool) -> int | None:
    """The shell, or the Python, of the driver that a merge has started; `None` if the merge ended without one."""
    while merging.poll() is None:
        for child in children(merging.pid):
            found = [child] if is_shell else [other for other in children(child) if is_driver(other)]
            if found:
                return found[0]
    return None


def children(parent: int) -> list[int]:
    """The processes that a process has started and that have not ended."""
    try:
        return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    except OSError:
        return []  # it has ended meanwhile


def is_driver(process: int) -> bool:
    """Whether this is the Python of the driver."""
    try:
        return b"devagent.merge.driver" in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False  # it has ended meanwhile


def branches(folder: Path, base: Mapping[str, str], ours: Mapping[str, str], theirs: Mapping[str, str]) -> None:
    """A repository whose branches `main` and `side` have these files; the tag `start` is where main is."""
    folder.mkdir()
    make_repository(folder, base)
    for name, files in (("side", theirs), ("main", ours)):
        git(folder, "checkout", "-q", *(["-b"] if name == "side" else []), name)
        for path, text in files.items():
            (folder / path).write_text(text)
        commit(folder, name)
    git(folder, "tag", "start")
    git(folder, "config", "user.name", "Benchmark")
    git(folder, "config", "user.email", "benchmark@example.invalid")


def merge_seconds(folder: Path) -> float:
    """How long a merge of `side` takes; the repository is then as it was."""
    start = time.perf_counter()
    subprocess.run(
        ["git", "merge", "-q", "side", "-m", "x"], cwd=folder, env=ENVIRONMENT, capture_output=True, check=False
    )
    seconds = time.perf_counter() - start
    git(folder, "reset", "-q", "--hard", "start")
    return seconds


def write(folder: Path, base: bytes, ours: bytes, theirs: bytes) -> None:
    """The three files that the driver is given."""
    for name, text in (("O", base), ("A", ours), ("B", theirs)):
        (folder / name).write_bytes(text)


class Cost(NamedTuple):
    """What a process took: seconds by the clock, seconds of the processor, and its largest memory in MB."""

    clock: float
    processor: float
    memory: float


def cost(command: Sequence[str], folder: Path) -> Cost:
    """Run a command, and measure it and the processes that it starts."""
    measured = [sys.executable, "-S", "-c", MEASURED, *command]
    done = subprocess.run(measured, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, check=True)
    return Cost(*json.loads(done.stdout))


if __name__ == "__main__":
    sys.exit(main())
