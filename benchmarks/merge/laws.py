"""Laws of the merge, tried on random three-way edits of made-up and of real files.

    python benchmarks/merge/laws.py [--edits 2000] [--seed 1] [--store STORE] [--kept FILE]

A file merged with itself is itself; merging with an unchanged side gives the other side; swapping the sides changes
only the order of what both put at one place; what settles conflicts has every word as often as one side, or both
changes together, have it (nothing is made up, no insertion is lost, no deletion comes back); the same input gives the
same output. All of that for the steps that prove what they do, lines and structure, whatever their confidence. For all
steps: the line merge has every byte of both sides, a whole merge has no word that no version has, and nothing raises or
takes longer than 10 seconds of the processor.

Half of the edits are made in files of STORE, which harvest.py wrote, if it is given. Edits come in shards of 1,000,
each with a seed of its own from `--seed` on. With `--kept`, what a shard gave is added to FILE, and the shards that it
has are not run again: many edits can be tried bit by bit, and by several processes that each have seeds of their own.
"""

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from store import Store

from devagent.merge.decision import Confidence
from devagent.merge.engine import PROVEN, merge_text
from devagent.merge.markers import untrimmed
from devagent.merge.merged import Merged
from devagent.merge.regions import Clean, Conflict, Region, Source, conflicts
from devagent.merge.versions import Lines, Versions, split_lines

sys.path.append(str(Path(__file__).resolve().parents[1]))
from figures import Figure, report

Shard = dict[str, Any]

_SHARD = 1000
_SHOWN = 3
_MOST_SECONDS = 10
_RAISES = "nothing raises"
_WORD = re.compile(rb"[\w\x80-\xff]+")
_LINES = {
    "a.py": "import os/import sys/from a import b, c/x = 1/def f(a):/    return a/    if a:/class C:/    y = 2//# note",
    "a.go": 'package a/import (/\t"fmt"/\t"os"/)/func f(a int) int {/\treturn a/}//var x = 1',
    "a.ts": "import { a, b } from 'x';/const x = 1;/function f(a: number) {/  return a;/}//enum E {/  A,/  B,",
    "a.java": "package a;/import java.util.List;/class C {/  int x = 1;/  void f() {/  }/}/",
    "a.rs": "use std::fmt;/use std::io::{Read, Write};/struct S {/    a: u8,/    b: u8,/}/fn f() {/",
    "a.json": '{/  "a": 1,/  "b": [1, 2],/  "c": {/  }/}',
    "notes": "one/two//three",
}
"""Lines of made-up files, with `/` between them."""


