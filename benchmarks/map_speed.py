"""How long `devagent map` takes, and how much memory, beside aider's repository map on the same trees.

    python benchmarks/map_speed.py TREE... --aider PYTHON [--runs 3] [--aider-runs 1]

Each TREE is a git work tree; caches and one signature in it are changed and put back. Every run is a new process and
asks for 4,096 tokens with a focus that was not asked before: cold (no cache at all), with nothing changed, and after
one signature was edited, which then has to show. Memory is the most that all its processes have resident together.

PYTHON is the interpreter of an environment in which `pip install aider-chat` was done.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from figures import Figure, print_table, report
from scratch import DEVAGENT, clean_environment, git

TOKENS = "4096"
AIDER = Path(__file__).with_name("aider_map.py")
LARGE = 5000
"""So many files make a tree a large one."""

_AIDER_CACHE = ".aider.tags.cache.v*"
_DEFINITION = re.compile(r"^def ([a-z]\w{5,})\((?=\w)", re.MULTILINE)
_TOPICS = ("parser", "cache", "session", "matrix", "template", "device", "schema", "signal", "token", "request")


@dataclass(frozen=True)
class Run:
    """One run: wall seconds, bytes of memory at the peak, and what it printed."""

    seconds: float
    memory: int
    text: str


@dataclass(frozen=True)
class Measured:
    """What a tool took in one tree: median seconds, bytes at the peak of any run, and whether edits were on the map."""

    cold: float
    unchanged: float
    touched: float
    memory: int
    shown: bool


class Tree:
    """A tree to be mapped, with a focus that is new at every call."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.files = len(git(self.root, "ls-files").splitlines())
        exclude = self.root / ".git" / "info" / "exclude"
        exclude.parent.mkdir(exist_ok=True)
        if _AIDER_CACHE not in (exclude.read_text() if exclude.exists() else ""):
            with exclude.open("a") as file:
                file.write(f"{_AIDER_CACHE}\n")
        self._asked = 0

    @property
    def large(self) -> bool:
        """Whether it is one of the large trees."""
        return self.files >= LARGE

    def focus(self) -> str:
        """Words that were not asked for before."""
        self._asked += 1
        topic = _TOPICS[self._asked % len(_TOPICS)]
        return f"Fix wrong {topic} handling of case {self._asked} in {_TOPICS[self._asked * 7 % 10]}"

    def forget(self) -> None:
        """Remove both tools' caches."""
        for path in (self.root / ".git" / "devagent").glob("index*"):
            path.unlink()
        for path in self.root.glob(_AIDER_CACHE):
            shutil.rmtree(path)

    @contextmanager
    def edited(self, number: int) -> Iterator[tuple[str, str]]:
        """One signature has another parameter meanwhile; gives the function's name and that parameter."""
        path, match = next(self._functions(number))
        before, added = path.read_bytes(), f"added_{number}"
        path.write_bytes(before[: match.end()] + f"{added}, ".encode() + before[match.end() :])
        try:
            yield match[1], added
        finally:
            path.write_bytes(before)

    def _functions(self, number: int) -> Iterator[tuple[Path, re.Match[str]]]:
        listed = [path for path in git(self.root, "ls-files", "*.py").splitlines() if "test" not in path]
        for name in listed[len(listed) * (number % 7 + 1) // 9 :]:
            text = (self.root / name).read_bytes()
            if text.isascii() and (match := _DEFINITION.search(text.decode())):
                yield self.root / name, match


def main() -> int:
    """Measure, print, and say by the exit code whether all is as required."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--aider", metavar="PYTHON", help="interpreter of an environment with aider-chat")
    parser.add_argument("--runs", type=int, default=3, help="runs of devagent of each kind")
    parser.add_argument("--aider-runs", type=int, default=1, help="runs of aider of each kind")
    options = parser.parse_args()
    figures, rows = [], []
    for tree in map(Tree, options.trees):
        print(f"{tree.root.name}: {tree.files:,} files", flush=True)
        with tempfile.TemporaryDirectory() as config:
            ours = measured(tree, partial(devagent, tree, Path(config)), options.runs)
        rows.append(_row(tree, "devagent", ours))
        figures += own_figures(tree, ours)
        if options.aider:
            theirs = measured(tree, partial(aider, tree, options.aider), options.aider_runs)
            rows.append(_row(tree, "aider", theirs))
            figures += compared(tree, ours, theirs)
        tree.forget()
    print_table(("tree", "files", "tool", "cold", "unchanged", "touched", "memory"), rows)
    return report(figures)


def measured(tree: Tree, run: Callable[[str], Run], runs: int) -> Measured:
    """The three kinds of runs, each so many times."""
    cold, unchanged, touched, shown, memory = [], [], [], True, 0
    for number in range(runs):
        tree.forget()
        cold.append(run(tree.focus()))
        unchanged.append(run(tree.focus()))
        with tree.edited(number) as (name, added):
            touched.append(run(name))
        shown = shown and added in touched[-1].text
        memory = max(memory, *(each[-1].memory for each in (cold, unchanged, touched)))
        print(f"  cold {cold[-1].seconds:.2f} s, unchanged {unchanged[-1].seconds:.2f} s, touched "
              f"{touched[-1].seconds:.2f} s, {memory / 1e6:.0f} MB", flush=True)  # fmt: skip
    return Measured(*(median(each.seconds for each in kind) for kind in (cold, unchanged, touched)), memory, shown)


def devagent(tree: Tree, config: Path, focus: str) -> Run:
    """One run of `devagent map`."""
    command = [DEVAGENT, "map", "-q", "-C", str(tree.root), "--tokens", TOKENS, "--focus", focus]
    return timed(command, clean_environment(config))


def aider(tree: Tree, python: str, focus: str) -> Run:
    """One run of aider's RepoMap."""
    return timed([python, str(AIDER), str(tree.root), TOKENS, focus], None)


def timed(command: Sequence[str], environment: dict[str, str] | None) -> Run:
    """Run a command, and watch its processes."""
    with tempfile.TemporaryFile("w+") as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=subprocess.DEVNULL)
        peak: list[int] = [0]
        watcher = threading.Thread(target=_watch, args=(process, peak))
        watcher.start()
        code = process.wait()
        seconds = time.perf_counter() - started
        watcher.join()
        said.seek(0)
        text = said.read()
    if code or not text.strip():
        raise SystemExit(f"{' '.join(command[:4])} ended with {code} and {len(text)} characters")
    return Run(seconds, peak[0], text)


