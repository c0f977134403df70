"""The files of tests that their runner names by packages or classes: its report has no paths, the workspace has.

Where a test of Go stands is for its function to say, in Java for its class; what Go says of a failure names the file
without its folder. Everything here reads.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from posixpath import basename, dirname, join, normpath

from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.results import TestResult, TestRun
from devagent.sandbox.sandbox import WORKSPACE, Tree

_GO_FUNCTION = re.compile(rb"(?m)^func ([^\s(\[]+)\(")
_GO_PLACE = re.compile(r"(?m)^(\s*)([^\s:]+\.go)(?=:\d+\b)")

Find = Callable[[TestResult], TestResult]


def with_files(run: TestRun, ecosystem: Ecosystem, tree: Tree) -> TestRun:
    """The run with the file of each test, where its report has none and the workspace tells it."""
    results = run.results
    for ids in {runner.ids for runner in ecosystem.definition.test.runners} & _FINDERS.keys():
        find = _FINDERS[ids](ecosystem, tree)
        results = tuple(result if result.file else find(result) for result in results)
    return replace(run, results=results)


def _by_package(ecosystem: Ecosystem, tree: Tree) -> Find:
    """Tests of Go: `folder::TestName/subtest`, or the folder alone where a package as a whole failed."""
    functions = {p: frozenset(_GO_FUNCTION.findall(tree[p].content)) for p in sorted(tree) if p.endswith("_test.go")}

    def find(result: TestResult) -> TestResult:
        place, _, name = result.id.partition("::")
        folder = "" if normpath(place) == "." else normpath(place)
        function = name.partition("/")[0].encode()
        homes = [path for path, known in functions.items() if dirname(path) == folder and function in known]
        details = _with_folders(result.details, (folder, ecosystem.folder), tree)
        said = [found[2] for found in _GO_PLACE.finditer(details) if found[2] in tree]
        return replace(result, details=details, file=next(iter([*homes, *said]), ""))

    return find


def _with_folders(text: str, folders: tuple[str, ...], tree: Tree) -> str:
    """What was said, with files named from the top: Go names them from their package, its own folder, or in full."""

    def named(match: re.Match[str]) -> str:
        ways = (*(normpath(join(folder, match[2])) for folder in folders), match[2].removeprefix(f"{WORKSPACE}/"))
        return match[1] + next((path for path in ways if path in tree), match[2])

    return _GO_PLACE.sub(named, text)


def _by_class(ecosystem: Ecosystem, tree: Tree) -> Find:
    """Tests of the JVM: `package.Class::name`, an inner class behind a `$`."""
    homes: dict[str, list[str]] = {}
    for path in tree:
        if ecosystem.owns(path) and ecosystem.serves_tests(path):
            homes.setdefault(basename(path).partition(".")[0], []).append(path)

    def find(result: TestResult) -> TestResult:
        named = ecosystem.inside(result.id.partition("::")[0])
        way = named.partition("$")[0].replace(".", "/")
        fitting = [path for path in homes.get(basename(way), ()) if f"/{path}".partition(".")[0].endswith(f"/{way}")]
        return replace(result, file=fitting[0] if len(fitting) == 1 else "")

    return find


_FINDERS: Mapping[str, Callable[[Ecosystem, Tree], Find]] = {"packages": _by_package, "classes": _by_class}
