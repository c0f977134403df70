"""Ten thousand files that nobody would write, through parser, index and map: does anything crash, hang or swell?

    python benchmarks/fuzz.py [--inputs 10000] [--seed 1] [--kind "deep nesting"]

The inputs lie in a git repository, some hundreds at a time: random bytes, samples of every language with bytes changed,
cut out, doubled or moved, deep nesting, text that is no UTF-8, very long lines, files of 50 MB. Each batch is indexed
by a new process, every fact is read back, and a map is drawn where there is one. A file that is left out with a note is
as good as one that is read; a process that dies, or takes over 1 GB, is not.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from figures import Figure, print_table, report
from scratch import git

from devagent.code.language import languages

BATCH = 500
BATCH_SECONDS = 300.0
SAMPLES = Path(__file__).parents[1] / "tests" / "scenarios" / "languages"
HUGE = 50_000_000
NESTING = (b"(", b"[", b"{", b"<div>", b"if x:\n ", b"f(lambda: ", b"`${", b"#if 1\n", b"- ", b"'''", b"/*")
READ = """
import json, resource, sys, time
from pathlib import Path
from devagent.workflows.indexing import open_index
started = time.monotonic()
index = open_index(Path(sys.argv[1]))
notes = index.refresh().notes
for path in index.paths():
    facts = index.facts(path)
    len(facts.definitions), len(facts.imports), len(facts.references)
