"""Ten thousand files that nobody would write, through parser, edits, index and map: does anything crash, hang or swell?

    python benchmarks/fuzz.py [--inputs 10000] [--seed 1] [--kind "deep nesting"] [--cases FILE] [--only NUMBER]

The inputs (`fuzz_inputs.py`): random bytes, samples of every language with bytes changed, cut out, doubled or moved,
their tokens in another order, deep nesting, text that is no UTF-8, very long lines, files of 50 MB. They lie in git
repositories, some hundreds at a time, large ones few at a time. Each is read by what devagent does in its own process
(syntax, edits to the file, the file as a model's answer: `fuzz_feed.py`), by the index in a new process, which then
gives back every fact, and by a map. A file that is left out with a note is as good as one that is read. A process that
dies, a step over its limit of processor time, an error that is no refusal, or processes over 1 GB together are not.

With `--cases`, what came of each batch is kept in a file, and an interrupted run goes on; `--only` feeds one input.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from figures import Figure, print_table, report
from footprint import Watch
from fuzz_inputs import KINDS, Input, made
from scratch import DEVAGENT, clean_environment, git

CHUNK, FEW = 500, 20
"""So many inputs make the batches that are done at a time; so many large ones are in a batch."""

STEP_SECONDS = 20.0
"""Processor time for a step with one file: parsing may take ten seconds, and what is found has to be read."""

WALL_SECONDS = 1800.0
FEED = Path(__file__).with_name("fuzz_feed.py")
READ = """
import json, os, sys
from pathlib import Path
from devagent.workflows.indexing import open_index
index = open_index(Path(sys.argv[1]))
notes = index.refresh().notes
for path in index.paths():
    facts = index.facts(path)
    len(facts.definitions), len(facts.imports), len(facts.references)
sum(len(edges.counts) for _, edges in index.graph().all_edges())
taken = os.times()
print(json.dumps([len(index.paths()), notes, sum(taken[:4])]))
"""


def main() -> int:
    """Make, feed, print; the exit code is 1 when anything is not as required."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="this input only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=list(KINDS), help="inputs of this kind only")
    parser.add_argument("--cases", type=Path, metavar="FILE", help="where outcomes are kept, to go on after a break")
    options = parser.parse_args()
    kinds = [options.kind] if options.kind else list(KINDS)
    kept = options.cases.read_text().splitlines() if options.cases and options.cases.exists() else []
    outcomes: list[dict[str, Any]] = [json.loads(line) for line in kept]
    first, last = (options.only, options.only + 1) if options.only is not None else (options.first, options.inputs)
    done = {(outcome["first"], outcome["seed"]) for outcome in outcomes}
    for start in range(first, last, CHUNK):
        if (start, options.seed) in done:
            continue
        outcome = chunk(range(start, min(start + CHUNK, last)), options.seed, kinds)
        outcomes.append(outcome)
        if options.cases:
            with options.cases.open("a") as file:
                file.write(json.dumps(outcome) + "\n")
        print(f"{start} to {min(start + CHUNK, last)}: {len(outcome['faults'])} faults", flush=True)
    return told(outcomes, last - first)


def chunk(numbers: Sequence[int], seed: int, kinds: list[str]) -> dict[str, Any]:
    """What came of some inputs."""
    outcome = Outcome()
    for batch in batches(made(number, seed, kinds) for number in numbers):
        with tempfile.TemporaryDirectory() as folder:
            repo = Path(folder)
            git(repo, "init", "-q")
            for each in batch:
                (repo / each.path).parent.mkdir(exist_ok=True)
                (repo / each.path).write_bytes(each.content)
                outcome.made[each.kind] += 1
            feed(repo, batch, outcome)
            index(repo, outcome)
            draw(repo, outcome)
    return {"first": numbers[0], "seed": seed, **outcome.as_json()}


def batches(inputs: Iterator[Input]) -> Iterator[list[Input]]:
    """Small inputs together, large ones a few at a time."""
    small: list[Input] = []
    large: list[Input] = []
    for each in inputs:
        (large if each.large else small).append(each)
        if len(large) == FEW:
            yield large
            large = []
    yield from filter(None, (small, large))


class Outcome:
    """What came of a chunk: the inputs by kind, notes of the index, faults, the peak of memory, the slowest of all."""

    def __init__(self) -> None:
        self.made, self.notes = Counter[str](), Counter[str]()
        self.faults: list[tuple[str, str, str]] = []
        self.peaks: dict[str, float] = {}
        self.slowest: dict[str, tuple[float, str]] = {}

    def fault(self, kind: str, where: str, details: str = "") -> None:
        """Note what is not as required, and say it."""
        self.faults.append((kind, where, details))
        print(f"{kind}: {where}\n{details}", flush=True)

    def took(self, step: str, seconds: float, path: str) -> None:
        """Note how long a step took."""
        self.slowest[step] = max(self.slowest.get(step, (0.0, "")), (seconds, path))

    def grew(self, what: str, peak: float) -> None:
        """Note how much memory processes had, in MB."""
        self.peaks[what] = max(self.peaks.get(what, 0.0), peak)

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return vars(self)


