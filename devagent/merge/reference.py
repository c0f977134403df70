"""The conflicts that git itself sees in a file: regions of `git merge-file --diff3`, the unit that figures count in."""

import subprocess
import tempfile
from pathlib import Path

from devagent.errors import CannotRun
from devagent.merge.markers import parse
from devagent.merge.regions import Clean, Regions, Source, Spans
from devagent.merge.versions import Versions, split_lines

_SIZE = 47
"""Characters of a marker: more than any line of a real file begins with."""


def reference_regions(versions: Versions, git: str = "git") -> Regions:
    """What git makes of the versions, byte for byte, with the whole sides and the base in each conflict.

    Spans count the lines of this text, each side with its own part of the conflicts: what git merged cleanly is in all
    three. A last line without a newline gets one inside a conflict, as in git's own output. Raises `CannotRun` if git
    is missing or calls a version binary.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in ("ours", "base", "theirs"):
            Path(folder, name).write_bytes(getattr(versions, name))
        size = f"--marker-size={_SIZE}"
        command = [git, "merge-file", "-p", "-q", "--diff3", size, "ours", "base", "theirs"]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        except FileNotFoundError:
            raise CannotRun("git was not found", hint="Install git and put it on the PATH") from None
    if done.returncode < 0 or done.returncode > 127:
        raise CannotRun("git merge-file failed", why=done.stderr.decode(errors="replace").strip())
    marked = parse(done.stdout, _SIZE)
    if marked is not None:
        return marked.regions
    lines = split_lines(done.stdout)
    span = range(len(lines))
    return (Clean(lines, Source.MERGED, Spans(span, span, span)),) if lines else ()
