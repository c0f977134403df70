"""Does the map show what a fix will edit? `devagent map` beside aider's repository map, on 100 real fix commits.

    python benchmarks/map_quality.py CLONES [--aider PYTHON] [--list FILE] [--only NAME] [--json FILE]

CLONES is a folder with a clone, bare or not, of each repository that the list names. Both see the tree before the fix,
the subject line of its commit, and 4,096 tokens. An edited definition is the innermost function, method or class around
a line that the fix changes or inserts beside, outside of tests. It stands in a map that shows the line with its name.

PYTHON is the interpreter of an environment in which `pip install aider-chat` was done; without it only devagent is
measured. What the subject line mentions is handed to aider as its own chat does it (see `aider_map.py`).
"""

import argparse
import ast
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures import Figure, print_table, report
from scratch import DEVAGENT, clean_environment, git

from devagent.code.roles import is_test

TOKENS = 4096
FIXES = Path(__file__).with_name("map_quality.toml")
AIDER = Path(__file__).with_name("aider_map.py")
_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")

_Node = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Shown = dict[str, set[int]]
"""The lines of each file that a map shows (of devagent's: those of the shown definitions' names)."""


@dataclass(frozen=True)
class Definition:
    """A definition that a fix edits: its file, its name, and the line in which the name stands."""

    path: str
    name: str
    line: int


@dataclass(frozen=True)
class Fix:
    """A fix commit, and what it edits in the tree before it."""

    repository: str
    commit: str
    subject: str
    edited: tuple[Definition, ...]


