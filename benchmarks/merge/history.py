"""The merges of a repository, read by long-lived git processes from its git directory. Nothing is written to it."""

import heapq
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_BOTH, _STALE = 3, 4
_END = b"end\n"


@dataclass(frozen=True)
class Commit:
    """One commit: its place in an order in which children stand before their parents, its tree and its parents."""

    place: int
    tree: str
    parents: tuple[str, ...]


@dataclass(frozen=True)
class Touched:
    """A file that both sides of a merge changed: the blobs of the three versions and of what the merge made of it."""

    path: str
    base: str
    ours: str
    theirs: str
    result: str


class History:
    """The commits of a repository, and the files that both sides of its merges touched."""

    def __init__(self, git_directory: Path, patterns: Sequence[str]) -> None:
        """`patterns` are the files of interest as git pathspecs, like `*.py`."""
        self._git = ["git", f"--git-dir={git_directory}"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self._environment = {**environment, "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_REPLACE_OBJECTS": "1"}
        listed = subprocess.run(
            [*self._git, "log", "--all", "--date-order", "--format=%H %T %P"],
            capture_output=True,
            check=True,
            text=True,
            env=self._environment,
        ).stdout
        rows = (line.split() for line in listed.splitlines())
        self.commits = {row[0]: Commit(n, row[1], tuple(row[2:])) for n, row in enumerate(rows)}
        self._differ = self._start(
            "diff-tree", "-r", "--raw", "--no-renames", "--no-abbrev", "-z", "--stdin", "--", *patterns
        )
        self._blobs = self._start("cat-file", "--batch")

    def __enter__(self) -> "History":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (self._differ, self._blobs):
            process.kill()
            process.communicate()

    def merges(self) -> list[str]:
        """The commits with exactly two parents, in the order of their ids: an order that favours nothing."""
        return sorted(name for name, commit in self.commits.items() if len(commit.parents) == 2)

    def bases(self, ours: str, theirs: str) -> list[str]:
        """The best common ancestors of two commits; several where branches were merged crosswise."""
        flags = {ours: 1, theirs: 2} if ours != theirs else {ours: _BOTH}
        heap = [(self.commits[name].place, name) for name in flags]
        heapq.heapify(heap)
        open_ones, found = len(heap), []
        while heap and open_ones:
            _, name = heapq.heappop(heap)
            mine = flags[name]
            open_ones -= not mine & _STALE
            if mine == _BOTH:
                found.append(name)
                mine |= _STALE
            for parent in self.commits[name].parents:
                if parent not in self.commits:
                    continue
                had = flags.get(parent)
                flags[parent] = (had or 0) | mine
                if had is None:
                    heapq.heappush(heap, (self.commits[parent].place, parent))
                    open_ones += not mine & _STALE
                elif mine & _STALE and not had & _STALE:
                    open_ones -= 1
        return found

    def touched(self, merge: str) -> Iterator[Touched]:
        """The files that both sides of a merge changed, each in its own way, and that it kept.

        None where the sides have no common ancestor, or several.
        """
        commit = self.commits[merge]
        ours, theirs = commit.parents
        if ours not in self.commits or theirs not in self.commits:
            return
        bases = self.bases(ours, theirs)
        if len(bases) != 1 or bases[0] in (ours, theirs):
            return
        trees = [self.commits[name].tree for name in (bases[0], ours, theirs)]
        of_ours, of_theirs = self._changes(trees[0], trees[1]), self._changes(trees[0], trees[2])
        both = sorted(path for path in of_ours.keys() & of_theirs.keys() if of_ours[path][1] != of_theirs[path][1])
        made = self._changes(trees[1], commit.tree) if both else {}
        for path in both:
            base, mine = of_ours[path]
            yield Touched(path, base, mine, of_theirs[path][1], made[path][1] if path in made else mine)

    def blob(self, name: str) -> bytes:
        """The content of a blob."""
        assert self._blobs.stdin and self._blobs.stdout
        self._blobs.stdin.write(name.encode() + b"\n")
        self._blobs.stdin.flush()
        header = self._blobs.stdout.readline().split()
        if len(header) != 3:
            raise LookupError(f"no blob {name}")
        content = self._blobs.stdout.read(int(header[2]))
        self._blobs.stdout.read(1)
        return content

    def _changes(self, before: str, after: str) -> dict[str, tuple[str, str]]:
        """The blobs of each regular file before and after, where both are there and differ."""
        if before == after:
            return {}
        assert self._differ.stdin and self._differ.stdout
        self._differ.stdin.write(f"{before} {after}\n".encode() + _END)
        self._differ.stdin.flush()
        answer = bytearray()
        while not answer.endswith(_END):
            answer += self._differ.stdout.readline()
        fields = bytes(answer[: -len(_END)]).partition(b"\n")[2].split(b"\0")
        changed = {}
        for about, path in zip(fields[::2], fields[1::2], strict=False):
            modes = about[1:].split(b" ")
            if modes[-1] == b"M" and modes[0].startswith(b"100") and modes[1].startswith(b"100"):
                changed[path.decode(errors="surrogateescape")] = (modes[2].decode(), modes[3].decode())
        return changed

    def _start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*self._git, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environment
        )
