"""What a model adds where the engine is unsure: conflicts of merges that are newer than the model.

    python benchmarks/merge/with_model.py STORE LIST CLONES [--model embedded] [--hunks 100] [--seconds 900]
        [--since 2025-01-01] [--json FILE] [--scripted]

STORE is what harvest.py wrote, LIST the projects, CLONES a folder with their clones (commit dates and messages are
read from there). One uncertain conflict of a file is taken, at most a seventh of all from one project. Right is what
people made of it, as in table.py. The model is loaded before the clock starts. With `--json`, results are kept a line
each, and what the file holds is not asked again, so that an interrupted measurement goes on. `--scripted` asks a model
that always takes the first text: to see whether all this works.
"""

import argparse
import asyncio
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from harvest import git_directory
from scores import wilson
from store import Conflicted, Store

from devagent.errors import OutOfBudget
from devagent.journal.journal import Journal
from devagent.journal.ledger import Ledger
from devagent.merge.engine import merge_text
from devagent.merge.judging import Essence, essence, made
from devagent.merge.keeping import keeping_both
from devagent.merge.regions import Conflict
from devagent.merge.versions import Versions
from devagent.models.budget import Budget
from devagent.models.gateway import Gateway
from devagent.models.model import Message, Model, ModelCard, ModelRequest
from devagent.models.scripted import ScriptedModel
from devagent.models.select import open_model, resolve
from devagent.repo.conflicts import Unmerged
from devagent.repo.operation import Commit, History
from devagent.team.conflict import PHASE, Chooser, Disputed, TooLong
from devagent.team.phases import load_phase
from devagent.workflows.conflicts.disputed import Dispute, disputes, wanting
from devagent.workflows.conflicts.resolution import FileResolution, Outcome
from devagent.workflows.conflicts.settling import ACCEPT

sys.path.append(str(Path(__file__).resolve().parents[1]))
from figures import Figure, print_table, report

SHARE = 7
"""At most one in so many hunks is from one project."""


@dataclass(frozen=True)
class Case:
    """One uncertain conflict, and what people made of it; `None` where that cannot be told."""

    id: str
    language: str
    file: FileResolution
    dispute: Dispute
    human: Essence | None

    def is_right(self, text: str) -> bool:
        """Whether people made the same of it."""
        return self.human is not None and essence(self.language, text.encode()) == self.human


@dataclass(frozen=True)
class Asked:
    """What became of one conflict.

    Arguments:
        first, offered: whether the engine's first text is right, and whether one of those offered is.
        answered, right: whether the model had an answer, and whether that is right.
    """

    id: str
    language: str
    first: bool
    offered: bool
    answered: bool
    right: bool
    same: bool
    seconds: float
    tokens: int


def main() -> int:
    """Ask about what was not asked yet, and print what it came to."""
    options = arguments()
    known = {asked.id: asked for asked in recorded(options.json)}
    cases = list(sample(options))
    print(f"{len(cases)} conflicts: {dict(Counter(case.language for case in cases))}", flush=True)
    waiting = [case for case in cases if case.id not in known]
    if waiting:
        asyncio.run(ask(waiting, options, known))
    return summary([known[case.id] for case in cases if case.id in known], len(cases))


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path, help="what harvest.py wrote")
    parser.add_argument("list", type=Path, help="the projects, a TOML file")
    parser.add_argument("clones", type=Path, help="folder with the clones")
    parser.add_argument("--model", default="embedded", help="as for devagent resolve")
    parser.add_argument("--hunks", type=int, default=100, metavar="N")
    parser.add_argument("--seconds", type=float, default=900, help="how long the model is asked at most")
    parser.add_argument("--since", default="2025-01-01", help="merges from this day on")
    parser.add_argument("--json", type=Path, help="file of results, a line each; what it holds is not asked again")
    parser.add_argument("--scripted", action="store_true", help="a model that always takes the first text")
    return parser.parse_args()