def feed(repo: Path, batch: Sequence[Input], outcome: Outcome) -> None:
    """Have a process take every step with each input; another goes on after the one that it dies of."""
    paths = [each.path for each in batch]
    while paths:
        code, said, peak = ran([sys.executable, str(FEED), str(repo), str(STEP_SECONDS)], "\n".join(paths))
        outcome.grew("in its own process", peak)
        lines = [json.loads(line) for line in said.splitlines()]
        for path, step, seconds, raised in (line for line in lines if len(line) == 4):
            outcome.took(step, seconds, path)
            if raised:
                outcome.fault("raised", f"{step} {path}", raised)
        if code == 0:
            return
        path, step = lines[-1][:2] if lines else (paths[0], "start")
        kind = "hung" if code in (-signal.SIGPROF, -signal.SIGKILL) else "died"
        outcome.fault(kind, f"{step} {path}", f"ended with {code}")
        paths = paths[paths.index(path) + 1 :]


def index(repo: Path, outcome: Outcome) -> None:
    """Index a batch in a new process, and read everything back."""
    code, said, peak = ran([sys.executable, "-X", "faulthandler", "-c", READ, str(repo)])
    outcome.grew("index", peak)
    if code:
        outcome.fault("hung" if code == -signal.SIGKILL else "died", f"index of {repo}", f"ended with {code}")
        return
    files, notes, seconds = json.loads(said)
    outcome.took("index", seconds, f"{files} files")
    outcome.notes.update(note.split(": ", 1)[1].split(":")[0] for note in notes)


def draw(repo: Path, outcome: Outcome) -> None:
    """Draw a map of a batch; 1 is how the command says that nothing is defined there."""
    with tempfile.TemporaryDirectory() as config:
        command = [DEVAGENT, "map", "-q", "-C", str(repo), "--focus", "main"]
        code, _, peak = ran(command, environment=clean_environment(Path(config)))
    outcome.grew("map", peak)
    if code not in (0, 1):
        outcome.fault("hung" if code == -signal.SIGKILL else "died", f"map of {repo}", f"ended with {code}")


def ran(command: Sequence[str], given: str = "", environment: dict[str, str] | None = None) -> tuple[int, str, float]:
    """Run a command: its exit code, what it printed, the most memory of its processes in MB."""
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as asked:
        asked.write(given)
        asked.seek(0)
        process = subprocess.Popen(command, env=environment, stdin=asked, stdout=said, text=True)
        watch = Watch(process)
        try:
            process.wait(WALL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        code = process.wait()
        peak = watch.done()
        said.seek(0)
        return code, said.read(), peak


def told(outcomes: Sequence[dict[str, Any]], wanted: int) -> int:
    """Print what came of all inputs."""
    total, notes, faults = Counter[str](), Counter[str](), Counter[str]()
    peaks: dict[str, float] = {}
    slowest: dict[str, tuple[float, str]] = {}
    for outcome in outcomes:
        total.update(outcome["made"])
        notes.update(outcome["notes"])
        faults.update(kind for kind, *_ in outcome["faults"])
        peaks = {what: max(peaks.get(what, 0.0), peak) for what, peak in {**peaks, **outcome["peaks"]}.items()}
        for step, (seconds, path) in outcome["slowest"].items():
            slowest[step] = max(slowest.get(step, (0.0, "")), (seconds, path))
    print_table(("inputs", "number"), total.most_common())
    print()
    print_table(("left out by the index", "files"), notes.most_common() or [("none", 0)])
    print()
    print_table(("slowest", "seconds", "file"), [(step, f"{s:.1f}", path) for step, (s, path) in slowest.items()])
    crashed = sum(count for note, count in notes.items() if note.startswith("the parser crashed"))
    return report(
        [
            Figure("inputs", sum(total.values()), wanted, at_least=True),
            Figure("processes that died", faults["died"], 0),
            Figure("steps and commands that hung", faults["hung"], 0),
            Figure("errors that are no refusals", faults["raised"], 0),
            Figure("files that the parser crashed on, in a worker (left out)", crashed),
            *(Figure(f"memory, {what}", peak, 1024, "MB") for what, peak in sorted(peaks.items())),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
