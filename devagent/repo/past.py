"""The merges that a repository has seen: what both sides of each changed, and what was made of it.

All of it is read from the object store by few processes; a work tree is not needed, and nothing is written.
"""

import heapq
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devagent.errors import CannotRun, UsageError
from devagent.repo.git import Git

ALL = ("--all",)
"""Every commit that a ref names, as the tips of a history."""
_BOTH, _STALE = 3, 4
_PAIR = re.compile(rb"(?:[0-9a-f]{40,64} [0-9a-f]{40,64}\n)+")
_AT_ONCE = 50
Changes = dict[str, tuple[str, str]]
_ADDED = re.compile(r"^0+$")


@dataclass(frozen=True)
class PastCommit:
    """One commit.

    Arguments:
        place: where it stands in an order with children before their parents.
        when: when it was committed, in seconds since the epoch.
    """

    place: int
    tree: str
    when: int
    parents: tuple[str, ...]


@dataclass(frozen=True)
class Touched:
    """A file that both sides of a merge changed, each in its own way: the blobs of its versions.

    Arguments:
        base: empty where both sides added the file.
        result: what the merge made of it.
    """

    path: str
    base: str
    ours: str
    theirs: str
    result: str

    @property
    def blobs(self) -> tuple[str, ...]:
        """The blobs that there are."""
        return tuple(blob for blob in (self.base, self.ours, self.theirs, self.result) if blob)


def objects_of(place: Path) -> Git:
    """git at a repository, which may be bare. Raises `UsageError` where there is none."""
    if not place.is_dir():
        raise UsageError(f"{place} is no folder")
    git = Git(place)
    found = git.run("rev-parse", "--git-dir", check=False)
    if "not a git repository" in found.stderr:
        raise UsageError(f"{place} is not in a git repository")
    if found.returncode != 0:
        raise CannotRun(f"git cannot open {place}", why=found.stderr.partition("\n")[0], details=found.stderr)
    return git


def epoch(git: Git, date: str) -> float:
    """A date as git takes it, in seconds since the epoch. Raises `UsageError` for what git takes for now."""
    told = git.run("rev-parse", f"--since={date}").line.removeprefix("--max-age=")
    if not told.isdecimal() or float(told) > time.time() - 1:
        raise UsageError(f"--since {date} is no date in the past", hint="For example 2025-01-31, or 2.years")
    return float(told)


