"""Settings, and the layer each value came from.

Layers, weakest first: built-in defaults, the user's `config.toml`, `devagent.*` keys of the repository's git
configuration (the user's own, never part of a clone), `DEVAGENT_SECTION__KEY` variables, the command line.
Files of a repository set nothing here.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devagent.errors import UsageError

Layer = Literal["default", "user file", "git config", "environment", "command line"]
Flat = dict[str, Any]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelSettings(_Section):
    """Which model, and what it may do."""

    name: str = Field("", description="model to use: empty for the embedded one, ollama/NAME, provider/NAME, …")
    base_url: str = Field("", description="base URL of an OpenAI-compatible server that has this model")
    key_variable: str = Field("", description="environment variable that holds the key for base_url")
    allow: tuple[str, ...] = Field((), description="providers whose keys may be used without asking, e.g. anthropic")
    download: bool = Field(False, description="whether the embedded model may be downloaded without asking")
    roles: dict[str, str] = Field({}, description="another model for one role, by role name")


class SandboxSettings(_Section):
    """Where tests run."""

    kind: Literal["auto", "docker", "process"] = Field("auto", description="isolation: auto, docker or process")
    image: str = Field("", description="image for a repository of no known ecosystem")
    command: str = Field("", description="test command; empty to find it out")
    timeout: float = Field(600.0, gt=0, description="seconds one test run may take")
    hang: float = Field(30.0, gt=0, description="seconds after which a single test counts as hanging")
    memory_mib: int = Field(2048, ge=64, description="memory inside, in MiB")
    cpus: float = Field(2.0, gt=0, description="processors inside")
    processes: int = Field(512, ge=16, description="processes inside")
    disk_mib: int = Field(1024, ge=16, description="writable space inside, in MiB")


class BudgetSettings(_Section):
    """What one run may spend. Zero means no limit."""

    tokens: int = Field(400_000, ge=0, description="tokens, prompts and answers together")
    cost: float = Field(0.0, ge=0, description="US dollars")
    seconds: float = Field(900.0, ge=0, description="seconds from the first to the last event")


class TeamSettings(_Section):
    """How candidates are produced."""

    strategy: Literal["auto", "chain", "lite"] = Field("auto", description="auto, chain or lite")
    chain: str = Field("default", description="chain to run: a file of prompts/chains")
    samples: int = Field(64, ge=1, description="most answers sampled from a small model")
    rounds: int = Field(3, ge=1, description="most rounds of code, test, review")
    steps: int = Field(30, ge=1, description="most steps of one agent with tools")


class Settings(_Section):
    """All settings."""

    model: ModelSettings = ModelSettings()  # type: ignore[call-arg]
    sandbox: SandboxSettings = SandboxSettings()  # type: ignore[call-arg]
    budget: BudgetSettings = BudgetSettings()  # type: ignore[call-arg]
    team: TeamSettings = TeamSettings()  # type: ignore[call-arg]


@dataclass(frozen=True)
class Loaded:
    """Settings, and for each dotted key the layer it came from."""

    settings: Settings
    origins: Mapping[str, Layer]


def load(
    *, user_file: Path | None = None, git_config: Mapping[str, str] | None = None, command_line: Flat | None = None
) -> Loaded:
    """Settings from all layers.

    Arguments:
        user_file: a TOML file with a table per section; may be missing.
        git_config: `devagent.section.key` → value, as git prints them.
        command_line: dotted keys that flags set; `None` values are left out.

    Raises `UsageError` naming file, line and key, or variable, of the first bad value.
    """
    layers: list[tuple[Layer, Flat]] = [
        ("user file", _from_file(user_file)),
        ("git config", {k.removeprefix("devagent."): v for k, v in (git_config or {}).items()}),
        ("environment", _from_environment()),
        ("command line", {k: v for k, v in (command_line or {}).items() if v is not None}),
    ]
    values = flatten(Settings().model_dump())
    origins: dict[str, Layer] = dict.fromkeys(values, "default")
    known = set(values)
    for layer, flat in layers:
        for key, value in flat.items():
            if key not in known and not key.startswith("model.roles."):
                raise UsageError(
                    f"{_where(layer, key, user_file)}: there is no setting {key}", hint=_nearest(key, known)
                )
            _check(layer, key, value, user_file)
            values[key] = value
            origins[key] = layer
    return Loaded(_build(values), origins)


def flatten(nested: Mapping[str, Any]) -> Flat:
    """Two-level settings as dotted keys."""
    return {
        f"{section}.{key}": value
        for section, body in nested.items()
        for key, value in body.items()
        if not (section == "model" and key == "roles" and not value)
    }


def _build(flat: Flat) -> Settings:
    nested: dict[str, dict[str, Any]] = {}
    for key, value in flat.items():
        section, _, name = key.partition(".")
        if name.startswith("roles."):
            nested.setdefault(section, {}).setdefault("roles", {})[name.removeprefix("roles.")] = value
        elif isinstance(value, str) and name == "allow":
            nested.setdefault(section, {})[name] = tuple(filter(None, value.replace(",", " ").split()))
        else:
            nested.setdefault(section, {})[name] = value
    return Settings.model_validate(nested)


def _check(layer: Layer, key: str, value: Any, user_file: Path | None) -> None:
    try:
        _build({key: value})
    except ValidationError as error:
        problem = error.errors()[0]["msg"]
        raise UsageError(
            f"{_where(layer, key, user_file)}: {key} = {value!r}", why=problem[:1].lower() + problem[1:]
        ) from None


def _from_file(path: Path | None) -> Flat:
    if path is None or not path.exists():
        return {}
    try:
        document = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML", why=str(error)) from None
    for section, body in document.items():
        if not isinstance(body, dict):
            raise UsageError(f"{path}, line {_line(path, section)}: {section} stands outside a table")
    flat = flatten(document)
    for role, name in flat.pop("model.roles", {}).items():
        flat[f"model.roles.{role}"] = name
    return flat


def _from_environment() -> Flat:
    found = {}
    for name, value in os.environ.items():
        if name.startswith("DEVAGENT_") and "__" in name:
            section, _, key = name.removeprefix("DEVAGENT_").lower().partition("__")
            found[f"{section}.{key.replace('__', '.')}"] = value
    return found


def _where(layer: Layer, key: str, user_file: Path | None) -> str:
    match layer:
        case "user file":
            assert user_file is not None
            return f"{user_file}, line {_line(user_file, key)}"
        case "environment":
            return "DEVAGENT_" + key.upper().replace(".", "__")
        case _:
            return layer


def _line(path: Path, key: str) -> int:
    """The line of a dotted key; where it cannot be told, that of its table, or the first."""
    table, _, name = key.rpartition(".")
    inside, begins = not table, 1
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.strip().startswith("["):
            inside = line.split("#")[0].strip() == f"[{table}]"
            begins = number if inside else begins
        elif inside and line.split("=")[0].strip() == name:
            return number
    return begins


def _nearest(key: str, known: set[str]) -> str:
    import difflib

    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"Did you mean {close[0]}?" if close else "`devagent config show` lists them"
