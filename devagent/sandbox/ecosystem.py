"""What kind of repository this is, and what follows: environment, test command, which files are tests.

The knowledge itself is data (sandboxes/NAME/ecosystem.toml, see `definition`); here it meets the files of a snapshot.
"""

import json
import posixpath
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from devagent.errors import CannotRun
from devagent.sandbox import commandline
from devagent.sandbox.definition import Definition, Pattern, Runner, Script, load, names
from devagent.sandbox.manifests import OURS, below, environment_folder, inputs, matches, to_install, visible
from devagent.sandbox.recipe import Recipe
from devagent.sandbox.sandbox import File, Tree
from devagent.sandbox.services import Service, starting
from devagent.sandbox.versions import choose, fits

SHELL_SYNTAX = re.compile(r"[;&|<>$*?`()\[\]{}~\n]|^\s*\w+=")
# What follows says that the script of another project is meant.
_SCRIPT_NAME = r"([\w:.-]+)(?=\s|$|[;&|)])(?![^;&|]*\s(?:-ws?|--workspaces?|--prefix|-C|-r|--recursive|--filter)\b)"
_MAX_SCRIPTS = 20


@dataclass(frozen=True)
class Ecosystem:
    """A definition, fitted to one project: a whole repository, or what lies in its `folder`.

    `command` runs all tests: the user's, else `script`, which is the repository's own or the definition's; `scripts`
    are the repository's by name. `wanted` is the version range that the file `wanted_by` asks for; `version` the one
    chosen for it. `project_install` runs
    offline in a fresh workspace. `prepare` is shell text that runs before each test command. `tools` is shell text
    that installs, as root, what the image needs beside; `services` say which services that is for.
    """

    definition: Definition
    command: tuple[str, ...]
    script: tuple[str, ...]
    bases: tuple[str, ...]
    folder: str = ""
    scripts: Mapping[str, str] = field(default_factory=dict)
    wanted: str = ""
    wanted_by: str = ""
    version: str = ""
    project_install: tuple[str, ...] | None = None
    prepare: str = ""
    tools: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()

    @property
    def name(self) -> str:
        """The name of the ecosystem: `python`, `node`, `generic`, or one of the user's."""
        return self.definition.name

    @property
    def environment(self) -> Mapping[str, str]:
        """What test commands see beside what every sandbox sets; `{probes}` is still in it."""
        more = {name: value for service in self.services for name, value in service.environment.items()}
        return {**self.definition.test.environment, **more}

    @property
    def runner(self) -> Runner | None:
        """The test runner that the command names, if it is one that reports each test."""
        return self.runner_of(self.command)

    @property
    def test_style(self) -> str:
        """How a new test is to be written here, in words for a model; empty when that is not known."""
        runner = self.runner or next(iter(self.definition.test.runners), None)
        return runner.style if runner else ""

    @property
    def carriers(self) -> tuple[str, ...]:
        """Programs that run a runner named behind them."""
        return self.definition.test.carriers

    @property
    def way_up(self) -> str:
        """The way from the project's folder to the top of the workspace."""
        return "/".join([".."] * len(self.folder.split("/"))) if self.folder else "."

    def runner_of(self, argv: Sequence[str]) -> Runner | None:
        """The runner that a command names; `None` for none, or several."""
        runners = self.definition.test.runners
        named = [runner for runner in runners if commandline.names(argv, runner.words, self.carriers)]
        return named[0] if len(named) == 1 else None

    def expanded(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        """The command with the repository's scripts in the place of their names (`npm run unit`)."""
        script = self.definition.test.script
        text = shlex.join(argv)
        expanded = _expanded(text, script, self.scripts, ()) if script else text
        return argv if expanded == text else _as_command(expanded)

    def inside(self, path: str) -> str:
        """A path of the repository as the project's folder sees it."""
        return posixpath.relpath(path, self.folder) if self.folder else path

    def owns(self, path: str) -> bool:
        """Whether a path of the repository lies in the project's folder."""
        return not self.folder or path.startswith(f"{self.folder}/")

    def recipe(self, tree: Tree) -> Recipe:
        """How the environment for this project is made. Pure: the same files give the same recipe."""
        definition = self.definition
        return Recipe(
            ecosystem=self.name,
            bases=self.bases,
            dockerfile=_with_tools(definition.text("Dockerfile"), self.tools),
            install=definition.text("install.sh"),
            inputs=dict(sorted({**inputs(definition, tree, self.folder), **self._version_file()}.items())),
        )

    def mismatch(self, base: str = "", version: str = "") -> str:
        """One line when an environment from `base`, or with this `version`, is not what was asked for; else empty."""
        found = version or self.definition.image.contains.get(base, "")
        if not found or not self.wanted or fits(found, self.wanted):
            return ""
        return f"{self.wanted_by} asks for {self.name} {self.wanted}; the sandbox has {found}"

    def is_test(self, path: str) -> bool:
        """Whether the file holds tests, by its name."""
        return matches(self._own(path), self.definition.detect.tests)

    def serves_tests(self, path: str) -> bool:
        """Whether the file holds tests, or helps them (fixtures, data): not where a bug is looked for."""
        return self.is_test(path) or matches(self._own(path), self.definition.detect.helpers)

    def is_source(self, path: str) -> bool:
        """Whether the file is code of this ecosystem that is no test."""
        return matches(path, self.definition.detect.sources) and not self.serves_tests(path)

    def is_runner_config(self, path: str) -> bool:
        """Whether the file decides which tests run and how: a patch that touches it is flagged."""
        return matches(self._own(path), self.definition.tampering.runner)

    def _version_file(self) -> dict[str, File]:
        """For builds that can get a version by themselves: those that fit, best first, and the range asked for."""
        if not self.definition.image.fetches:
            return {}
        fitting = [version for version in self.definition.version.prefer if fits(version, self.wanted)]
        return {f"{OURS}/version": File(f"{' '.join(fitting)},{self.wanted}\n".encode())}

    def _own(self, path: str) -> str:
        return path.removeprefix(f"{self.folder}/") if self.folder else path


def detect(tree: Tree, *, command: Sequence[str] = (), image: str = "", folder: str = "") -> Ecosystem:
    """The ecosystem of a snapshot, or of one folder in it: of those whose marks it bears, that with most test files.

    `command` (the user's) takes the place of the repository's own test command, `image` of the base images. A
    repository that bears no mark is `generic`, if there is a command.

    Raises `CannotRun` when no way to run the tests is known.
    """
    own = below(tree, folder)
    found = []
    for name in names():
        definition = load(name)
        if any(matches(path, definition.detect.markers) for path in own):
            tests = sum(1 for path in own if visible(path) and matches(path, definition.detect.tests))
            found.append((tests, definition))
    definition = max(found, key=lambda pair: pair[0])[1] if found else load("generic")
    ecosystem = fit(definition, tree, folder)
    if not (command or ecosystem.command):
        known = " or ".join(name for name in names() if name != "generic")
        what = f"the project in {folder}" if folder else "this repository"
        raise CannotRun(
            f"no way to run the tests of {what} is known",
            why=f"it does not look like {known}" if own else "it has no files yet",
            hint="Name the test command behind `--`, or in the settings (sandbox.command, sandbox.image)",
        )
    ecosystem = replace(ecosystem, command=tuple(command) or ecosystem.command)
    return replace(ecosystem, bases=(image,)) if image else ecosystem


def fit(definition: Definition, tree: Tree, folder: str = "") -> Ecosystem:
    """The definition with what the files of the project in `folder` say."""
    test, own = definition.test, below(tree, folder)
    scripts = _scripts(test.script, own) if test.script is not None else {}
    command = (_script(test.script, scripts) if test.script is not None else ()) or _usual_command(definition, own)
    bare = Ecosystem(definition, command=command, script=command, bases=(), folder=folder, scripts=scripts)
    ecosystem = _with_version(bare, {**tree, **own})
    if any(_found(pattern, own) is not None for pattern in definition.project.when):
        ecosystem = replace(ecosystem, project_install=(*definition.project.install, *to_install(tree, folder)))
    if any(_found(pattern, own) is not None for pattern in test.prepare_when) or (folder and test.prepare):
        top = environment_folder(definition, tree, folder)
        ecosystem = replace(
            ecosystem, prepare=test.prepare.replace("{top}", posixpath.relpath(top or ".", folder or "."))
        )
    builds = ecosystem.project_install is not None or not definition.project.when
    needed = [tools for tools in definition.image.tools if builds and any(matches(path, tools.files) for path in own)]
    return replace(ecosystem, tools=tuple(tools.install for tools in needed))


def with_services(ecosystem: Ecosystem, found: Sequence[Service]) -> Ecosystem:
    """The ecosystem with services that its tests talk to."""
    if not found:
        return ecosystem
    return replace(
        ecosystem,
        services=tuple(found),
        prepare="; ".join(filter(None, [ecosystem.prepare, starting(found)])),
        tools=(*ecosystem.tools, *(service.install for service in found)),
    )


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


def _usual_command(definition: Definition, own: Tree) -> tuple[str, ...]:
    """What runs the tests of a project that has no script for it."""
    for runner in definition.test.runners:
        if runner.command and any(_found(pattern, own) is not None for pattern in runner.when):
            return runner.command
    return definition.test.command


def _scripts(script: Script, tree: Tree) -> Mapping[str, str]:
    """The repository's scripts by name, its test script among them."""
    try:
        table: Any = json.loads(_text(script.path, tree))
        for key in script.key.split(".")[:-1]:
            table = table[key]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return {name: text for name, text in table.items() if isinstance(text, str)} if isinstance(table, dict) else {}


def _script(script: Script, scripts: Mapping[str, str]) -> tuple[str, ...]:
    """The repository's own test command; empty when it names none that can be used."""
    name = script.key.rpartition(".")[2]
    value = scripts.get(name, "")
    if not value.strip() or script.ignore in value:
        return ()
    first = scripts.get(f"{script.before}{name}", "").strip() if script.before else ""
    if first:
        value = f"({first}) || {{ echo 'ERROR: {script.before}{name} failed'; exit 1; }}; {value}"
    return _as_command(_expanded(value, script, scripts, (name,)))


def _expanded(value: str, script: Script, scripts: Mapping[str, str], done: Sequence[str]) -> str:
    """The text with the scripts that it names in their places: the sandbox may lack the program that would do it."""
    run = "|".join(re.escape(words) for words in script.run)
    named = re.compile(rf"(?<![\w./-])(?:{run})\s+(?:(?:-s|--silent)\s+)?{_SCRIPT_NAME}(?:\s+--(?=\s|$))?")
    seen = set(done)
    for _ in range(_MAX_SCRIPTS if script.run else 0):
        if (found := next((m for m in named.finditer(value) if m[1] in scripts and m[1] not in seen), None)) is None:
            break
        seen.add(found[1])
        inner = scripts[found[1]]
        inner = f"({inner})" if re.search(r"[;&|\n]", inner) else inner
        value = value[: found.start()] + inner + value[found.end() :]
    return value


def _as_command(text: str) -> tuple[str, ...]:
    return ("sh", "-c", text) if SHELL_SYNTAX.search(text) else _words(text)


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError:  # a quote that is left open: the shell will say so
        return ("sh", "-c", text)


def _found(pattern: Pattern, tree: Tree) -> re.Match[str] | None:
    return re.search(pattern.pattern, _text(pattern.path, tree)) if pattern.path in tree else None


def _text(path: str, tree: Tree) -> str:
    return tree[path].content.decode("utf-8-sig", "replace") if path in tree else ""


def _with_tools(dockerfile: str, tools: Sequence[str]) -> str:
    """The Dockerfile with more tools, before the manifests come in: images of other projects can share those steps."""
    lines = dockerfile.splitlines(keepends=True)
    place = next((n for n, line in enumerate(lines) if line.startswith("COPY")), len(lines))
    return "".join([*lines[:place], *(f"RUN {' '.join(text.split())}\n" for text in tools), *lines[place:]])