def main() -> int:
    """Try, print the first cases that break a law, and say by the exit code whether there were any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--edits", type=int, default=2000, help="three-way edits to try")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first shard of 1,000 edits")
    parser.add_argument("--store", type=Path, help="what harvest.py wrote: real files to edit")
    parser.add_argument("--kept", type=Path, help="where results of shards are kept, to go on later")
    options = parser.parse_args()
    real = _real(options.store) if options.store else []
    kept = _kept(options.kept)
    for seed, edits in _shards(options.seed, options.edits):
        if kept.get(seed, {}).get("edits") == edits:
            continue
        kept[seed] = shard(seed, edits, real)
        if options.kept:
            with options.kept.open("a") as file:
                file.write(json.dumps({"seed": seed, **kept[seed]}) + "\n")
    return report(_figures([kept[seed] for seed, _ in _shards(options.seed, options.edits)]))


def shard(seed: int, edits: int, real: Sequence[tuple[str, bytes]]) -> Shard:
    """What so many edits gave: conflicts, the slowest in seconds of the processor, and how many broke each law."""
    generator = random.Random(seed)
    broken: Counter[str] = Counter()
    conflicted, slowest = 0, 0.0
    for number in range(edits):
        versions = edited(generator, real if number % 2 else [])
        start = time.process_time()
        for law in broken_laws(versions):
            broken[law] += 1
            if broken[law] <= _SHOWN:
                print(f"{law}, seed {seed}, edit {number}: {versions}", flush=True)
        slowest = max(slowest, time.process_time() - start)
        conflicted += bool(merge_text(versions, steps=()).unresolved)
    return {"edits": edits, "conflicted": conflicted, "slowest": slowest, "broken": dict(broken)}


def _figures(shards: Sequence[Shard]) -> list[Figure]:
    figures = [
        Figure("three-way edits", sum(found["edits"] for found in shards)),
        Figure("with a conflict of lines", sum(found["conflicted"] for found in shards)),
    ]
    figures += [Figure(name, sum(found["broken"].get(name, 0) for found in shards), 0) for name in [*_LAWS, _RAISES]]
    slowest = max(found["slowest"] for found in shards)
    return [*figures, Figure("slowest edit, all laws, processor", slowest, _MOST_SECONDS, "s")]


def _shards(seed: int, edits: int) -> Iterator[tuple[int, int]]:
    """The shards, each with its seed and how many edits it has."""
    for number, start in enumerate(range(0, edits, _SHARD)):
        yield seed + number, min(_SHARD, edits - start)


def _kept(file: Path | None) -> dict[int, Shard]:
    """What shards gave before, by their seeds."""
    if file is None or not file.exists():
        return {}
    return {(found := json.loads(line)).pop("seed"): found for line in file.read_text().splitlines()}


def broken_laws(versions: Versions) -> Iterator[str]:
    """The names of the laws that do not hold for these versions."""
    for name, holds in _LAWS.items():
        try:
            if not holds(versions):
                yield name
        except Exception as error:  # noqa: BLE001  that nothing raises, whatever it is, is one of the laws
            print(f"{type(error).__name__}: {error}: {versions}")
            yield _RAISES


@lru_cache(maxsize=1)
def merged(versions: Versions) -> Merged:
    """The merge by lines and structure; every decision counts."""
    return merged_anew(versions)


def merged_anew(versions: Versions) -> Merged:
    """The same, not remembered."""
    return merge_text(versions, accept=Confidence.UNSURE, steps=PROVEN)


def with_itself(versions: Versions) -> bool:
    """A file merged with itself."""
    side = versions.ours
    bases = (side, versions.base)
    return all(merged_anew(Versions(versions.path, base, side, side)).content() == side for base in bases)


def with_unchanged(versions: Versions) -> bool:
    """A side merged with the base."""
    path, base, side = versions.path, versions.base, versions.theirs
    pairs = ((base, side), (side, base))
    return all(merged_anew(Versions(path, base, *pair)).content() == side for pair in pairs)


def swapped(versions: Versions) -> bool:
    """The same conflicts are left and the same words stand there if the sides are swapped."""
    there, back = merged(versions), merged_anew(versions.swapped)
    if len(there.unresolved) != len(back.unresolved):
        return False
    return not there.is_clean or sorted(words(there.content())) == sorted(words(back.content()))


def accounted(versions: Versions) -> bool:
    """In the conflicts that were settled, every word is there as often as one side has it, or both changes together.

    The lines that both sides begin or end a conflict with count: they are there twice where both are put one after the
    other.
    """
    regions = merged(versions).regions
    if any(isinstance(region, Clean) and region.decision and not region.was for region in regions):
        return True
    was = list(conflicts(untrimmed(tuple(map(opened, regions)))))
    put = conflicts(untrimmed(tuple(map(as_put, regions))))
    now = counted(conflict.ours for conflict in put)
    base, ours, theirs = (counted(getattr(conflict, name) for conflict in was) for name in ("base", "ours", "theirs"))
    for word in {*now, *base, *ours, *theirs}:
        each = (ours[word], theirs[word], ours[word] + theirs[word] - base[word])
        if not min(each) <= now[word] <= max(each):
            return False
    return True


def opened(region: Region) -> Region:
    """The conflict that a decision settled; what is left in conflict as if nothing stood there."""
    if isinstance(region, Conflict):
        return Clean((), Source.MERGED, region.spans)
    return region.was or region


def as_put(region: Region) -> Region:
    """The same, with what was put there as our side."""
    was = opened(region)
    return replace(was, ours=region.lines) if isinstance(region, Clean) and isinstance(was, Conflict) else was


def counted(texts: Iterable[Lines]) -> Counter[bytes]:
    """How often each word stands in the texts."""
    return Counter(word for lines in texts for line in lines for word in words(line))


def repeated(versions: Versions) -> bool:
    """The same input gives the same output."""
    return merged(versions) == merged_anew(versions)


def whole(versions: Versions) -> bool:
    """The regions of the line merge tile both sides, and a conflict has each side byte for byte."""
    found = merge_text(versions, steps=())
    for side in ("ours", "theirs"):
        lines = split_lines(getattr(found.versions, side))
        at = 0
        for region in found.regions:
            span = getattr(region.spans, side)
            if span.start != at or (isinstance(region, Conflict) and getattr(region, side) != lines[at : span.stop]):
                return False
            at = span.stop
        if at != len(lines):
            return False
    return True


def known(versions: Versions) -> bool:
    """With all steps, every word is in the base or a side; what a rename made of two of them is there in parts."""
    found = merge_text(versions, accept=Confidence.UNSURE)
    sides = (versions.base, versions.ours, versions.theirs)
    there = {word for text in sides for word in words(text)}
    return there.issuperset(words(found.content())) or not found.is_clean


_LAWS: dict[str, Callable[[Versions], bool]] = {
    "merged with itself it is itself": with_itself,
    "an unchanged side gives the other": with_unchanged,
    "swapping the sides changes no word": swapped,
    "every word is accounted for": accounted,
    "the same input gives the same output": repeated,
    "no byte of a side is lost by lines": whole,
    "with all steps no word is made up": known,
}


def words(text: bytes) -> list[bytes]:
    """The words of a text, in order."""
    return _WORD.findall(text.removeprefix(b"\xef\xbb\xbf"))


def edited(generator: random.Random, real: Sequence[tuple[str, bytes]]) -> Versions:
    """Three versions: a file, real or made up, and two sides that edited it."""
    if real:
        path, text = generator.choice(real)
        lines = list(split_lines(text))
        start = generator.randrange(max(1, len(lines) - 60))
        base = lines[start : start + 60]
        known = lines
    else:
        path = generator.choice(sorted(_LINES))
        known = [line.encode() + b"\n" for line in _LINES[path].split("/")]
        base = [generator.choice(known) for _ in range(generator.randrange(25))]
    sides = [wrapped(generator, edit(generator, base, known)) for _ in range(2)]
    return Versions(path, wrapped(generator, base), *sides)


def edit(generator: random.Random, base: Sequence[bytes], known: Sequence[bytes]) -> list[bytes]:
    """The lines after up to four insertions, deletions, replacements, moves, or changes within a line."""
    lines = list(base)
    for _ in range(generator.randrange(5)):
        start = generator.randint(0, len(lines))
        end = min(len(lines), start + generator.randrange(4))
        kind = generator.randrange(4)
        if kind == 0:
            lines[start:end] = [generator.choice(known) for _ in range(generator.randrange(4))]
        elif kind == 1:
            lines[start:start] = [generator.choice(known).replace(b"a", b"q") for _ in range(generator.randrange(1, 4))]
        elif kind == 2:
            moved, lines[start:end] = lines[start:end], []
            at = generator.randint(0, len(lines))
            lines[at:at] = moved
        else:
            lines[start:end] = [changed(generator, line) for line in lines[start:end]]
    return lines


def changed(generator: random.Random, line: bytes) -> bytes:
    """The line with one word changed, or its white space."""
    found = list(_WORD.finditer(line))
    if not found or generator.randrange(4) == 0:
        return b"  " + line
    word = generator.choice(found)
    return line[: word.start()] + generator.choice([b"new", b"x9", word[0] + b"_2"]) + line[word.end() :]


def wrapped(generator: random.Random, lines: Sequence[bytes]) -> bytes:
    """The lines as a file; now and then with other line endings, a byte order mark, or no newline at the end."""
    text = b"".join(lines)
    kind = generator.randrange(20)
    if kind == 0:
        return text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if kind == 1:
        return b"\xef\xbb\xbf" + text
    return text.removesuffix(b"\n") if kind == 2 else text


def _real(store: Path) -> list[tuple[str, bytes]]:
    return [(found.path, found.base) for found in islice(Store(store).conflicts(), 0, 3000, 10)]


if __name__ == "__main__":
    sys.exit(main())
