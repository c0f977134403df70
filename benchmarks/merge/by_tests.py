"""Whether an answer that differs from people's passes the same tests: real merges, both answers run.

    python benchmarks/merge/by_tests.py CLONES [--list by_tests.toml] [--only NAME] [--seconds 1800] [--json FILE]

LIST names merges of projects with quick tests, CLONES is a folder with their clones. Of each merge the tree that people
committed is taken, and beside it the same tree with devagent's answer (every conflict answered, the likeliest first) in
the files that conflict and are no tests. Both are tested in the process sandbox, in the environment of the project's
first merge in the list: what older ones pin may not be had any more. The answer passes the same tests if every test
that passes with people's passes with it. With `--json`, results are kept a line each, and what the file holds is not
run again, so that an interrupted measurement goes on.
"""

import argparse
import asyncio
import json
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from harvest import LANGUAGES, git_directory
from history import History
from scores import wilson

from devagent.config.settings import SandboxSettings, Settings
from devagent.errors import DevagentError
from devagent.merge.decision import Confidence
from devagent.merge.engine import merge_text
from devagent.merge.judging import essence
from devagent.merge.markers import has_markers
from devagent.merge.reference import reference_regions
from devagent.merge.regions import is_clean
from devagent.merge.versions import Versions
from devagent.repo.git import Repository
from devagent.sandbox.results import TestRun
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import Tree
from devagent.workflows.place import Place, files_of
from devagent.workflows.surface import SilentSurface

sys.path.append(str(Path(__file__).resolve().parents[1]))
from figures import Figure, print_table, report

SAME, OTHER, ALIKE, UNKNOWN = "the same tests", "not the same tests", "people's answer", "no verdict"


@dataclass(frozen=True)
class Answered:
    """What became of one merge.

    Arguments:
        outcome: one of the above.
        passed: how many tests pass with people's answer.
        broken: those of them that do not with devagent's, or why there is no verdict.
    """

    project: str
    commit: str
    outcome: str
    files: tuple[str, ...] = ()
    passed: int = 0
    broken: tuple[str, ...] = ()
    seconds: float = 0.0


def main() -> int:
    """Test what was not tested yet, and print what it came to."""
    options = arguments()
    known = {(each.project, each.commit): each for each in recorded(options.json)}
    listed = list(merges(options))
    end = time.monotonic() + options.seconds
    for project, commit, clone, first in listed:
        if (project, commit) in known:
            continue
        if time.monotonic() > end:
            print(f"{options.seconds:g} s are over", flush=True)
            break
        known[project, commit] = found = answered(project, commit, clone, first)
        print(f"{project} {commit}: {found.outcome}, {found.passed} tests, {found.seconds:.0f} s", flush=True)
        if options.json:
            with options.json.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(found)) + "\n")
    wanted = [known[project, commit] for project, commit, *_ in listed if (project, commit) in known]
    return summary(wanted, len(listed))


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clones", type=Path, help="folder with the clones")
    parser.add_argument(
        "--list", type=Path, default=Path(__file__).with_suffix(".toml"), help="the merges, a TOML file"
    )
    parser.add_argument("--only", metavar="NAME", help="one project only")
    parser.add_argument("--seconds", type=float, default=1800, help="after so many, no further merge is begun")
    parser.add_argument("--json", type=Path, help="file of results, a line each; what it holds is not run again")
    return parser.parse_args()


def recorded(file: Path | None) -> Iterator[Answered]:
    """The results that a file holds."""
    if file is not None and file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            found = json.loads(line)
            yield Answered(**{**found, "files": tuple(found["files"]), "broken": tuple(found["broken"])})


def merges(options: argparse.Namespace) -> Iterator[tuple[str, str, Path, str]]:
    """Project, commit and clone of each merge of the list whose clone is there, and the project's first merge."""
    for name, entry in tomllib.loads(options.list.read_text(encoding="utf-8")).items():
        clone = git_directory(options.clones / entry["source"].replace("/", "+"))
        if clone is None or options.only not in (None, name):
            continue
        yield from ((name, commit, clone, entry["commits"][0]) for commit in entry["commits"])