def main() -> int:
    """Measure both on every fix; the exit code is 1 where devagent's map shows less."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clones", type=Path, help="folder with a clone of each repository")
    parser.add_argument("--aider", metavar="PYTHON", help="interpreter of an environment with aider-chat")
    parser.add_argument("--list", type=Path, default=FIXES, metavar="FILE", help="the commits; the hundred by default")
    parser.add_argument("--only", metavar="NAME", help="one repository only")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what each map showed of each fix")
    options = parser.parse_args()
    listed: dict[str, list[str]] = tomllib.loads(options.list.read_text())["fixes"]
    rows: list[dict[str, Any]] = []
    for name, commits in listed.items():
        if options.only in (None, name):
            rows += measured(options.clones / name, name, commits, options.aider)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))
    return told(rows, with_aider=bool(options.aider))


def measured(clone: Path, name: str, commits: Sequence[str], aider: str | None) -> Iterator[dict[str, Any]]:
    """What both maps show of the fixes of one repository."""
    with tempfile.TemporaryDirectory() as temporary:
        checkout = Path(temporary) / name
        subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", str(clone), str(checkout)], check=True)
        other = Aider(aider, checkout) if aider else None
        # By time, so that from one to the next few files change, and both tools' caches help.
        for commit in sorted(commits, key=lambda each: int(git(checkout, "show", "-s", "--format=%ct", each))):
            fix = read_fix(checkout, name, commit)
            git(checkout, "checkout", "-q", "--force", "--detach", f"{commit}^")
            row = {"repository": name, "commit": commit, "edited": len(fix.edited), "subject": fix.subject}
            row["devagent"] = _found(fix, devagent_map(checkout, fix.subject, Path(temporary) / "config"))
            if other is not None:
                row["aider"] = _found(fix, other.map(fix.subject))
            both = f"{row['devagent']} {row.get('aider', '')} of {row['edited']}"
            print(f"{name} {commit[:10]}  {both}  {fix.subject}", flush=True)
            yield row
        if other is not None:
            other.close()


def told(rows: Sequence[dict[str, Any]], *, with_aider: bool) -> int:
    """Print the shares, by repository and in all."""
    tools = ("devagent", "aider") if with_aider else ("devagent",)
    names = list(dict.fromkeys(row["repository"] for row in rows))
    table = []
    for name in [*names, "all"]:
        own = [row for row in rows if name in ("all", row["repository"])]
        edited = sum(row["edited"] for row in own)
        shares = [f"{sum(row[tool] for row in own) / edited:.3f}" for tool in tools]
        means = [f"{sum(row[tool] / row['edited'] for row in own) / len(own):.3f}" for tool in tools]
        table.append((name, len(own), edited, *shares, *means))
    print()
    head = ("repository", "fixes", "edited", *(f"shown by {t}" for t in tools), *(f"mean, {t}" for t in tools))
    print_table(head, table)
    figures = [Figure("share of edited definitions in devagent's map", float(table[-1][3]))]
    if with_aider:
        theirs = float(table[-1][4])
        figures.append(Figure("the same in aider's", theirs))
        figures.append(Figure("devagent's, times aider's", float(table[-1][3]) / theirs, 1.0, "x", at_least=True))
    return report(figures)


def read_fix(repo: Path, name: str, commit: str) -> Fix:
    """The fix with the definitions that it edits."""
    subject = git(repo, "show", "-s", "--format=%s", commit).strip()
    return Fix(name, commit, subject, tuple(_edited(repo, commit)))


def _edited(repo: Path, commit: str) -> list[Definition]:
    found: dict[Definition, None] = {}
    for path, changes in _changed_lines(repo, commit).items():
        tree = ast.parse(git(repo, "show", f"{commit}^:{path}"))
        for first, last in changes:
            for number in range(first, last + 1) if first <= last else [first]:
                inner = _innermost(tree, (number, number) if first <= last else (last, first))
                if inner is not None:
                    found[Definition(path, inner.name, inner.lineno)] = None
    return list(found)


def _changed_lines(repo: Path, commit: str) -> dict[str, list[tuple[int, int]]]:
    """The lines that a commit changes in Python files that hold no tests: (first, last), last < first: between them."""
    changed: dict[str, list[tuple[int, int]]] = {}
    path = ""
    for line in git(repo, "diff", "-U0", "--no-color", "--no-renames", f"{commit}^", commit, "--", "*.py").splitlines():
        if line.startswith("--- "):
            path = line[6:] if line.startswith("--- a/") else ""
        elif (hunk := _HUNK.match(line)) and path and not is_test(path):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            changed.setdefault(path, []).append((first, first + count - 1) if count else (first + 1, first))
    return changed


def _innermost(tree: ast.Module, lines: tuple[int, int]) -> _Node | None:
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, _Node)
        and min([node.lineno, *(d.lineno for d in node.decorator_list)]) <= lines[0]
        and lines[1] <= (node.end_lineno or 0)
    ]
    return max(around, key=lambda node: node.lineno, default=None)


def _found(fix: Fix, shown: Shown) -> int:
    return sum(definition.line in shown.get(definition.path, ()) for definition in fix.edited)


def devagent_map(checkout: Path, subject: str, config: Path) -> Shown:
    """The lines on which the names of the definitions stand that `devagent map` shows."""
    command = [DEVAGENT, "map", "--json", "--tokens", str(TOKENS), "--focus", subject, "-C", str(checkout)]
    done = subprocess.run(command, env=clean_environment(config), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"devagent map ended with {done.returncode}: {done.stderr.strip()}")
    shown: Shown = {}
    for file in json.loads(done.stdout)["files"]:
        lines = (checkout / file["path"]).read_text(errors="replace").split("\n")
        shown[file["path"]] = {_name_line(lines, each) for each in file["definitions"]}
    return shown


def _name_line(lines: Sequence[str], definition: dict[str, Any]) -> int:
    """The line of a definition in which its name stands: decorators may come before."""
    word = re.compile(rf"^\s*(?:async\s+def|def|class)\s+{re.escape(definition['name'].rpartition('.')[2])}\b")
    span = range(definition["line"], definition["end_line"] + 1)
    return next((number for number in span if word.match(lines[number - 1])), definition["line"])


class Aider:
    """aider's repository map of one checkout, in a process of its own that keeps its caches."""

    def __init__(self, python: str, checkout: Path) -> None:
        self._process = subprocess.Popen(
            [python, str(AIDER), str(checkout), str(TOKENS), "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def map(self, subject: str) -> Shown:
        """The lines that aider's map shows for a subject line."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(subject) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit("aider's map ended early; see above")
        return {path: set(lines) for path, lines in json.loads(answer).items()}

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


if __name__ == "__main__":
    sys.exit(main())
