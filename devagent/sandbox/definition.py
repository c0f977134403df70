"""The shape of sandboxes/NAME/ecosystem.toml: what devagent knows about a kind of repository, as data.

A folder of the same name in the user's configuration replaces the one that devagent ships.
"""

import dataclasses
import tomllib
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from devagent.config.resources import config_folder, data_folder
from devagent.errors import UsageError


@dataclass(frozen=True)
class Pattern:
    """A regular expression to look for in one file of the repository."""

    path: str
    pattern: str


@dataclass(frozen=True)
class Detect:
    """How files are told apart. A pattern with a slash matches whole paths (`*` crosses slashes), others file names.

    A folder that holds one of `manifests` and tests below it is a project of its own, and one with `loose_manifests`
    where the top of the repository has no manifest at all. Where one of `covers` is found at the top, the test command
    there is meant for all folders.
    """

    markers: tuple[str, ...]
    manifests: tuple[str, ...]
    tests: tuple[str, ...]
    helpers: tuple[str, ...]
    sources: tuple[str, ...]
    loose_manifests: tuple[str, ...] = ()
    covers: tuple[Pattern, ...] = ()


@dataclass(frozen=True)
class Version:
    """Versions of the language, best first, and where a repository says which it wants."""

    prefer: tuple[str, ...]
    files: tuple[Pattern, ...]


@dataclass(frozen=True)
class Tools:
    """What an image needs beside, where the project has one of `files`: shell text that installs it, as root."""

    files: tuple[str, ...]
    install: str


@dataclass(frozen=True)
class Image:
    """What environments are made from: base images best first, the repository's manifests, our own build files.

    With `fetches` the build gets the chosen version of the language by itself where it can: it finds it in a file.
    `workspaces` says by which rules projects of one repository need each other.
    """

    bases: tuple[str, ...]
    contains: Mapping[str, str]
    inputs: tuple[str, ...]
    build: tuple[str, ...]
    workspaces: Literal["none", "npm", "python"] = "none"
    fetches: bool = False
    tools: tuple[Tools, ...] = ()


@dataclass(frozen=True)
class Project:
    """The command that installs the project offline, and the files that call for it.

    The folders to install are added to `install`. Where it, or the environment's own making, leaves text in the file
    `note`, that is told.
    """

    install: tuple[str, ...]
    when: tuple[Pattern, ...]
    note: str = ""


@dataclass(frozen=True)
class Script:
    """A value in a JSON manifest that holds the repository's own test command.

    The other values of its table can be named in it: `run` are the words before such a name. That whose name has
    `before` in front runs first.
    """

    path: str
    key: str
    ignore: str
    run: tuple[str, ...] = ()
    before: str = ""


@dataclass(frozen=True)
class Runner:
    """A test runner that can be made to report each test. `{report}`, `{probes}` and `{root}` (the way from the
    project's folder to the top of the workspace) stand for paths inside the sandbox.

    A command is this runner's when it names one of `words`. `options` go right behind that word, and what matches
    `without` is taken out: a word (`--watch`), its value with it (`--reporter *`). `wrap` goes before the whole
    command. `format` says what the report is: "junit", or "go" for the events of `go test -json`; `ids` what its ids
    begin with.

    `select` says how tests are chosen: "probe" (the probe gets exact ids), "files" or "patterns" (files are named on
    the command line, in regular expressions), "option" (by `selection`, in which `{places}` and `{names}` are the
    parts of the ids) or "none" (everything runs). Whatever else ran is left out of the results.

    `warm` says what runs tests again and again while edits are tried (the worker and the module that it is given, see
    sandboxes/node/warm.mjs); without it no edits are searched with this runner, unless devagent knows it better.

    `command` is what runs all tests where the repository has no test script and one of `when` is found. `style`
    tells a model how tests are written here.
    """

    name: str
    words: tuple[str, ...]
    options: tuple[str, ...]
    select: Literal["probe", "files", "patterns", "option", "none"]
    without: tuple[str, ...] = ()
    wrap: tuple[str, ...] = ()
    format: Literal["junit", "go"] = "junit"
    ids: Literal["files", "packages", "classes"] = "files"
    selection: tuple[str, ...] = ()
    fail_fast: tuple[str, ...] = ()
    coverage: tuple[str, ...] = ()
    probe: tuple[str, ...] = ()
    coverage_probe: tuple[str, ...] = ()
    warm: tuple[str, ...] = ()
    no_report: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    when: tuple[Pattern, ...] = ()
    style: str = ""