def answered(project: str, commit: str, clone: Path, first: str) -> Answered:
    """One merge, answered and tested."""
    began = time.monotonic()
    answers = different(clone, commit)
    if not answers:
        return Answered(project, commit, ALIKE)
    facts = Answered(project, commit, UNKNOWN, tuple(answers))
    try:
        ours, theirs = asyncio.run(tested(Repository(clone, clone, clone), commit, answers, first))
    except DevagentError as error:
        return replace(facts, broken=(str(error),))
    passed = {result.id for result in ours.results if result.status == "passed"}
    seconds = round(time.monotonic() - began, 1)
    if not ours.counts or not passed:
        return replace(facts, broken=(ours.trouble or "no test passes",), seconds=seconds)
    now = {result.id for result in theirs.results if result.status == "passed"} if theirs.counts else set()
    broken = tuple(sorted(passed - now))[:20]
    return replace(facts, outcome=OTHER if broken else SAME, passed=len(passed), broken=broken, seconds=seconds)


def different(clone: Path, commit: str) -> dict[str, bytes]:
    """By path, devagent's answer to each file that conflicts, where it is not what people made of it."""
    answers = {}
    with History(clone, [f"*{suffix}" for suffix in LANGUAGES]) as history:
        merge = next(name for name in history.merges() if name.startswith(commit))
        for touched in history.touched(merge):
            base, ours, theirs, result = map(history.blob, (touched.base, touched.ours, touched.theirs, touched.result))
            versions = Versions(touched.path, base, ours, theirs)
            if is_test(touched.path) or versions.is_binary or is_clean(reference_regions(versions)):
                continue
            content = merge_text(versions, accept=Confidence.UNSURE).content()
            language = LANGUAGES[Path(touched.path).suffix]
            if not has_markers(content) and essence(language, content) != essence(language, result):
                answers[touched.path] = content
    return answers


def is_test(path: str) -> bool:
    """Whether a file is a test: those stay as people made them."""
    name = Path(path).name
    return name.startswith("test") or "_test." in name or bool({"test", "tests"} & set(Path(path).parts))


async def tested(repo: Repository, commit: str, answers: dict[str, bytes], first: str) -> tuple[TestRun, TestRun]:
    """The tests with people's answer, and with ours, in the environment of the commit `first`."""
    settings = Settings(sandbox=SandboxSettings.model_validate({"kind": "process", "timeout": 300}))
    people = files_of(repo, commit)
    ours = people | {path: replace(people[path], content=content) for path, content in answers.items()}
    place = Place(settings, SilentSurface(), None)
    environment = files_of(repo, first)
    ecosystem, command = place.ecosystem(environment)
    sandbox = await place.open(ecosystem, environment, "by-tests")
    runner = TestRunner(sandbox, ecosystem, command or None, timeout=300, hang_after=60)

    async def run(tree: Tree) -> TestRun:
        await sandbox.sync(tree)
        return await runner.run()

    try:
        return await run(people), await run(ours)
    finally:
        await sandbox.close()


def summary(found: list[Answered], of: int) -> int:
    """Print what it came to."""
    head = ("project", "merge", "passes", "tests", "seconds", "")
    rows = [
        (each.project, each.commit, each.outcome, each.passed, f"{each.seconds:.0f}", ", ".join(each.broken)[:60])
        for each in found
    ]
    print()
    print_table(head, rows)
    counts = {outcome: sum(each.outcome == outcome for each in found) for outcome in (SAME, OTHER, ALIKE, UNKNOWN)}
    known = counts[SAME] + counts[OTHER]
    low, high = wilson(counts[SAME], known)
    share = f"{100 * counts[SAME] / max(1, known):.0f} % ({100 * low:.0f}-{100 * high:.0f})"
    print(f"\nOf {known} answers that differ from people's, {counts[SAME]} pass the same tests: {share}")
    return report(
        [
            Figure("merges looked at", len(found), of, at_least=True),
            Figure("answers that differ, tested", known, 30, at_least=True),
            Figure("of these, pass the same tests", counts[SAME]),
            Figure("answered as people did", counts[ALIKE]),
            Figure("without a verdict", counts[UNKNOWN]),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
