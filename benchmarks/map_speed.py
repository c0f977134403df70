"""How long `devagent map` takes, and how much memory, beside aider's repository map on the same trees.

    python benchmarks/map_speed.py TREE... --aider PYTHON --json FILE [--runs 3] [--aider-runs 1] [--limit SECONDS]

Each TREE is a git work tree; caches and one signature in it are changed and put back. Every run is a new process and
asks for 4,096 tokens with a focus that was not asked before: cold (no cache at all), with nothing changed, and after
one signature was edited, which then has to show. Memory is the most that all its processes have together (PSS). Of the
largest tree, every fourth file is mapped alone as well: that tells how the time grows with the size.

PYTHON is the interpreter of an environment in which `pip install aider-chat` was done. What was measured is kept in
FILE at once; started again with it, the script goes on. A run is stopped after SECONDS; what it took counts as that.
"""

import argparse
import json
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median

from figures import Figure, print_table, report
from footprint import Run, run
from scratch import DEVAGENT, clean_environment, commit, git

TOKENS = "4096"
AIDER = Path(__file__).with_name("aider_map.py")
LARGE = 5000
"""So many files that devagent reads make a tree a large one."""
KINDS = ("cold", "unchanged", "touched")

_AIDER_CACHE = ".aider.tags.cache.v*"
_DEFINITION = re.compile(r"^def ([a-z]\w{5,})\((?=\w)", re.MULTILINE)
_TOPICS = ("parser", "cache", "session", "matrix", "template", "device", "schema", "signal", "token", "request")
_PART = 4


@dataclass(frozen=True)
class Round:
    """Three runs of a tool in a tree, one after the other: seconds, the most bytes, and whether the edit showed.

    `ended` is empty, or says which run did not do what it was to do, and how it ended. `files` and `source` are the
    files that devagent's index covers, and their bytes.
    """

    tree: str
    tool: str
    number: int
    cold: float
    unchanged: float
    touched: float
    memory: int
    shown: bool
    ended: str
    files: int = 0
    source: int = 0


class Tree:
    """A tree to be mapped, with a focus that is new at every call."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.name = self.root.name
        self.files = len(git(self.root, "ls-files").splitlines())
        exclude = self.root / ".git" / "info" / "exclude"
        exclude.parent.mkdir(exist_ok=True)
        if _AIDER_CACHE not in (exclude.read_text() if exclude.exists() else ""):
            with exclude.open("a") as file:
                file.write(f"{_AIDER_CACHE}\n")
        if git(self.root, "status", "--porcelain", "--untracked-files=no"):
            raise SystemExit(f"{root} has changes; an interrupted run may have left one: git -C {root} checkout .")
        self._asked = 0

    def covered(self) -> tuple[int, int]:
        """How many files devagent's index covers, and their bytes; nothing without one."""
        path = self.root / ".git" / "devagent" / "index.sqlite3"
        if not path.exists():
            return 0, 0
        with closing(sqlite3.connect(path)) as database:
            files, size = database.execute("select count(*), sum(size) from files").fetchone()
            return files, size or 0

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


class Results:
    """The rounds that were measured, in a file that is written after each."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path is not None and path.exists() else []
        self.rounds = [Round(**json.loads(line)) for line in lines]

    def add(self, measured: Round) -> None:
        """Keep a round."""
        self.rounds.append(measured)
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(json.dumps(asdict(measured)) + "\n")

    def of(self, tree: str, tool: str) -> list[Round]:
        """The rounds of a tool in a tree."""
        return [known for known in self.rounds if (known.tree, known.tool) == (tree, tool)]


def main() -> int:
    """Measure, print, and say by the exit code whether all is as required."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--aider", metavar="PYTHON", help="interpreter of an environment with aider-chat")
    parser.add_argument("--runs", type=int, default=3, help="rounds of devagent")
    parser.add_argument("--aider-runs", type=int, default=1, help="rounds of aider")
    parser.add_argument("--limit", type=float, default=1800, metavar="SECONDS", help="what one run may take")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the measured is kept, and taken from")
    options = parser.parse_args()
    trees, results = [Tree(path) for path in options.trees], Results(options.json)
    with tempfile.TemporaryDirectory() as folder:
        ours = partial(devagent, Path(folder), options.limit)
        for tree in trees:
            measure(results, tree, "devagent", partial(ours, tree), options.runs)
        largest = max(trees, key=lambda tree: tree.files)
        if not results.of(f"{largest.name}/{_PART}", "devagent"):
            part = part_of(largest, Path(folder) / "part" / f"{largest.name}-{_PART}")
            measure(results, part, "devagent", partial(ours, part), 1, name=f"{largest.name}/{_PART}")
        for tree in trees if options.aider else ():
            theirs = partial(aider, options.aider, options.limit, tree)
            measure(results, tree, "aider", theirs, options.aider_runs)
    tell(results, trees, largest)
    return report([figure for tree in trees for figure in figures_of(results, tree)] + growth(results, largest))