@dataclass(frozen=True)
class Testing:
    """How tests are run. `command` does it where nothing else is known.

    `wrappers` are programs in front of a runner that the sandbox stands for, and that fall away with all up to it;
    `carriers` are those that stay. `prepare` is shell text that runs in the project's folder before each command, if
    one of `prepare_when` is found; `{top}` in it is the way to the folder that the environment was made for.
    """

    __test__ = False

    command: tuple[str, ...]
    runners: tuple[Runner, ...]
    environment: Mapping[str, str]
    wrappers: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    script: Script | None = None
    aliases: tuple[tuple[str, ...], ...] = ()
    prepare: str = ""
    prepare_when: tuple[Pattern, ...] = ()


@dataclass(frozen=True)
class Tampering:
    """Files that decide which tests run and how."""

    runner: tuple[str, ...]


@dataclass(frozen=True)
class Definition:
    """One ecosystem.toml, and the folder that it lies in."""

    name: str
    detect: Detect
    version: Version
    image: Image
    project: Project
    test: Testing
    tampering: Tampering
    folder: Path = Path()

    def text(self, name: str) -> str:
        """A file beside ecosystem.toml, such as `Dockerfile`."""
        return (self.folder / name).read_text(encoding="utf-8")


def names() -> tuple[str, ...]:
    """The ecosystems that are defined, the user's included; `python` and `node` first."""
    folders = [folder for root in _roots() if root.is_dir() for folder in root.iterdir()]
    found = {folder.name for folder in folders if (folder / "ecosystem.toml").is_file()}
    known = ("python", "node")
    return tuple(sorted(found, key=lambda name: (known.index(name) if name in known else len(known), name)))


def load(name: str) -> Definition:
    """The definition of an ecosystem.

    Raises `UsageError` when there is none of this name, or its file does not have the shape that it should.
    """
    for root in _roots():
        path = root / name / "ecosystem.toml"
        if path.is_file():
            return read(path)
    raise UsageError(f"no ecosystem is called {name}", hint=f"There are: {', '.join(names())}")


def read(path: Path) -> Definition:
    """The definition in one file. Raises `UsageError`."""
    definition: Definition = read_as(Definition, path)
    return dataclasses.replace(definition, folder=path.parent)


def read_as(kind: Any, path: Path) -> Any:
    """The TOML document in a file as a dataclass of this kind. Raises `UsageError` when it does not have its shape."""
    try:
        return _build(kind, tomllib.loads(path.read_text(encoding="utf-8")), "")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"{path} cannot be used", why=str(error)) from None


def _roots() -> tuple[Path, Path]:
    return config_folder() / "sandboxes", data_folder("sandboxes")


def _build(kind: Any, value: Any, where: str) -> Any:
    """The TOML value as `kind`; a `ValueError` names the place of what does not fit."""
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, where)
    if isinstance(kind, types.UnionType):
        return None if value is None else _build(get_args(kind)[0], value, where)
    if get_origin(kind) is tuple:
        _expect(isinstance(value, list), where, "a list")
        return tuple(_build(get_args(kind)[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if get_origin(kind) is Literal:
        _expect(value in get_args(kind), where, f"one of {', '.join(get_args(kind))}")
        return value
    if kind is Path:
        return Path(value)
    if kind is bool:
        _expect(isinstance(value, bool), where, "true or false")
        return value
    if kind is str:
        _expect(isinstance(value, str), where, "a text")
        return value
    _expect(isinstance(value, dict), where, "a table of texts")
    return types.MappingProxyType({str(key): _build(str, item, f"{where}.{key}") for key, item in value.items()})


def _record(kind: Any, value: Any, where: str) -> Any:
    _expect(isinstance(value, dict), where, "a table")
    hints = get_type_hints(kind)
    fields = {f.name: f for f in dataclasses.fields(kind)}
    if unknown := sorted(value.keys() - fields.keys()):
        raise ValueError(f"nothing is called {where + '.' if where else ''}{unknown[0]}")
    absent = dataclasses.MISSING
    needed = {name for name, f in fields.items() if f.default is absent and f.default_factory is absent}
    if missing := sorted(needed - value.keys()):
        raise ValueError(f"{where + '.' if where else ''}{missing[0]} is missing")
    return kind(**{key: _build(hints[key], item, f"{where}.{key}".lstrip(".")) for key, item in value.items()})


def _expect(holds: bool, where: str, what: str) -> None:
    if not holds:
        raise ValueError(f"{where} must be {what}")
