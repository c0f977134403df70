"""Real conflicts: the merges of public repositories replayed, and what people made of each file that conflicts.

    python benchmarks/merge/harvest.py LIST CLONES STORE [--only NAME] [--freeze]

LIST names the projects (`tuning.toml`, `held_out.toml`), CLONES is a folder with a clone of each, bare or not, named
`OWNER+NAME`. A project with a list of commits is replayed at those alone; without one, at all its merges in the order
of their ids until enough files were found, and `--freeze` writes the commits that were taken into LIST. STORE is the
file to write, outside of this repository.

Taken are files that both sides changed, that `git merge-file` finds conflicts in, and whose path is the same in all
versions; not taken are files that are generated, vendored, minified, hold markers, or repeat what was taken before.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from history import History, Touched
from store import Conflicted, Store

from devagent.merge.judging import LANGUAGES, essence
from devagent.merge.markers import has_markers
from devagent.merge.reference import reference_regions
from devagent.merge.regions import conflicts
from devagent.merge.versions import Versions

LARGEST = 1_000_000
"""Bytes of a version."""
OF_ONE_MERGE = 20
"""Files taken of one merge at most: the first by the hash of their path."""
SHARE = 0.15
"""The part of all files that one project may have."""
_FOREIGN = re.compile(
    r"(^|/)(vendor|vendored|_vendor|third[-_]?party|node_modules|bower_components|external|extern|dist|build|generated"
    r"|__generated__|gen|locale|locales|fixtures|snapshots|__snapshots__)/"
    r"|(\.min\.js|[-._]bundle\.js|\.pb\.go|_pb2(_grpc)?\.py|[._]generated\.\w+|_gen\.go|\.d\.ts|^zz_.*\.go|_string\.go)$",
    re.IGNORECASE,
)
_GENERATED = re.compile(rb"code generated|do not edit|@generated|auto-?generated", re.IGNORECASE)


def replayed(
    history: History, project: str, only: list[str] | None, enough: int
) -> Iterator[tuple[Conflicted, set[bytes]]]:
    """The conflicts of a project with the ids of their hunks, until there are enough."""
    seen: set[bytes] = set()
    taken = 0
    for merge in history.merges():
        if only is not None and not any(merge.startswith(commit) for commit in only):
            continue
        here = 0
        for touched in sorted(history.touched(merge), key=lambda t: hashlib.sha256(t.path.encode()).digest()):
            conflict = _conflicted(history, project, merge, touched)
            if conflict is None:
                continue
            hunks = hunk_ids(conflict)
            if not hunks or hunks <= seen:
                continue
            seen |= hunks
            yield conflict, hunks
            taken, here = taken + 1, here + 1
            if taken >= enough:
                return
            if here >= OF_ONE_MERGE:
                break


def _conflicted(history: History, project: str, merge: str, touched: Touched) -> Conflicted | None:
    """The file with its versions, if it is one that people wrote."""
    if _FOREIGN.search(touched.path) or not touched.path.isprintable():
        return None
    texts = [history.blob(name) for name in (touched.base, touched.ours, touched.theirs, touched.result)]
    if any(len(text) > LARGEST or b"\0" in text or has_markers(text) for text in texts):
        return None
    if any(_GENERATED.search(text[:1000]) or max(map(len, text.split(b"\n"))) > 2000 for text in texts):
        return None
    return Conflicted(project, LANGUAGES[Path(touched.path).suffix], touched.path, merge, *texts)


def hunk_ids(conflict: Conflicted) -> set[bytes]:
    """A hash of each region of `git merge-file --diff3`, white space left out; none if the file does not conflict."""
    versions = Versions(conflict.path, conflict.base, conflict.ours, conflict.theirs)
    if not _conflicts(versions):
        return set()
    ids = set()
    for hunk in conflicts(reference_regions(versions)):
        parts = (essence(conflict.language, b"".join(lines)) for lines in (hunk.base, hunk.ours, hunk.theirs))
        ids.add(hashlib.sha256(repr((next(parts), sorted(parts))).encode()).digest())
    return ids


def _conflicts(versions: Versions) -> bool:
    """Whether git finds conflicts: its exit code alone, because most files have none."""
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        for name in ("ours", "base", "theirs"):
            Path(folder, name).write_bytes(getattr(versions, name))
        command = ["git", "merge-file", "-p", "-q", "ours", "base", "theirs"]
        return 0 < subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL).returncode <= 127


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def git_directory(clone: Path) -> Path | None:
    """The git directory of a clone: bare, or with files, or with one of the two inside a folder `repo`."""
    for place in (clone / "repo" / ".git", clone / "repo", clone / ".git", clone):
        if (place / "HEAD").is_file() and (place / "objects").is_dir():
            return place
    return None


def frozen(listed: Path, store: Store) -> str:
    """The text of the list with the commits that were taken."""
    head = listed.read_text(encoding="utf-8").partition("\n[")[0]
    parts = [head]
    projects = tomllib.loads(listed.read_text(encoding="utf-8"))
    for name, entry in projects.items():
        commits = sorted({merge[:12] for merge in store.merges(name)})
        taken = ["commits = [", *(f'  "{commit}",' for commit in commits), "]"] if commits else []
        parts.append("\n".join(["", f'["{name}"]', f'source = "{entry["source"]}"', *taken]))
    return "\n".join(parts) + "\n"


def main() -> int:
    """Harvest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("list", type=Path, help="the projects, a TOML file")
    parser.add_argument("clones", type=Path, help="folder with the clones")
    parser.add_argument("store", type=Path, help="the file to write")
    parser.add_argument("--only", metavar="NAME", help="one project only")
    parser.add_argument("--enough", type=int, default=250, metavar="N", help="files of one project at most")
    parser.add_argument("--freeze", action="store_true", help="write the commits into the list")
    options = parser.parse_args()
    store = Store(options.store, writable=True)
    done = store.counts()
    for name, entry in tomllib.loads(options.list.read_text(encoding="utf-8")).items():
        clone = git_directory(options.clones / entry["source"].replace("/", "+"))
        if options.only not in (None, name) or (name in done and options.only is None):
            continue
        if clone is None:
            print(f"{name}: there is no clone of {entry['source']}", flush=True)
            continue
        with History(clone, [f"*{suffix}" for suffix in LANGUAGES]) as history:
            found = dict(replayed(history, name, entry.get("commits"), options.enough))
        store.replace(name, found)
        print(f"{name}: {dict(Counter(conflict.language for conflict in found))}", flush=True)
    if options.only:
        return 0
    for conflict in store.without_ids():
        store.tell(conflict, hunk_ids(conflict))
    print(f"{store.forget_copies()} files forgotten: another project has a hunk of theirs")
    counts = store.counts()
    most = int(SHARE * sum(counts.values()))
    for name, count in counts.items():
        if count > most:
            print(f"{name} has {count} files, more than {most}: harvest it again with --only and a lower --enough")
    if options.freeze:
        options.list.write_text(frozen(options.list, store), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
