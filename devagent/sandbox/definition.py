"""The shape of sandboxes/NAME/ecosystem.toml: what devagent knows about a kind of repository, as data.

A folder of the same name in the user's configuration replaces the one that devagent ships.
"""

import dataclasses
import tomllib
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from devagent.config.resources import config_folder, data_folder
from devagent.errors import UsageError


@dataclass(frozen=True)
class Pattern:
    """A regular expression to look for in one file of the repository."""

    path: str
    pattern: str


@dataclass(frozen=True)
class Detect:
    """How files are told apart. A pattern with a slash matches whole paths (`*` crosses slashes), others file names."""

    markers: tuple[str, ...]
    tests: tuple[str, ...]
    helpers: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Version:
    """Versions of the language, best first, and where a repository says which it wants."""

    prefer: tuple[str, ...]
    files: tuple[Pattern, ...]


@dataclass(frozen=True)
class Image:
    """What environments are made from: base images best first, the repository's manifests, our own build files."""

    bases: tuple[str, ...]
    contains: Mapping[str, str]
    inputs: tuple[str, ...]
    build: tuple[str, ...]


@dataclass(frozen=True)
class Project:
    """The command that installs the project offline, and the files that call for it."""

    install: tuple[str, ...]
    when: tuple[Pattern, ...]


@dataclass(frozen=True)
class Script:
    """A value in a JSON manifest that holds the repository's own test command."""

    path: str
    key: str
    ignore: str


@dataclass(frozen=True)
class Testing:
    """How tests are run. `{report}` and `{probes}` stand for paths inside the sandbox.

    `select` says how tests are chosen: "probe" (the probe gets exact ids), "files" (files are named on the command
    line, the report is filtered) or "none" (everything runs). `style` tells a model how tests are written here.
    """

    __test__ = False

    command: tuple[str, ...]
    runners: tuple[str, ...]
    wrappers: tuple[str, ...]
    options: tuple[str, ...]
    fail_fast: tuple[str, ...]
    coverage: tuple[str, ...]
    select: str
    probe: tuple[str, ...]
    coverage_probe: tuple[str, ...]
    no_report: Mapping[str, str]
    environment: Mapping[str, str]
    script: Script | None = None
    aliases: tuple[tuple[str, ...], ...] = ()
    style: str = ""
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
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        definition: Definition = _build(Definition, {**document, "folder": str(path.parent)}, "")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"{path} cannot be used", why=str(error)) from None
    return definition


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
    if kind is Path:
        return Path(value)
    if kind is str:
        _expect(isinstance(value, str), where, "a text")
        return value
    _expect(isinstance(value, dict), where, "a table of texts")
    return types.MappingProxyType({str(key): _build(str, item, f"{where}.{key}") for key, item in value.items()})


def _record(kind: Any, value: Any, where: str) -> Any:
    _expect(isinstance(value, dict), where, "a table")
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    if unknown := sorted(value.keys() - fields.keys()):
        raise ValueError(f"nothing is called {where + '.' if where else ''}{unknown[0]}")
    needed = {name for name, field in fields.items() if field.default is dataclasses.MISSING}
    if missing := sorted(needed - value.keys()):
        raise ValueError(f"{where + '.' if where else ''}{missing[0]} is missing")
    return kind(**{key: _build(hints[key], item, f"{where}.{key}".lstrip(".")) for key, item in value.items()})


def _expect(holds: bool, where: str, what: str) -> None:
    if not holds:
        raise ValueError(f"{where} must be {what}")