def _watch(process: "subprocess.Popen[bytes]", peak: list[int]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(_resident(pid) for pid in _descendants(process.pid)))
        time.sleep(0.01)


def _descendants(pid: int) -> Iterator[int]:
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _descendants(int(child))
    except OSError:
        return


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except (OSError, IndexError):
        return 0


def own_figures(tree: Tree, ours: Measured) -> list[Figure]:
    """What is required of devagent alone."""
    warm = Figure(f"{tree.root.name}: unchanged", ours.unchanged, 0.7 if tree.large else None, "s")
    return [warm, Figure(f"{tree.root.name}: edits that did not show", int(not ours.shown), 0)]


def compared(tree: Tree, ours: Measured, theirs: Measured) -> list[Figure]:
    """What is required of devagent beside aider."""
    warm = 40.0 if tree.large else 10.0
    name = tree.root.name
    return [
        Figure(f"{name}: aider's cold time, times devagent's", theirs.cold / ours.cold, 3.0, "x", at_least=True),
        Figure(f"{name}: the same unchanged", theirs.unchanged / ours.unchanged, warm, "x", at_least=True),
        Figure(f"{name}: the same with one file touched", theirs.touched / ours.touched, warm, "x", at_least=True),
        Figure(f"{name}: memory, share of aider's", ours.memory / theirs.memory, 0.333 if tree.large else None),
    ]


def _row(tree: Tree, tool: str, took: Measured) -> tuple[str, ...]:
    times = (f"{seconds:.2f} s" for seconds in (took.cold, took.unchanged, took.touched))
    return tree.root.name, str(tree.files), tool, *times, f"{took.memory / 1e6:.0f} MB"


if __name__ == "__main__":
    sys.exit(main())
