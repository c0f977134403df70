"""What the merge driver costs as a process, start-up included, and what is left when it is killed.

    python benchmarks/merge/driver_cost.py STORE [--files 60] [--kills 100] [--merge 2000]

STORE is what harvest.py wrote. Measured are: a clean line merge beside an interpreter that does nothing (interleaved,
so that both see the same machine), conflicted files as harvested, a conflicted file of 20,000 lines, one merge of many
files with git alone and with the driver installed; then the driver is killed at random moments inside of `git merge`.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

from store import Conflicted, Store

from devagent.merge.installation import install, uninstall
from devagent.repo.git import find_root

sys.path.append(str(Path(__file__).resolve().parents[1]))
from figures import Figure, report
from scratch import commit, git, make_repository

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PYTHONDONTWRITEBYTECODE": ""}
NOTHING = [sys.executable, "-c", "pass"]
DRIVER = [sys.executable, "-P", "-m", "devagent.merge.driver", "O", "A", "B", "7"]


def main() -> int:
    """Measure, print, and say by the exit code whether all is as required."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path, help="what harvest.py wrote")
    parser.add_argument("--files", type=int, default=60, help="conflicted files to merge")
    parser.add_argument("--kills", type=int, default=100, help="merges in which the driver is killed")
    parser.add_argument("--merge", type=int, default=2000, help="files of the large merge")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        figures = [
            clean_merge(here),
            *conflicted_files(here, list(islice(Store(options.store).conflicts(), 0, None, 25))[: options.files]),
            *long_file(here),
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


def long_file(folder: Path) -> list[Figure]:
    """20,000 lines of Python with edits of both sides in 200 functions, half of them in conflict."""
    functions = [
        [f"def f{n}(a, b):\n", *(f"    x{k} = a + {k} * b\n" for k in range(8)), "    return a\n"] for n in range(2000)
    ]
    sides = []
    for side in (1, 2):
        edited = [list(function) for function in functions]
        for number in range(0, 2000, 10):
            edited[number][1 if number % 20 else side] = f"    changed = {side}\n"
        sides.append("".join(line for function in edited for line in function).encode())
    write(folder, "".join(line for function in functions for line in function).encode(), *sides)
    used = cost([*DRIVER, "x.py"], folder)
    return [Figure("20,000 lines", used.clock, 10, "s"), Figure("20,000 lines, peak memory", used.memory, 500, "MB")]


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
    generator = random.Random(1)
    lost = struck = 0
    for _ in range(kills):
        merging = subprocess.Popen(
            ["git", "merge", "-q", "side", "-m", "x"], cwd=folder, env=ENVIRONMENT, stdout=-3, stderr=-3
        )
        if driver := driver_of(merging):
            time.sleep(generator.uniform(0, 0.15))
            try:
                os.kill(driver, signal.SIGKILL)
                struck += 1
            except ProcessLookupError:
                pass
        merging.wait()
        content = (folder / "x.c").read_text()
        stages = git(folder, "ls-files", "-u").count("\n")
        is_whole = (stages == 0 and content == texts[2]) or (
            stages == 3 and content in (marked, marked.replace("ours", "HEAD").replace("theirs", "side"))
        )
        lost += not is_whole
        git(folder, "reset", "-q", "--hard", "start")
    return [
        Figure("drivers killed", struck, None),
        Figure("kills that left neither markers and stages nor the whole result", lost, 0),
    ]


def driver_of(merging: "subprocess.Popen[bytes]") -> int | None:
    """The process of the driver that a merge has started; `None` if the merge ended without one."""
    while merging.poll() is None:
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and is_driver(entry, merging.pid):
                return int(entry.name)
    return None


def is_driver(process: Path, merging: int) -> bool:
    """Whether this is the Python process that the shell under the merge has started."""
    try:
        if b"devagent.merge.driver" not in (process / "cmdline").read_bytes().split(b"\0"):
            return False
        shell = (process / "stat").read_text().rpartition(")")[2].split()[1]
        return Path("/proc", shell, "stat").read_text().rpartition(")")[2].split()[1] == str(merging)
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
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=-3, stderr=-3)
    _, process.returncode, used = os.wait4(process.pid, 0)
    return Cost(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


if __name__ == "__main__":
    sys.exit(main())