sum(len(edges.counts) for _, edges in index.graph().all_edges())
peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps([len(index.paths()), notes, peak // 1024, time.monotonic() - started]))
"""


def main() -> int:
    """Make, read, print; the exit code is 1 when anything is not as required."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=list(KINDS), help="inputs of this kind only")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    kinds = [options.kind] if options.kind else list(KINDS)
    made, found, notes = Counter[str](), Counter[str](), Counter[str]()
    peak, slowest, map_seconds = 0, 0.0, 0.0
    for first in range(0, options.inputs, BATCH):
        with tempfile.TemporaryDirectory() as folder:
            repo = Path(folder)
            git(repo, "init", "-q")
            for number in range(first, min(first + BATCH, options.inputs)):
                kind = chance.choice(kinds)
                write(repo, number, kind, chance)
                made[kind] += 1
            ended, memory, seconds = read(repo, notes)
            found[ended] += 1
            peak, slowest = max(peak, memory), max(slowest, seconds)
            drawn, seconds = draw(repo)
            found[drawn] += 1
            map_seconds = max(map_seconds, seconds)
        print(f"{sum(made.values())} of {options.inputs}: {dict(found)}", flush=True)
    print_table(("inputs", "number"), made.most_common())
    print()
    print_table(("left out", "files"), notes.most_common() or [("none", 0)])
    return report(
        [
            Figure("inputs", sum(made.values()), options.inputs, at_least=True),
            Figure("commands that died", found["index died"] + found["map died"], 0),
            Figure("commands that hung", found["index hung"] + found["map hung"], 0),
            Figure("files that the parser crashed on (skipped)", notes["the parser crashed"]),
            Figure("files over their time (skipped)", notes["parsing took over 10 seconds"]),
            Figure("largest process", peak, 1024, "MB"),
            Figure("slowest batch of the index", slowest, BATCH_SECONDS, "s"),
            Figure("slowest map", map_seconds, BATCH_SECONDS, "s"),
        ]
    )


def read(repo: Path, notes: Counter[str]) -> tuple[str, int, float]:
    """Index a batch in a new process. How that ended, its largest process in MB, its seconds."""
    try:
        done = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", READ, str(repo)],
            capture_output=True,
            text=True,
            timeout=BATCH_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return "index hung", 0, BATCH_SECONDS
    if done.returncode:
        print(f"ended with {done.returncode}", done.stderr[-2000:])
        return "index died", 0, 0.0
    _, told, peak, seconds = json.loads(done.stdout)
    notes.update(note.split(": ", 1)[1].split(":")[0].split(" (")[0] for note in told)
    return "indexed", peak, seconds


def draw(repo: Path) -> tuple[str, float]:
    """Draw a map of a batch, if there is that command. How it ended, and its seconds."""
    started = time.monotonic()
    try:
        command = [sys.executable, "-m", "devagent", "map", "-C", str(repo), "--focus", "main"]
        done = subprocess.run(command, capture_output=True, timeout=BATCH_SECONDS)
    except subprocess.TimeoutExpired:
        return "map hung", BATCH_SECONDS
    if b"No such command" in done.stderr:
        return "no map", 0.0
    if done.returncode not in (0, 1):
        print(f"ended with {done.returncode}", done.stderr.decode(errors="replace")[-2000:])
        return "map died", 0.0
    return "mapped", time.monotonic() - started


def write(repo: Path, number: int, kind: str, chance: random.Random) -> None:
    """Write one input, under the name of some language."""
    language = chance.choice([known for known in languages() if "definitions" in known.queries])
    path = repo / f"d{number % 20}" / f"input{number}{chance.choice(language.extensions)}"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(KINDS[kind](chance, language.name))


def noise(chance: random.Random, _: str) -> bytes:
    """Random bytes."""
    return chance.randbytes(int(10 ** chance.uniform(0, 5)))


def mutated(chance: random.Random, language: str) -> bytes:
    """A sample with some bytes changed, cut out, doubled or moved."""
    content = bytearray(SEEDS[language].encode() * chance.choice((1, 1, 3, 50)))
    for _ in range(chance.randrange(1, 30)):
        start = chance.randrange(len(content) + 1)
        piece = content[start : start + chance.randrange(40)]
        match chance.randrange(4):
            case 0:
                content[start : start + 1] = chance.randbytes(1)
            case 1:
                del content[start : start + len(piece)]
            case 2:
                content[start:start] = piece * chance.randrange(1, 20)
            case _:
                at = chance.randrange(len(content) + 1)
                content[at:at] = piece
    return bytes(content)


def nested(chance: random.Random, _: str) -> bytes:
    """Deep nesting, sometimes closed again."""
    opening = chance.choice(NESTING)
    depth = int(10 ** chance.uniform(1, 4.3 if chance.random() < 0.9 else 5.3))
    return opening * (min(depth, 1_400_000 // len(opening))) + chance.choice((b"", b"x", b")" * depth))


def legacy(chance: random.Random, language: str) -> bytes:
    """Text that is no UTF-8, or cut within a character, or in two bytes a letter."""
    text = SEEDS[language] + "ä é 漢字 🐍 ‮" * chance.randrange(20)
    content = text.encode(chance.choice(("utf-8", "utf-16", "utf-8-sig", "utf-32")))
    start = chance.randrange(8)
    return content[start:] + chance.choice((b"", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\0"))


def long_line(chance: random.Random, language: str) -> bytes:
    """One very long line."""
    sample = SEEDS[language].encode().replace(b"\n", b" ")
    word = chance.choice((b"x", b"a.", b"a,", b"f(x);", b"'", b'"', b"\\", b"x+", sample))
    return word * (int(10 ** chance.uniform(3, 5 if chance.random() < 0.9 else 6.1)) // len(word))


def huge(chance: random.Random, language: str) -> bytes:
    """50 MB, in one line or in many; most inputs of this kind are smaller, for the sake of the disk."""
    size = HUGE if chance.random() < 0.05 else 2_000_000
    word = chance.choice((b"x", b"x = 1\n", SEEDS[language].encode()))
    return word * (size // len(word))


KINDS: dict[str, Callable[[random.Random, str], bytes]] = {
    "random bytes": noise,
    "mutated samples": mutated,
    "deep nesting": nested,
    "not UTF-8": legacy,
    "long lines": long_line,
    "huge files": huge,
}
SEEDS = {path.stem: path.read_text("utf-8") for path in SAMPLES.glob("*.sample")}


if __name__ == "__main__":
    sys.exit(main())
