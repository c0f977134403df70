"""The part of `fuzz.py` that dies when something crashes: feeds files to what devagent does in its own process.

    python benchmarks/fuzz_feed.py FOLDER SECONDS < PATHS

One line of JSON before each step, `[path, step]`, and one after it, `[path, step, seconds, what was raised]`, in
processor time. A step, or one of the edits that it consists of, that takes more than SECONDS ends the process.
"""

import json
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fuzz_inputs import SEEDS

from devagent.code.constants import constants
from devagent.code.edits.answer import MAX_CHARACTERS, apply_answer, has_marks
from devagent.code.edits.apply import apply_edits
from devagent.code.edits.edit import Hunk, ReplaceSymbol, ReplaceText, WriteFile
from devagent.code.errors import CannotParse, EditError
from devagent.code.language import format_for
from devagent.code.normal import normal_form
from devagent.code.symbol import symbols
from devagent.code.syntax import syntax_errors
from devagent.code.wellformed import newly_malformed

SECONDS = float(sys.argv[2])
_TOO_LONG = MAX_CHARACTERS * 2
_QUOTABLE = 200_000
"""Lines are quoted from so many bytes at the beginning of a file."""


def main() -> None:
    """Feed every file named on the standard input to every step."""
    folder = Path(sys.argv[1])
    for path in sys.stdin.read().splitlines():
        content = (folder / path).read_bytes()
        for step in (look, compare, edit, answer):
            print(json.dumps([path, step.__name__]), flush=True)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            started = time.process_time()
            raised = attempted(step, path, content)
            signal.setitimer(signal.ITIMER_PROF, 0)
            print(json.dumps([path, step.__name__, time.process_time() - started, raised]), flush=True)


def attempted(step: Callable[[str, bytes], object], path: str, content: bytes) -> str:
    """Take a step; what it raised, unless that is how it refuses."""
    try:
        step(path, content)
    except (EditError, CannotParse):
        return ""
    except Exception:  # noqa: BLE001  whatever it is: it is told, and the next step is taken
        return traceback.format_exc()[-1500:]
    return ""


def look(path: str, content: bytes) -> None:
    """Everything that is read from the syntax of a file."""
    known = format_for(path)
    assert known is not None
    constants(path, content)
    for symbol in symbols(path, content):
        assert symbol.text(content) is not None
        assert 1 <= symbol.start_line <= symbol.end_line
    normal_form(content, known)
    syntax_errors(content, known)


def compare(path: str, content: bytes) -> None:
    """Whether the file is worse than a sample, and whether a sample is worse than it."""
    known = format_for(path)
    assert known is not None
    seed = SEEDS[known.name].encode()
    for before, after in ((seed, content), (content, seed), (content, content[: len(content) // 2])):
        newly_malformed(path, before, after)


def edit(path: str, content: bytes) -> None:
    """Edits to the file: quoted lines, a symbol, all of it, by answers and as they are."""
    chance = random.Random(path)
    lines = content[:_QUOTABLE].decode("utf-8", "replace").split("\n")
    start = chance.randrange(len(lines))
    quoted = "".join(f"{line}\n" for line in lines[start : start + chance.randrange(1, 8)])
    changed = quoted.replace("a", "b", 3) + "x = 1\n"
    files = {path: content, "other.py": SEEDS["python"].encode()}
    refused(partial(apply_edits, files, [ReplaceText(path, (Hunk(quoted, changed), Hunk("nowhere at all\n", "")))]))
    refused(partial(apply_edits, files, [WriteFile(path, changed)]))
    for symbol in symbols(path, content)[:2]:
        source = f"{symbol.text(content)}\n"
        refused(partial(apply_edits, files, [ReplaceSymbol(path, symbol.name, source, symbol.start_line)]))
    block = f"{path}\n<<<<<<< SEARCH\n{quoted}=======\n{changed}>>>>>>> REPLACE\n"
    diff = "".join(f"-{line}\n" for line in quoted.split("\n")) + "+x = 1\n"
    for text in (block, f"--- a/{path}\n+++ b/{path}\n@@ -{start} +1 @@\n{diff}", f"```\n{changed}```"):
        refused(partial(apply_answer, text, files, path=path))


def answer(path: str, content: bytes) -> None:
    """The file as the answer of a model, about a sample and about itself."""
    known = format_for(path)
    assert known is not None
    said = content[:_TOO_LONG].decode("utf-8", "replace")
    files = {path: SEEDS[known.name].encode()}
    if len(said) <= MAX_CHARACTERS:
        has_marks(said)
    for told in (said, f"{path}\n```\n{said}\n```\n", f"<<<<<<< SEARCH\n{said}\n=======\n{said}x\n>>>>>>> REPLACE\n"):
        refused(partial(apply_answer, told, files, path=path))
        refused(partial(apply_answer, told, {path: content}, path=path))


def refused(step: Callable[[], object]) -> None:
    """Make an edit that may be refused; it has a time of its own."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        step()
    except (EditError, CannotParse):
        return


if __name__ == "__main__":
    main()
