"""What changed lately in a repository: by commits, and since the last of them. git is asked once for every HEAD."""

import json
import zlib
from array import array
from collections.abc import Iterable

from devagent.code.index.index import Index, Place
from devagent.repo.git import Repository

RECENT_COMMITS = 100
"""The files that so many commits before HEAD changed count as changed lately."""
NOT_COMMITTED = -1
"""How many commits ago a file changed that is not as HEAD has it."""

_MOST = 500
"""When more files than these differ from HEAD, their line endings do, or everything does: that tells nothing."""
_COMMITS, _COMMITTED, _DIFFERING = "recent", "committed", "differing"


def changed_lately(index: Index) -> list[tuple[str, int]]:
    """The files that changed lately, each with how many commits ago, as of the index's last refresh."""
    stamp = _head(index.place)
    kept = index.kept(_COMMITS)
    if kept is None or not stamp or kept.partition(b"\n")[0] != stamp:
        _ask_git(index, stamp)
        kept = index.kept(_COMMITS) or b"\n[]"
    commits = [(path, age) for path, age in json.loads(kept.partition(b"\n")[2])]
    return [*((path, NOT_COMMITTED) for path in _differing(index, stamp.decode())), *commits]


def _ask_git(index: Index, stamp: bytes) -> None:
    place = index.place
    repo = Repository(place.root, place.git_dir, place.common_dir)
    index.keep(_COMMITTED, _committed(repo, frozenset(index.languages.by_extension)).tobytes())
    index.keep(_COMMITS, stamp + b"\n" + json.dumps(_changed_by_commits(repo)).encode())


def _differing(index: Index, stamp: str) -> list[str]:
    """The files that HEAD has not, or has with another content."""
    generation = index.graph().generation
    known = json.loads(index.kept(_DIFFERING) or b"[]")
    if stamp and known[:2] == [stamp, generation]:
        return list(known[2])
    committed = frozenset(array("Q", index.kept(_COMMITTED) or b""))
    found = [path for path, blob in index.blobs() if _entry(path, blob) not in committed]
    found = sorted(found) if len(found) <= _MOST else []
    index.keep(_DIFFERING, json.dumps([stamp, generation, found]).encode())
    return found


def _entry(path: str, blob: bytes) -> int:
    """A number for this content at this path."""
    return zlib.crc32(path.encode("utf-8", "surrogateescape")) << 32 | int.from_bytes(blob[:4], "big")


def _committed(repo: Repository, suffixes: Iterable[str]) -> "array[int]":
    """What HEAD has at each path that ends so."""
    listed = repo.git.run("ls-tree", "-r", "-z", "HEAD", check=False)
    endings, found = tuple(suffixes), array("Q")
    for line in listed.fields if listed.returncode == 0 else ():
        about, _, path = line.partition("\t")
        if path.lower().endswith(endings):
            found.append(_entry(path, bytes.fromhex(about.split(" ")[2])))
    return found


def _changed_by_commits(repo: Repository) -> list[tuple[str, int]]:
    listed = repo.git.run("rev-list", "--no-merges", f"--max-count={RECENT_COMMITS}", "HEAD", "--", check=False)
    commits = listed.stdout.split()
    if listed.returncode != 0 or not commits:
        return []
    changes = repo.git.run("diff-tree", "--stdin", "-r", "-z", "--name-only", stdin=listed.stdout, check=False)
    ids, age, found = {commit.decode() for commit in commits}, -1, []
    for entry in changes.fields:
        if entry in ids:
            age += 1
        else:
            found.append((entry, age))
    return found


def _head(place: Place) -> bytes:
    """What changes whenever HEAD does, read without git; nothing where that cannot be told."""
    try:
        text = (place.git_dir / "HEAD").read_bytes().strip()
        if not text.startswith(b"ref: "):
            return text
        reference = place.common_dir / text.removeprefix(b"ref: ").decode()
        if reference.is_file():
            return text + b" " + reference.read_bytes().strip()
        packed = (place.common_dir / "packed-refs").stat()
        return b"%s %d %d" % (text, packed.st_mtime_ns, packed.st_size)
    except OSError:
        return b""