def recorded(file: Path | None) -> list[Asked]:
    """The results that a file holds."""
    if file is None or not file.exists():
        return []
    return [Asked(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def sample(options: argparse.Namespace) -> Iterator[Case]:
    """Uncertain conflicts, one of a file, in an order that favours nothing."""
    store, sources = Store(options.store), tomllib.loads(options.list.read_text(encoding="utf-8"))
    fresh: dict[tuple[str, str], Path] = {}
    for project in store.counts():
        clone = git_directory(options.clones / sources[project]["source"].replace("/", "+"))
        if clone is not None:
            fresh |= {(project, merge): clone for merge in newer(clone, store.merges(project), options.since)}
    files = sorted(
        (_digest(c), c) for project in {name for name, _ in fresh} for c in store.conflicts(project) if _key(c) in fresh
    )
    taken: Counter[str] = Counter()
    for _, conflicted in files:
        if sum(taken.values()) >= options.hunks:
            return
        if taken[conflicted.project] * SHARE < options.hunks:
            case = uncertain(conflicted, fresh[_key(conflicted)])
            if case is not None:
                taken[conflicted.project] += 1
                yield case


def newer(clone: Path, merges: list[str], since: str) -> list[str]:
    """Those of these commits that were made on this day or later."""
    command = ["git", f"--git-dir={clone}", "log", "--no-walk", "--stdin", "--format=%H %cs"]
    done = subprocess.run(command, input="\n".join(merges), capture_output=True, text=True, check=True)
    dated = (line.split() for line in done.stdout.splitlines())
    return [commit for commit, day in dated if day >= since]


def uncertain(conflicted: Conflicted, clone: Path) -> Case | None:
    """The first conflict of a file that the engine is unsure of, of those that a model would be asked about."""
    versions = Versions(conflicted.path, conflicted.base, conflicted.ours, conflicted.theirs)
    merged = keeping_both(merge_text(versions, accept=ACCEPT))
    entry = Unmerged(conflicted.path, None, None, None)
    file = FileResolution(entry, Outcome.LEFT, merged=merged)
    dispute = next(disputes([file]), None)
    if dispute is None:
        return None
    with_history = FileResolution(entry, Outcome.LEFT, merged=merged, history=history(conflicted, clone))
    dispute = next(disputes([with_history]))
    human = made(merged.regions, conflicted.result, conflicted.language)
    at = sum(isinstance(region, Conflict) for region in merged.regions[: dispute.region])
    told = human[at]
    name = f"{conflicted.project} {conflicted.merge[:12]} {dispute.disputed.place}"
    return Case(name, conflicted.language, with_history, dispute, told.essence if told else None)


def history(conflicted: Conflicted, clone: Path) -> History:
    """What the commits of each side say that touch the file, at most five of each."""
    ours, theirs = f"{conflicted.merge}^1", f"{conflicted.merge}^2"
    return History(_log(clone, f"{theirs}..{ours}", conflicted.path), _log(clone, f"{ours}..{theirs}", conflicted.path))


def _log(clone: Path, commits: str, path: str) -> tuple[Commit, ...]:
    command = ["git", f"--git-dir={clone}", "log", "--no-merges", "-n5", "--format=%h %s", commits, "--", path]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=30)
    except subprocess.TimeoutExpired:
        return ()
    return tuple(Commit(*line.partition(" ")[::2]) for line in done.stdout.decode(errors="replace").splitlines())


def _key(conflicted: Conflicted) -> tuple[str, str]:
    return conflicted.project, conflicted.merge


def _digest(conflicted: Conflicted) -> bytes:
    return hashlib.sha256(f"{conflicted.merge} {conflicted.path}".encode()).digest()


async def ask(cases: list[Case], options: argparse.Namespace, known: dict[str, Asked]) -> None:
    """Ask the model about each conflict until the time is over; results go into `known`, and into the file."""
    model = first_text() if options.scripted else await open_model(resolve(options.model), os.environ)
    try:
        await model.complete(ModelRequest([Message("user", "Say yes.")], max_tokens=2))
        end = time.monotonic() + options.seconds
        for number, case in enumerate(cases, 1):
            try:
                known[case.id] = asked = await ask_about(case, model, end - time.monotonic())
            except OutOfBudget:
                print(f"{options.seconds:g} s are over", flush=True)
                return
            print(f"[{number}/{len(cases)}] {case.id}: {told(asked)}", flush=True)
            if options.json:
                with options.json.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(asked)) + "\n")
    finally:
        await model.close()


def first_text() -> Model:
    """A model that always takes the first text: with two orders that is never one answer."""
    card = ModelCard("scripted", size="small", schema=True, price_in=0.0, price_out=0.0)
    return ScriptedModel(lambda _: '{"choice": "1"}', card)


async def ask_about(case: Case, model: Model, seconds: float) -> Asked:
    """One conflict. Raises `OutOfBudget` when the time is over."""
    merged, region, disputed = case.file.merged, case.dispute.region, case.dispute.disputed
    assert merged

    def check(_: Disputed, text: str, insists: bool) -> str:
        return wanting(merged, region, text, insists)

    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder)) as journal:
        budget = Budget(seconds=max(seconds, 0.01))
        chooser = Chooser(Gateway(model, journal, budget), load_phase(PHASE), check)
        began = time.monotonic()
        try:
            picked = await chooser.picked(disputed)
        except TooLong:
            picked = None
        return Asked(
            case.id,
            case.language,
            first=case.is_right(disputed.texts[0]),
            offered=any(map(case.is_right, chooser.offered(disputed))),
            answered=picked is not None,
            right=picked is not None and case.is_right(picked.text),
            same=picked is not None and picked.text == disputed.texts[0],
            seconds=round(time.monotonic() - began, 2),
            tokens=Ledger.from_events(journal.events).total.tokens,
        )


def told(asked: Asked) -> str:
    """A result in one line."""
    answer = ("right" if asked.right else "wrong") if asked.answered else "no answer"
    return f"{answer}; the engine's first is {'right' if asked.first else 'wrong'}; {asked.seconds:.1f} s"


def summary(found: list[Asked], of: int) -> int:
    """Print what it came to."""
    if not found:
        return 1
    answered = [asked for asked in found if asked.answered]
    groups = {
        "all": found,
        "with an answer": answered,
        "another than the engine's": [a for a in answered if not a.same],
    }
    head = ("conflicts", "", "one offered is right", "engine's first is right", "model is right", "95 %")
    print()
    print_table(head, [_row(name, group) for name, group in groups.items()])
    best = sum(asked.right if asked.answered else asked.first for asked in found)
    first = sum(asked.first for asked in found)
    figures = [
        Figure("conflicts asked about", len(found), of, at_least=True),
        Figure("right with the engine's first alone", first),
        Figure("right where the model's answer goes before it", best),
        Figure("more are right", best - first),
        Figure("answers of the model that are wrong", sum(not asked.right for asked in answered)),
        Figure("seconds in all", sum(asked.seconds for asked in found), None, "s"),
        Figure("seconds for one, median", median(asked.seconds for asked in found), None, "s"),
        Figure("tokens for one, median", median(asked.tokens for asked in found)),
    ]
    return report(figures)


def _row(name: str, group: list[Asked]) -> tuple[str, ...]:
    right = sum(asked.right for asked in group)
    low, high = wilson(right, len(group))
    counts = (len(group), sum(asked.offered for asked in group), sum(asked.first for asked in group), right)
    return name, *map(str, counts), f"{100 * low:.0f}-{100 * high:.0f} %"


if __name__ == "__main__":
    sys.exit(main())
