"""What kind of repository this is, and what follows: environment, test command, which files are tests.

The knowledge itself is data (sandboxes/NAME/ecosystem.toml, see `definition`); here it meets the files of a snapshot.
"""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from posixpath import basename
from typing import Any

from devagent.errors import CannotRun
from devagent.sandbox.definition import Definition, Pattern, Script, load, names
from devagent.sandbox.recipe import Recipe
from devagent.sandbox.sandbox import File, Tree
from devagent.sandbox.versions import choose, fits

SHELL_SYNTAX = re.compile(r"[;&|<>$*?`()\[\]{}~\n]|^\s*\w+=")


@dataclass(frozen=True)
class Ecosystem:
    """A definition, fitted to one repository.

    `command` runs all tests: the user's, else `script`, which is the repository's own or the definition's. `wanted`
    is the version range that the file `wanted_by` asks for; `version` the one chosen for it. `project_install` runs
    offline in a fresh workspace. `prepare` is shell text that runs before each test command.
    """

    definition: Definition
    command: tuple[str, ...]
    script: tuple[str, ...]
    bases: tuple[str, ...]
    wanted: str = ""
    wanted_by: str = ""
    version: str = ""
    project_install: tuple[str, ...] | None = None
    prepare: str = ""

    @property
    def name(self) -> str:
        """The name of the ecosystem: `python`, `node`, `generic`, or one of the user's."""
        return self.definition.name

    @property
    def environment(self) -> Mapping[str, str]:
        """What test commands see beside what every sandbox sets; `{probes}` is still in it."""
        return self.definition.test.environment

    @property
    def test_style(self) -> str:
        """How a new test is to be written here, in words for a model; empty when that is not known."""
        return self.definition.test.style

    def recipe(self, tree: Tree) -> Recipe:
        """How the environment for this repository is made. Pure: the same files give the same recipe."""
        definition = self.definition
        inputs = {path: file for path, file in tree.items() if _is_input(path, file, definition.image.inputs)}
        ours = {f".devagent/{name}": File(definition.text(name).encode()) for name in definition.image.build}
        return Recipe(
            ecosystem=self.name,
            bases=self.bases,
            dockerfile=definition.text("Dockerfile"),
            install=definition.text("install.sh"),
            inputs=dict(sorted({**inputs, **ours}.items())),
        )

    def mismatch(self, base: str = "", version: str = "") -> str:
        """One line when an environment from `base`, or with this `version`, is not what was asked for; else empty."""
        found = version or self.definition.image.contains.get(base, "")
        if not found or not self.wanted or fits(found, self.wanted):
            return ""
        return f"{self.wanted_by} asks for {self.name} {self.wanted}; the sandbox has {found}"

    def is_test(self, path: str) -> bool:
        """Whether the file holds tests, by its name."""
        return matches(path, self.definition.detect.tests)

    def serves_tests(self, path: str) -> bool:
        """Whether the file holds tests, or helps them (fixtures, data): not where a bug is looked for."""
        return self.is_test(path) or matches(path, self.definition.detect.helpers)

    def is_source(self, path: str) -> bool:
        """Whether the file is code of this ecosystem that is no test."""
        return matches(path, self.definition.detect.sources) and not self.serves_tests(path)

    def is_runner_config(self, path: str) -> bool:
        """Whether the file decides which tests run and how: a patch that touches it is flagged."""
        return matches(path, self.definition.tampering.runner)


def detect(tree: Tree, *, command: Sequence[str] = (), image: str = "") -> Ecosystem:
    """The ecosystem of a snapshot: of those whose marks it bears, the one with most test files.

    `command` (the user's) takes the place of the repository's own test command, `image` of the base images. A
    repository that bears no mark is `generic`, if there is a command.

    Raises `CannotRun` when no way to run the tests is known.
    """
    found = []
    for name in names():
        definition = load(name)
        if any(matches(path, definition.detect.markers) for path in tree):
            tests = sum(1 for path in tree if _visible(path) and matches(path, definition.detect.tests))
            found.append((tests, definition))
    definition = max(found, key=lambda pair: pair[0])[1] if found else load("generic")
    ecosystem = fit(definition, tree)
    if not (command or ecosystem.command):
        known = " or ".join(name for name in names() if name != "generic")
        raise CannotRun(
            "no way to run the tests of this repository is known",
            why=f"it does not look like {known}" if tree else "it has no files yet",
            hint="Name the test command behind `--`, or in the settings (sandbox.command, sandbox.image)",
        )
    ecosystem = replace(ecosystem, command=tuple(command) or ecosystem.command)
    return replace(ecosystem, bases=(image,)) if image else ecosystem


def fit(definition: Definition, tree: Tree) -> Ecosystem:
    """The definition with what this repository's own files say."""
    test = definition.test
    command = (_script(test.script, tree) if test.script is not None else ()) or test.command
    ecosystem = _with_version(Ecosystem(definition, command=command, script=command, bases=()), tree)
    if any(_found(pattern, tree) is not None for pattern in definition.project.when):
        ecosystem = replace(ecosystem, project_install=definition.project.install)
    if any(_found(pattern, tree) is not None for pattern in test.prepare_when):
        ecosystem = replace(ecosystem, prepare=test.prepare)
    return ecosystem


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether a path matches one of the patterns: those with a slash as a whole, others by the file's name."""
    return any(fnmatchcase(path if "/" in pattern else basename(path), pattern) for pattern in patterns)


def _with_version(ecosystem: Ecosystem, tree: Tree) -> Ecosystem:
    definition = ecosystem.definition
    wanted, wanted_by = "", ""
    for pattern in definition.version.files:
        found = _found(pattern, tree)
        if found is not None and not wanted:
            wanted, wanted_by = found.group(1).strip(), pattern.path
    version = choose(definition.version.prefer, wanted) or ""
    bases = tuple(b.format(version=version) for b in definition.image.bases if version or "{version}" not in b)
    return replace(ecosystem, wanted=wanted, wanted_by=wanted_by, version=version, bases=bases)


def _script(script: Script, tree: Tree) -> tuple[str, ...]:
    """The repository's own test command; empty when it names none that can be used."""
    try:
        value: Any = json.loads(_text(script.path, tree))
        for key in script.key.split("."):
            value = value[key]
    except (ValueError, KeyError, TypeError):
        return ()
    if not isinstance(value, str) or not value.strip() or script.ignore in value:
        return ()
    return ("sh", "-c", value) if SHELL_SYNTAX.search(value) else tuple(shlex.split(value))


def _found(pattern: Pattern, tree: Tree) -> re.Match[str] | None:
    return re.search(pattern.pattern, _text(pattern.path, tree)) if pattern.path in tree else None


def _text(path: str, tree: Tree) -> str:
    return tree[path].content.decode("utf-8-sig", "replace") if path in tree else ""


def _is_input(path: str, file: File, patterns: Sequence[str]) -> bool:
    """A manifest at the top, or where its pattern says; a symlink is none (its target may be anything)."""
    return file.mode != "120000" and any(
        fnmatchcase(path, pattern) and path.count("/") == pattern.count("/") for pattern in patterns
    )


def _visible(path: str) -> bool:
    return not any(part.startswith(".") or part in ("node_modules", "venv") for part in path.split("/"))
