"""Settings, and the layer each value came from.

Layers, weakest first: built-in defaults, what a trusted repository sets, the user's `config.toml`, `devagent.*` keys of
the repository's git configuration (the user's own, never part of a clone), `DEVAGENT_SECTION__KEY` variables, the
command line. A repository may set only what is marked for it below, and of that only what holds nothing less.
"""

import os
import reprlib
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from devagent.config.document import Document, Flat
from devagent.errors import UsageError

Layer = Literal["default", "repository", "user file", "git config", "environment", "command line"]

OPEN: dict[str, Any] = {"repository": "any"}
"""Marks a setting that a trusted repository may set."""

LOWER: dict[str, Any] = {"repository": "lower"}
"""Marks a number that a trusted repository may lower and not raise. Where the default is 0, that means no limit."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ModelSettings(_Section):
    """Which model, and what it may do."""

    name: str = Field("", description="model to use: empty for the embedded one, ollama/NAME, provider/NAME, …")
    base_url: str = Field("", description="base URL of an OpenAI-compatible server that has this model")
    key_variable: str = Field("", description="environment variable that holds the key for base_url")
    allow: tuple[str, ...] = Field((), description="providers whose keys may be used without asking, e.g. anthropic")
    download: bool = Field(False, description="whether the embedded model may be downloaded without asking")
    roles: dict[str, str] = Field({}, description="another model for one role, by role name")
    seed: int = Field(0, ge=0, le=1000, description="another number draws other samples; the same number, the same")


class SandboxSettings(_Section):
    """Where tests run."""

    kind: Literal["auto", "docker", "process"] = Field("auto", description="isolation: auto, docker or process")
    image: str = Field("", description="image for a repository of no known ecosystem")
    command: str = Field("", description="test command; empty to find it out", json_schema_extra=OPEN)
    project: str = Field(
        "", description="folder of the project to test; empty for the one you stand in", json_schema_extra=OPEN
    )
    services: tuple[str, ...] = Field(
        (), description="what the tests talk to, started inside: redis, postgresql", json_schema_extra=OPEN
    )
    timeout: float = Field(600.0, gt=0, description="seconds one test run may take", json_schema_extra=LOWER)
    hang: float = Field(
        30.0, gt=0, description="seconds after which a single test counts as hanging", json_schema_extra=LOWER
    )
    include: tuple[str, ...] = Field(
        (),
        description="ignored files that the tests need (globs), and by their names tracked ones that look like secrets",
        json_schema_extra=OPEN,
    )
    memory_mib: int = Field(2048, ge=64, description="memory inside, in MiB", json_schema_extra=LOWER)
    cpus: float = Field(2.0, gt=0, description="processors inside", json_schema_extra=LOWER)
    processes: int = Field(512, ge=16, description="processes inside", json_schema_extra=LOWER)
    build_network: Literal["filtered", "open"] = Field(
        "filtered", description="what builds reach: filtered (the world, package indexes, build_hosts) or open (all)"
    )
    build_hosts: tuple[str, ...] = Field(
        (), description="hosts of your own network that builds may reach, as name or name:port"
    )
    disk_mib: int = Field(1024, ge=16, description="writable space inside, in MiB", json_schema_extra=LOWER)

    @field_validator("command")
    @classmethod
    def _is_a_command(cls, value: str) -> str:
        shlex.split(value)
        return value

    @field_validator("project")
    @classmethod
    def _is_a_folder_inside(cls, value: str) -> str:
        if value.startswith(("/", "~")) or ".." in value.split("/"):
            raise ValueError(f"{value!r} is no folder inside the repository")
        return value

    @field_validator("build_hosts")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not host or any(c in host for c in "/@?# "):
                raise ValueError(f"{host!r} is neither a name nor name:port")
        return value

    @field_validator("include")
    @classmethod
    def _lies_inside(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for path in value:
            if not path or path.startswith(("/", ":", "~")) or ".." in path.split("/"):
                raise ValueError(f"{path!r} is no path or glob inside the repository")
        return value


class BudgetSettings(_Section):
    """What one run may spend. Zero means no limit."""

    tokens: int = Field(400_000, ge=0, description="tokens, prompts and answers together", json_schema_extra=LOWER)
    cost: float = Field(0.0, ge=0, description="US dollars", json_schema_extra=LOWER)
    seconds: float = Field(900.0, ge=0, description="seconds from the first to the last event", json_schema_extra=LOWER)


class TeamSettings(_Section):
    """How candidates are produced."""

    strategy: Literal["auto", "chain", "lite"] = Field(
        "auto", description="auto, chain or lite", json_schema_extra=OPEN
    )
    chain: str = Field("default", description="chain to run: a file of prompts/chains", json_schema_extra=OPEN)
    search: Literal["auto", "first", "off"] = Field(
        "auto",
        description="search for small repairs: auto (beside a small model), first (also before a large one), off",
        json_schema_extra=OPEN,
    )
    samples: int = Field(64, ge=1, description="most answers sampled from a small model", json_schema_extra=OPEN)
    rounds: int = Field(3, ge=1, description="most rounds of code, test, review", json_schema_extra=OPEN)
    steps: int = Field(30, ge=1, description="most steps of one agent with tools", json_schema_extra=OPEN)


class ScopeSettings(_Section):
    """What may be changed. `--only` takes the place of `only`."""

    only: tuple[str, ...] = Field(
        (), description="files, folders and patterns that may be changed; empty for all", json_schema_extra=OPEN
    )
    never: tuple[str, ...] = Field(
        (), description="files, folders and patterns that are never changed", json_schema_extra=OPEN
    )

    @field_validator("only", "never")
    @classmethod
    def _lie_in_the_repository(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for path in value:
            if not path or path.startswith("/") or ".." in path.split("/"):
                raise ValueError(f"{path!r} is not named from the top of the repository")
        return value


EVERYWHERE = ScopeSettings()  # type: ignore[call-arg]
"""The scope that keeps nothing out."""


class Settings(_Section):
    """All settings."""

    model: ModelSettings = ModelSettings()  # type: ignore[call-arg]
    sandbox: SandboxSettings = SandboxSettings()  # type: ignore[call-arg]
    budget: BudgetSettings = BudgetSettings()  # type: ignore[call-arg]
    team: TeamSettings = TeamSettings()  # type: ignore[call-arg]
    scope: ScopeSettings = EVERYWHERE


@dataclass(frozen=True)
class Loaded:
    """Settings, for each dotted key the layer it came from, and the prompt files of a trusted repository.

    `prompts` maps a path below `prompts/` ("roles/coder.md") to the text of the file.
    """

    settings: Settings
    origins: Mapping[str, Layer]
    prompts: Mapping[str, str] = field(default_factory=dict)


def load(
    *,
    repository: Document | None = None,
    user_file: Path | None = None,
    git_config: Mapping[str, str] | None = None,
    command_line: Flat | None = None,
) -> Loaded:
    """Settings from all layers.

    Arguments:
        repository: what a repository sets that the user trusts.
        user_file: a TOML file with a table per section; may be missing.
        git_config: `devagent.section.key` → value, as git prints them.
        command_line: dotted keys that flags set; `None` values are left out.

    Raises `UsageError` naming file, line and key, or variable, of the first bad value.
    """
    brought = repository or _NOTHING
    user = (Document.read(user_file) if user_file else None) or _NOTHING
    own = {key.removeprefix("devagent."): value for key, value in (git_config or {}).items()}
    sources = (
        _Source("repository", brought.values, brought.place),
        _Source("user file", user.values, user.place),
        _Source("git config", own, lambda _: "git config"),
        _Source("environment", _from_environment(), lambda key: "DEVAGENT_" + key.upper().replace(".", "__")),
        _said(command_line or {}),
    )
    values = dict(_DEFAULTS)
    origins: dict[str, Layer] = dict.fromkeys(values, "default")
    for source in sources:
        checked = source.checked()
        values |= checked
        origins |= dict.fromkeys(checked, source.layer)
    return Loaded(_build(values), origins)


def with_flags(settings: Settings, flags: Mapping[str, Any]) -> Settings:
    """Settings with those, by dotted key, that the command line sets; `None` leaves one as it is.

    Raises `UsageError` naming the key of the first bad value.
    """
    return _build(flatten(settings.model_dump()) | _said(flags).checked())


def set_by(repository: Document) -> Flat:
    """What a repository sets. Raises `UsageError` naming file, line and key of what it may not set, or wrongly."""
    return _Source("repository", repository.values, repository.place).checked()


def flatten(nested: Mapping[str, Any]) -> Flat:
    """Two-level settings as dotted keys."""
    return {
        f"{section}.{key}": value
        for section, body in nested.items()
        for key, value in body.items()
        if not (section == "model" and key == "roles" and not value)
    }


@dataclass(frozen=True)
class _Source:
    """The values of one layer; `place` says where a key stands in it."""

    layer: Layer
    values: Flat
    place: Callable[[str], str]

    def checked(self) -> Flat:
        """The values. Raises `UsageError` for a key that does not exist, or a value that does not fit or may not be."""
        given = {key: value for key, value in self.values.items() if value != {} or key not in _TABLES}
        for key, value in given.items():
            self._check(key, value)
        return given

    def _check(self, key: str, value: Any) -> None:
        if "." not in key:
            raise _outside(self.place(key), key, value)
        if key not in _DEFAULTS and key != "model.roles" and not key.startswith("model.roles."):
            raise UsageError(f"{self.place(key)}: there is no setting {key}", hint=_nearest(key))
        try:
            built = _build({key: value})
        except ValidationError as error:
            problem = error.errors()[0]["msg"].removeprefix("Value error, ")
            shown = f"{self.place(key)}: {key} = {reprlib.repr(value)}"
            raise UsageError(shown, why=problem[:1].lower() + problem[1:]) from None
        if self.layer == "repository" and (why := _refusal(key, built)):
            raise UsageError(f"{self.place(key)}: a repository may not set {key} = {reprlib.repr(value)}", why=why)


def _said(flags: Mapping[str, Any]) -> _Source:
    given = {key: value for key, value in flags.items() if value is not None}
    return _Source("command line", given, lambda _: "command line")


def _build(flat: Flat) -> Settings:
    nested: dict[str, dict[str, Any]] = {}
    for key, value in flat.items():
        section, _, name = key.partition(".")
        if name.startswith("roles."):
            nested.setdefault(section, {}).setdefault("roles", {})[name.removeprefix("roles.")] = value
        elif isinstance(value, str) and key in _LISTS:
            nested.setdefault(section, {})[name] = tuple(filter(None, value.replace(",", " ").split()))
        else:
            nested.setdefault(section, {})[name] = value
    return Settings.model_validate(nested)


def sections() -> dict[str, type[BaseModel]]:
    """The tables of settings by name, in the order in which they are shown."""
    return {name: type(section) for name, section in Settings() if isinstance(section, BaseModel)}


def permission(key: str) -> str:
    """What a trusted repository may do with a setting: "any" for setting it, "lower", or "" for leaving it alone."""
    section, _, name = key.partition(".")
    known = sections()[section].model_fields.get(name)
    extra = known.json_schema_extra if known is not None else None
    return str(extra.get("repository", "")) if isinstance(extra, dict) else ""


def _refusal(key: str, built: Settings) -> str:
    """Why a repository may not set this; empty where it may."""
    allowed = permission(key)
    if allowed == "lower":
        section, _, name = key.partition(".")
        default, value = _DEFAULTS[key], getattr(getattr(built, section), name)
        if value > 0 and (value <= default or default == 0):
            return ""
        return f"it may lower this and not raise it (at most {default:g})" if default else "it may only set a limit"
    return "" if allowed else _REASONS.get(key.partition(".")[0], "this is for the user to decide")


_REASONS = {
    "model": "which model reads the code, and with whose key, is for the user to decide",
    "sandbox": "how untrusted code is held back is for the user to decide",
}
_NOTHING = Document("", "")
_DEFAULTS = flatten(Settings().model_dump())
_TABLES = {*Settings.model_fields, "model.roles"}
_LISTS = {key for key, value in _DEFAULTS.items() if isinstance(value, tuple)}


def _from_environment() -> Flat:
    found = {}
    for name, value in os.environ.items():
        if name.startswith("DEVAGENT_") and "__" in name:
            section, _, key = name.removeprefix("DEVAGENT_").lower().partition("__")
            found[f"{section}.{key.replace('__', '.')}"] = value
    return found


def _outside(place: str, key: str, value: Any) -> UsageError:
    if key in Settings.model_fields:
        return UsageError(f"{place}: {key} = {reprlib.repr(value)}", why="it is a table", hint=f"Write [{key}]")
    if value == {}:
        return UsageError(f"{place}: there is no table {key}", hint=f"There are: {', '.join(Settings.model_fields)}")
    return UsageError(f"{place}: {key} stands outside a table", hint=_nearest(key))


def _nearest(key: str) -> str:
    import difflib

    close = difflib.get_close_matches(key, _DEFAULTS, n=1, cutoff=0.5)
    return f"Did you mean {close[0]}?" if close else "`devagent config show` lists them"
