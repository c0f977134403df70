"""Repositories in every state in which git stops with conflicts: the right thing, or a refusal that changes nothing.

    python benchmarks/merge/states.py [--only REBASE]

Each state (tests/conflicted.py) is made anew and gone through by the command itself: `resolve` changes nothing;
`resolve --apply` stages what is resolved, leaves the rest byte for byte, and knows what it left; `resolve --restore`
brings everything back; `resolve --continue` ends the operation where everything can be resolved.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "benchmarks")]

from conflicted import LEFT, PARTLY, RESOLVED, STATES, Photograph, State, Work, photograph  # noqa: E402
from figures import Figure, print_table, report  # noqa: E402


def main() -> int:
    """Go through all states and print what became of each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="States whose name holds this.")
    only = parser.parse_args().only
    rows, right, began = [], 0, time.monotonic()
    meant = [state for state in STATES if only in state.name]
    with tempfile.TemporaryDirectory() as folder:
        for number, state in enumerate(meant):
            faults = list(_faults(state, Path(folder) / str(number)))
            right += not faults
            rows.append((state.name, str(state.operation), _expected(state), "; ".join(faults) or "as it should be"))
    print_table(("state", "operation", "files", "what became of it"), rows)
    figures = [
        Figure("states", len(meant), None if only else 30, at_least=True),
        Figure("states with the right end", right, len(meant), at_least=True),
        Figure("seconds", time.monotonic() - began, None, "s"),
    ]
    return report(figures)


def _expected(state: State) -> str:
    if state.refused:
        return "refused"
    words = [str(outcome) for outcome in state.expected.values()]
    return ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words)) or "none"


def _faults(state: State, folder: Path) -> Iterator[str]:
    """What is not as it should be."""
    root = state.build(folder / "repo")
    before = photograph(root)
    looked = _devagent(root, "resolve", "--json")
    if photograph(root) != before:
        yield "looking changed something"
    if state.refused:
        if looked.returncode != 2 or state.refused not in looked.stderr:
            yield f"not refused: {looked.returncode} {looked.stderr.strip()}"
        return
    found = json.loads(looked.stdout)
    outcomes = {file["path"]: file["outcome"] for file in found["files"]}
    if outcomes != {path: str(outcome) for path, outcome in state.expected.items()}:
        yield f"outcomes are {outcomes}"
    if found["operation"]["operation"] != str(state.operation):
        yield f"taken for {found['operation']['operation']}"
    applied = _devagent(root, "resolve", "--apply")
    whole = all(outcome is RESOLVED for outcome in state.expected.values())
    if applied.returncode != (0 if whole else 1):
        yield f"--apply ended with {applied.returncode}: {applied.stderr.strip()}"
    yield from _written(state, root, before)
    if PARTLY in state.expected.values():
        again = json.loads(_devagent(root, "resolve", "--json").stdout)["files"]
        if {str(state.expected[file["path"]]) for file in again} != {file["outcome"] for file in again}:
            yield "what --apply left is not taken for its own"
    if photograph(root) != before and (back := _devagent(root, "resolve", "--restore")).returncode:
        yield f"--restore: {back.stderr.strip()}"
    if photograph(root) != before:
        yield "not restored"
    if state.finishes:
        yield from _finished(root)


def _written(state: State, root: Path, before: Photograph) -> Iterator[str]:
    now = photograph(root)
    left = {line.split("\t", 1)[1] for line in now.index.splitlines() if line.split("\t")[0][-1] != "0"}
    for path, outcome in state.expected.items():
        if outcome is RESOLVED and (path in left or b"<<<<<<<" in now.files[path][1]):
            yield f"{path} is not resolved"
        if outcome is PARTLY and now.files[path] == before.files[path]:
            yield f"{path} is as before"
        if outcome not in (RESOLVED, PARTLY) and now.files.get(path) != before.files.get(path):
            yield f"{path} was written"
        if outcome is LEFT and state.operation.go_on and path not in left:
            yield f"{path} was staged"


def _finished(root: Path) -> Iterator[str]:
    done = _devagent(root, "resolve", "--continue")
    if done.returncode:
        yield f"--continue ended with {done.returncode}: {done.stderr.strip()}"
    work = Work(root)
    if work("status", "--porcelain"):
        yield "something is left uncommitted"
    if "rebas" in (status := work("status")) or "merging" in status or "picking" in status:
        yield "not finished"


def _devagent(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "devagent", *arguments]
    return subprocess.run(
        command, cwd=root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