def measure(results: Results, tree: Tree, tool: str, mapped: Callable[[str], Run], rounds: int, name: str = "") -> None:
    """The three kinds of runs, as many times as are missing."""
    print(f"{tool}, {name or tree.name}: {tree.files:,} files", flush=True)
    for number in range(len(results.of(name or tree.name, tool)), rounds):
        tree.forget()
        runs, edit = {"cold": mapped(tree.focus())}, ""
        files, source = tree.covered()
        if runs["cold"].done:
            runs["unchanged"] = mapped(tree.focus())
            with tree.edited(number) as (function, edit):
                runs["touched"] = mapped(function)
        bad = [f"{kind}: {_how(each)}" for kind, each in runs.items() if not each.done]
        took = {kind: runs[kind].seconds if kind in runs else 0.0 for kind in KINDS}
        shown = "touched" in runs and edit in runs["touched"].text
        memory = max(each.memory for each in runs.values())
        measured = Round(name or tree.name, tool, number, **took, memory=memory, shown=shown, ended="; ".join(bad),
                         files=files, source=source)  # fmt: skip
        results.add(measured)
        print("  " + "  ".join(_cells(measured)), flush=True)
    tree.forget()


def _how(ended: Run) -> str:
    if ended.code is None:
        return f"stopped after {ended.seconds:.0f} s"
    return f"ended with {ended.code}" if ended.code else "said nothing"


def devagent(folder: Path, limit: float, tree: Tree, focus: str) -> Run:
    """One run of `devagent map`."""
    command = [DEVAGENT, "map", "-q", "-C", str(tree.root), "--tokens", TOKENS, "--focus", focus]
    return run(command, clean_environment(folder / "config"), limit)


def aider(python: str, limit: float, tree: Tree, focus: str) -> Run:
    """One run of aider's RepoMap."""
    return run([python, str(AIDER), str(tree.root), TOKENS, focus], None, limit)


def part_of(tree: Tree, folder: Path) -> Tree:
    """Every fourth file of a tree, as a tree of its own."""
    for path in git(tree.root, "ls-files").splitlines()[::_PART]:
        source = tree.root / path
        if source.is_file() and not source.is_symlink():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / path)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "A part")
    return Tree(folder)


def figures_of(results: Results, tree: Tree) -> list[Figure]:
    """What is required of devagent in a tree, alone and beside aider."""
    ours, theirs = results.of(tree.name, "devagent"), results.of(tree.name, "aider")
    if not ours:
        return []
    name, large = tree.name, ours[0].files >= LARGE
    warm = 40.0 if large else 10.0
    bad = sum(bool(each.ended) for each in ours)
    found = [
        Figure(f"{name}: unchanged", _median(ours, "unchanged"), 0.7 if large else None, "s"),
        Figure(f"{name}: edits that did not show, runs that failed", sum(not each.shown for each in ours) + bad, 0),
    ]
    for kind, least in (("cold", 3.0), ("unchanged", warm), ("touched", warm)):
        if theirs and (took := _median(theirs, kind)):
            times = took / max(_median(ours, kind), 1e-9)
            found.append(Figure(f"{name}: aider's time {kind}, times devagent's", times, least, "x", at_least=True))
    if theirs:
        share = max(each.memory for each in ours) / max(each.memory for each in theirs)
        found.append(Figure(f"{name}: memory, share of aider's", share, 0.333 if large else None))
    return found


def growth(results: Results, tree: Tree) -> list[Figure]:
    """How the time for a tree compares with that for a part of it."""
    whole, part = results.of(tree.name, "devagent"), results.of(f"{tree.name}/{_PART}", "devagent")
    if not whole or not part or not part[0].source:
        return []
    larger = whole[0].source / part[0].source
    times = _median(whole, "cold") / part[0].cold / larger
    return [Figure(f"{tree.name}: time for {larger:.1f} times the source, of what is linear", times, 1.3, "x")]


def _median(rounds: Sequence[Round], kind: str) -> float:
    return median(getattr(each, kind) for each in rounds)


def tell(results: Results, trees: Sequence[Tree], largest: Tree) -> None:
    """Print what was measured."""
    head = ("tree", "tool", "cold", "unchanged", "touched", "memory", "source", "per MB", "")
    rows = []
    for name in [*(tree.name for tree in trees), f"{largest.name}/{_PART}"]:
        for tool in ("devagent", "aider"):
            if rounds := results.of(name, tool):
                took = {kind: _median(rounds, kind) for kind in KINDS}
                memory = max(each.memory for each in rounds)
                ended = "; ".join(each.ended for each in rounds if each.ended)
                one = Round(name, tool, 0, **took, memory=memory, shown=True, ended=ended, source=rounds[0].source)
                rows.append((name, tool, *_cells(one)))
    print()
    print_table(head, rows)


def _cells(measured: Round) -> tuple[str, ...]:
    times = (f"{getattr(measured, kind):.2f} s" for kind in KINDS)
    size = measured.source / 1e6
    source = (
        (f"{size:.1f} MB", f"{1000 * measured.cold / size:.0f} ms")
        if size and measured.tool == "devagent"
        else ("", "")
    )
    return *times, f"{measured.memory / 1e6:.0f} MB", *source, measured.ended


if __name__ == "__main__":
    sys.exit(main())
