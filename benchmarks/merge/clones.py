"""Clones of public projects, read and merged without a byte being written to them."""

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_CONFLICTS, _CANNOT = 1, 128


class Clone:
    """One clone. What git writes while it merges goes to a folder of its own."""

    def __init__(self, git_directory: Path, scratch: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self._environment = {
            **kept,
            "GIT_DIR": str(git_directory),
            "GIT_OBJECT_DIRECTORY": str(scratch),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(git_directory / "objects"),
            "GIT_OPTIONAL_LOCKS": "0",
        }

    def git(
        self, *command: str, stdin: bytes = b"", codes: tuple[int, ...] = (0,)
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git. Raises `subprocess.CalledProcessError` where it ends with none of the codes."""
        done = subprocess.run(["git", *command], input=stdin, capture_output=True, env=self._environment)
        if done.returncode not in codes:
            raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
        return done

    def merges(self) -> list[tuple[str, str, str]]:
        """The commits with two parents, in the order of their ids, each with its parents."""
        listed = self.git("rev-list", "--all", "--min-parents=2", "--max-parents=2", "--parents").stdout.decode()
        return sorted(
            (row[0], row[1], row[2]) for row in (line.split() for line in listed.splitlines()) if len(row) == 3
        )

    def base(self, ours: str, theirs: str) -> str:
        """The one common ancestor of two commits; empty where there are several, or none, or it is one of them."""
        done = self.git("merge-base", "--all", ours, theirs, codes=(0, 1))
        found = done.stdout.decode().split()
        return found[0] if len(found) == 1 and found[0] not in (ours, theirs) else ""

    def changed(self, old: str, new: str) -> list[str]:
        """The paths that differ between two commits."""
        return (
            self.git("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new)
            .stdout.decode("utf-8", "replace")
            .split("\0")[:-1]
        )

    def merged(self, ours: str, theirs: str) -> str:
        """The tree that git merges two commits to; empty where there are conflicts, or the clone lacks a file."""
        done = self.git("merge-tree", "--write-tree", "--no-messages", ours, theirs, codes=(0, _CONFLICTS, _CANNOT))
        return done.stdout.decode().split()[0] if done.returncode == 0 else ""

    def files(self, tree: str) -> dict[str, str]:
        """The files of a tree: the id of the content of each, by path."""
        rows = (
            self.git("ls-tree", "-r", "-z", "--full-tree", tree).stdout.decode("utf-8", "surrogateescape").split("\0")
        )
        parts = (row.split("\t", 1) for row in rows[:-1])
        return {path: head.split()[2] for head, path in parts if head.startswith("100")}

    def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The contents of blobs."""
        wanted = list(dict.fromkeys(ids))
        stream = self.git("cat-file", "--batch", stdin="".join(f"{each}\n" for each in wanted).encode()).stdout
        found, at = {}, 0
        for each in wanted:
            end = stream.index(b"\n", at)
            size = int(stream[at:end].split()[2])
            found[each] = stream[end + 1 : end + 1 + size]
            at = end + size + 2
        return found


@contextmanager
def opened(clones: Path, source: str) -> Iterator[Clone | None]:
    """A clone of a project in a folder of clones; `None` where there is none."""
    folder = clones / source.replace("/", "+")
    places = (folder / "repo" / ".git", folder / "repo", folder / ".git", folder)
    place = next((each for each in places if (each / "HEAD").is_file() and (each / "objects").is_dir()), None)
    with ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="semantic-"))
        yield Clone(place.resolve(), Path(scratch)) if place else None