class Past:
    """The commits of a repository, or the latest of them, and the files that both sides of its merges touched."""

    def __init__(self, git: Git, tips: Sequence[str] = ALL, most: int | None = None) -> None:
        """`tips` are commit ids; `most` is how many commits are looked at, the latest, by default all."""
        self._git = git
        limit = [] if most is None else [f"--max-count={most}"]
        listed = git.run("log", "--no-show-signature", *limit, "--format=%H %T %ct %P", *tips, "--", check=False).line
        rows = {row[0]: row[1:] for row in map(str.split, listed.splitlines())}
        places = _placed({name: row[2:] for name, row in rows.items()})
        self.commits = {
            name: PastCommit(places[name], row[0], int(row[1]), tuple(row[2:])) for name, row in rows.items()
        }
        self._names = sorted(places, key=places.__getitem__)
        parents = (self.commits[name].parents for name in self._names)
        self._parents = [[places[parent] for parent in found if parent in places] for found in parents]
        self._known_trees: dict[str, tuple[str, str, str, str] | None] = {}

    def merges(self) -> list[str]:
        """The commits with exactly two parents, the latest first."""
        return [name for name, commit in self.commits.items() if len(commit.parents) == 2]

    def before(self, *commits: str) -> frozenset[str]:
        """These commits and all their ancestors, as far as they are known."""
        found: set[str] = set()
        waiting = [name for name in commits if name in self.commits]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(parent for parent in self.commits[name].parents if parent in self.commits)
        return frozenset(found)

    def bases(self, ours: str, theirs: str) -> list[str]:
        """The best common ancestors of two commits; several where branches were merged crosswise."""
        sides = self.commits[ours].place, self.commits[theirs].place
        flags = {sides[0]: 1, sides[1]: 2} if ours != theirs else {sides[0]: _BOTH}
        heap = sorted(flags)
        open_ones, found = len(heap), []
        while heap and open_ones:
            place = heapq.heappop(heap)
            mine = flags[place]
            open_ones -= not mine & _STALE
            if mine == _BOTH:
                found.append(self._names[place])
                mine |= _STALE
            for parent in self._parents[place]:
                had = flags.get(parent)
                flags[parent] = (had or 0) | mine
                if had is None:
                    heapq.heappush(heap, parent)
                    open_ones += not mine & _STALE
                elif mine & _STALE and not had & _STALE:
                    open_ones -= 1
        return found

    def touched(self, merges: Sequence[str], paths: Sequence[str] = ()) -> Iterator[tuple[str, list[Touched]]]:
        """Each merge with the files that both sides changed and that it kept, in the order of their paths.

        None for a merge whose sides have no common ancestor, or several. `paths` are the files of interest; all by
        default.
        """
        for start in range(0, len(merges), _AT_ONCE):
            some = merges[start : start + _AT_ONCE]
            yield from zip(some, self._touched(some, paths), strict=True)

    def _touched(self, merges: Sequence[str], paths: Sequence[str]) -> list[list[Touched]]:
        """The files of each of some merges."""
        looked_at = self._differing(merges, paths) if paths else set(merges)
        trees = [self._trees(merge) if merge in looked_at else None for merge in merges]
        pairs = [pair for found in trees if found for pair in ((found[0], found[1]), (found[0], found[2]))]
        changes = iter(self._changes(pairs, paths))
        sides = [(next(changes), next(changes)) if found else ({}, {}) for found in trees]
        both = [_in_conflict(ours, theirs) for ours, theirs in sides]
        asked = [(found[1], found[3]) for found, names in zip(trees, both, strict=True) if found and names]
        made = iter(self._changes(asked, paths))
        results = [next(made) if names else {} for names in both]
        return [
            [
                Touched(path, *ours[path], theirs[path][1], result[path][1] if path in result else ours[path][1])
                for path in names
                if not (path in result and not result[path][1])
            ]
            for (ours, theirs), names, result in zip(sides, both, results, strict=True)
        ]

    def _differing(self, merges: Sequence[str], paths: Sequence[str]) -> set[str]:
        """The merges whose sides differ at one of these paths: a cheaper question than what they started from."""
        sides = [[self.commits[name].tree for name in self.commits[m].parents if name in self.commits] for m in merges]
        asked = [(merge, trees[0], trees[1]) for merge, trees in zip(merges, sides, strict=True) if len(trees) == 2]
        changes = self._changes([(ours, theirs) for _, ours, theirs in asked], paths)
        return {merge for (merge, _, _), changed in zip(asked, changes, strict=True) if changed}

    def _trees(self, merge: str) -> tuple[str, str, str, str] | None:
        """The trees of the base, of both sides and of a merge."""
        if merge not in self._known_trees:
            self._known_trees[merge] = self._looked_up(merge)
        return self._known_trees[merge]

    def _looked_up(self, merge: str) -> tuple[str, str, str, str] | None:
        commit = self.commits[merge]
        if any(parent not in self.commits for parent in commit.parents):
            return None
        ours, theirs = commit.parents
        bases = self.bases(ours, theirs)
        if len(bases) != 1 or bases[0] in (ours, theirs):
            return None
        base, first, second = (self.commits[name].tree for name in (bases[0], ours, theirs))
        return base, first, second, commit.tree

    def _changes(self, pairs: Sequence[tuple[str, str]], paths: Sequence[str]) -> list[Changes]:
        """For each pair of trees, the blobs of each regular file that differs: before and after, empty where it is not.

        A file that the first tree alone has is there with an empty second blob.
        """
        if not pairs:
            return []
        asked = "".join(f"{before} {after}\n" for before, after in pairs).encode()
        flags = ("-r", "--raw", "--no-renames", "--no-abbrev", "-z", "--stdin")
        fields = self._git.run("diff-tree", *flags, "--", *paths, stdin=asked, check=False).stdout.split(b"\0")
        found: list[Changes] = []
        for about, path in zip(fields[::2], [*fields[1::2], b""], strict=False):
            if pair := _PAIR.match(about):
                found += [{} for _ in range(pair[0].count(b"\n"))]
                about = about[pair.end() :]
            if about and found:
                _add(found[-1], about.decode(), os.fsdecode(path))
        return found + [{} for _ in range(len(pairs) - len(found))]


def _placed(parents: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """A place for each commit, children before their parents; else as they come, because clocks may be wrong."""
    order = {name: number for number, name in enumerate(parents)}
    waiting_for = Counter(parent for found in parents.values() for parent in found)
    ready = [(number, name) for name, number in order.items() if not waiting_for[name]]
    places: dict[str, int] = {}
    while ready:
        _, name = heapq.heappop(ready)
        places[name] = len(places)
        for parent in parents[name]:
            waiting_for[parent] -= 1
            if not waiting_for[parent] and parent in order:
                heapq.heappush(ready, (order[parent], parent))
    return places


def _in_conflict(ours: Changes, theirs: Changes) -> list[str]:
    """The paths that both sides have, and changed, each in its own way."""
    return sorted(p for p in ours.keys() & theirs if "" != ours[p][1] != theirs[p][1] != "")


def _add(changes: Changes, about: str, path: str) -> None:
    before_mode, after_mode, before, after, kind = about[1:].split()
    regular = all(mode.startswith("100") or not int(mode, 8) for mode in (before_mode, after_mode))
    if regular and kind in "AMD":
        changes[path] = ("" if _ADDED.match(before) else before, "" if _ADDED.match(after) else after)
