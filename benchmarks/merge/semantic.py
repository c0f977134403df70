"""Semantic conflicts: how many seeded ones are found, and how often something is told of real merges that fit.

    python benchmarks/merge/semantic.py LIST CLONES [--seeded-only | --clean-only] [--only PROJECT]

LIST names the projects (`semantic.toml`), CLONES is a folder with a clone of each, bare or not, named `OWNER+NAME`.
Forty conflicts of six kinds are seeded in the files of ten projects (`semantic_seeds.py`); 200 real merges are taken
that git merges without a conflict and in which both sides changed files of one folder. Nothing is written to a clone.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from clones import Clone, opened
from figures import Figure, print_table, report
from semantic_clean import Looked, clean_merges, look
from semantic_seeds import DIALECTS, KINDS, Changes, Seed, seeds

from devagent.merge.semantic.finding import Finding
from devagent.merge.semantic.search import Blobs, semantic_conflicts
from devagent.merge.semantic.view import Contents

OF_ONE_PROJECT, IN_ALL = 4, 40
"""Conflicts that are seeded in one project, each of another kind, and in all of them."""
SIDES = ("ours", "theirs")


@dataclass(frozen=True)
class Sown:
    """A seeded conflict and what was told of it."""

    project: str
    language: str
    seed: Seed
    findings: tuple[Finding, ...]

    @property
    def found(self) -> bool:
        """Whether what was seeded is what is told."""
        return any(self._is_it(each) for each in self.findings)

    @property
    def explained(self) -> bool:
        """Whether it is told where it is, who uses what, and who did what to it where."""
        told = next((each for each in self.findings if self._is_it(each)), None)
        return told is not None and bool(told.did and told.advice and (told.was or told.now)) and told.user in SIDES

    def _is_it(self, finding: Finding) -> bool:
        return finding.at.path in {*self.seed.added, *self.seed.changed} and self.seed.name in str(finding)


def sown(project: str, entry: Mapping[str, Any], clone: Clone, first: int) -> Iterator[Sown]:
    """The conflicts that are seeded in a project, with what is found of each."""
    dialect = DIALECTS[entry["language"]]
    listed = clone.files(entry["seeded"])
    inside = tuple(f"{folder}/" for folder in entry["folders"])
    paths = [path for path in listed if path.endswith(dialect.ending) and path.startswith(inside)]
    contents = clone.blobs(listed[path] for path in paths)
    files = {path: contents[listed[path]].decode("utf-8", "replace") for path in paths}
    taken = 0
    for number in range(len(KINDS)):
        kind = KINDS[(first + number) % len(KINDS)]
        order = random.Random(f"{project}:{kind}")
        for seed in seeds(files, dialect, kind, order):
            # Either side may be the one that changes what there was.
            sides = (seed.changed, seed.added) if number % 2 else (seed.added, seed.changed)
            merged = _merged(files, *sides)
            if merged is not None:
                yield Sown(project, entry["language"], seed, _looked_for(clone, listed, sides, merged))
                taken += 1
                break
        if taken == OF_ONE_PROJECT:
            return


def _looked_for(
    clone: Clone, listed: Mapping[str, str], sides: tuple[Changes, Changes], merged: Changes
) -> tuple[Finding, ...]:
    texts: dict[str, bytes] = {}

    def version(changes: Changes) -> dict[str, str]:
        blobs = dict(listed)
        for path, text in changes.items():
            if text is None:
                blobs.pop(path, None)
            else:
                # The same text is the same blob, whoever has it.
                blobs[path] = f"text:{hash(text)}"
                texts[blobs[path]] = text.encode()
        return blobs

    blobs = Blobs(dict(listed), version(sides[0]), version(sides[1]), version(merged))
    return semantic_conflicts(blobs, Contents(clone.blobs, texts), ours=SIDES[0], theirs=SIDES[1]).findings


def _merged(files: Mapping[str, str], ours: Changes, theirs: Changes) -> Changes | None:
    """Both changes together; `None` where their texts conflict."""
    merged = {**ours, **theirs}
    for path in ours.keys() & theirs.keys():
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (("ours", ours[path]), ("base", files.get(path)), ("theirs", theirs[path])):
                Path(folder, name).write_text(text or "", encoding="utf-8")
            command = ["git", "merge-file", "-p", "-q", "ours", "base", "theirs"]
            done = subprocess.run(command, cwd=folder, capture_output=True)
            if done.returncode != 0:
                return None
            merged[path] = done.stdout.decode()
    return merged


def seeded(projects: Mapping[str, Any], clones: Path) -> list[Figure]:
    """Seed conflicts, look for them, and print what became of each."""
    found: list[Sown] = []
    for number, (project, entry) in enumerate((p, e) for p, e in projects.items() if "seeded" in e):
        with opened(clones, project) as clone:
            if clone is None:
                print(f"there is no clone of {project}")
                continue
            for each in islice(sown(project, entry, clone, number * OF_ONE_PROJECT), IN_ALL - len(found)):
                found.append(each)
                told = next(iter(map(str, each.findings)), "nothing was told")
                print(
                    f"{'found ' if each.found else 'MISSED'} {project} {each.seed.kind}: {each.seed.name}: {told}",
                    flush=True,
                )
    kinds = Counter((each.seed.kind, each.found) for each in found)
    print_table(("kind", "found", "of"), [(k, kinds[k, True], kinds[k, True] + kinds[k, False]) for k in KINDS])
    caught = [each for each in found if each.found]
    return [
        Figure("semantic conflicts seeded", len(found), IN_ALL, at_least=True),
        Figure("of them found", len(caught), 30, at_least=True),
        Figure("of the found ones not explained", sum(not each.explained for each in caught), 0),
    ]


def clean(projects: Mapping[str, Any], clones: Path) -> list[Figure]:
    """Look at real merges that git merges without a conflict, and print whatever is told."""
    looked: list[Looked] = []
    for project, entry in projects.items():
        with opened(clones, project) as clone:
            if clone is None:
                print(f"there is no clone of {project}")
                continue
            here = [look(clone, *merge) for merge in clean_merges(clone, entry["clean"])]
        for each in here:
            for finding in each.findings:
                print(f"{project} {each.merge[:12]}: {finding}", flush=True)
        files, seconds = sum(each.files for each in here), sum(each.seconds for each in here)
        print(f"{project}: {len(here)} merges, {files} files, {seconds:.1f} s", flush=True)
        looked += here
    seconds = sorted(each.seconds for each in looked) or [0.0]
    return [
        Figure("real clean merges in which both sides touch a package", len(looked), 200, at_least=True),
        Figure("of them told as semantic conflicts", sum(bool(each.findings) for each in looked), 1),
        Figure("files that the sides changed, median", statistics.median([e.files for e in looked] or [0])),
        Figure("processor time of a merge, median", statistics.median(seconds), unit="s"),
        Figure("95th percentile", seconds[int(0.95 * (len(seconds) - 1))], unit="s"),
        Figure("slowest", seconds[-1], unit="s"),
    ]


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("list", type=Path, help="the projects, a TOML file")
    parser.add_argument("clones", type=Path, help="folder with the clones")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--seeded-only", action="store_true", help="no real merges")
    only.add_argument("--clean-only", action="store_true", help="no seeded conflicts")
    parser.add_argument("--only", metavar="PROJECT", help="one project only: what is required is not reached then")
    options = parser.parse_args()
    listed = tomllib.loads(options.list.read_text(encoding="utf-8"))
    projects = {name: entry for name, entry in listed.items() if options.only in (None, name)}
    started, figures = time.monotonic(), []
    if not options.clean_only:
        figures += seeded(projects, options.clones)
    if not options.seeded_only:
        figures += clean(projects, options.clones)
    print(f"\n{time.monotonic() - started:.0f} s")
    return report(figures)


if __name__ == "__main__":
    sys.exit(main())
