"""What the user trusts of a repository: the files it brings, as a whole, by the hash over their paths and bytes.

The user's word is kept in the user's own folder, one file for each repository (named after its common git folder, so
that all its work trees share it), with the text of what was trusted: a later version is shown as what changed. Every
state that was trusted once stays so until it is revoked; switching branches asks nothing twice.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from devagent.config.brought import FOLDER, KINDS, Brought, Kind, read_brought
from devagent.config.document import Flat
from devagent.config.resources import config_folder
from devagent.config.settings import set_by
from devagent.errors import UsageError
from devagent.journal.files import make_private, write_atomically
from devagent.repo.git import Repository
from devagent.team.chain import read_chain
from devagent.team.phases import read_phase
from devagent.team.prompts import Library, PromptFile
from devagent.team.roles import read_role
from devagent.workflows.results import VERSION

Standing = Literal["nothing", "untrusted", "changed", "trusted"]


@dataclass(frozen=True)
class Trusted:
    """One state of a repository's files that the user trusted, at a time in seconds since the epoch."""

    hash: str
    at: float
    files: Mapping[str, str]


@dataclass(frozen=True)
class Record:
    """What the user trusted of one repository, the latest last. `repository` is its common git folder."""

    repository: str
    trusted: tuple[Trusted, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The record as plain data."""
        return {"repository": self.repository, "trusted": [vars(state) for state in self.trusted]}


@dataclass(frozen=True)
class Look:
    """What a repository brings, what it would set, and where it stands with the user.

    `before` are the files as they were trusted last, `replaced` the prompt files that take the place of devagent's own.
    """

    repository: str
    brought: Brought
    standing: Standing
    settings: Flat = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    before: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The look as plain data, without the text of the files."""
        return {
            "devagent": VERSION,
            "kind": "trust",
            "repository": self.repository,
            "standing": self.standing,
            "hash": self.brought.hash if self.brought else "",
            "files": sorted(self.brought.files),
            "settings": self.settings,
        }


def accepted(repo: Repository, expected: str = "") -> tuple[Brought, str]:
    """The files that a repository brings if they count, else none and one line for the user.

    Arguments:
        expected: the hash that the user named for this command; nothing else counts then.

    Raises `UsageError` where the files are not those that `expected` stands for, or `expected` is no hash.
    """
    try:
        brought = read_brought(repo.root)
    except UsageError as error:
        if expected:
            raise
        return Brought({}), f"{error}. What this repository brings does not count"
    if not brought:
        return brought, ""
    if expected:
        check_hash(brought, expected)
        return brought, ""
    states = recorded(repo).trusted
    if any(state.hash == brought.hash for state in states):
        return brought, ""
    if states:
        return Brought({}), "the settings that this repository brings changed since you trusted them: devagent trust"
    return Brought({}), "this repository brings settings of its own that are not trusted: devagent trust"


def look(repo: Repository) -> Look:
    """What a repository brings, checked. Raises `UsageError` naming file, line and key of what it may not set."""
    brought, states = read_brought(repo.root), recorded(repo).trusted
    if not brought:
        return Look(str(repo.root), brought, "nothing")
    known = any(state.hash == brought.hash for state in states)
    standing: Standing = "trusted" if known else "changed" if states else "untrusted"
    library = Library(brought.prompts)
    return Look(
        repository=str(repo.root),
        brought=brought,
        standing=standing,
        settings=set_by(brought.config) if brought.config else {},
        replaced=frozenset(_checked(library)),
        before=states[-1].files if states else {},
    )


def check_hash(brought: Brought, expected: str) -> None:
    """Raises `UsageError` unless `expected` is the hash of these files, in full."""
    if not brought:
        raise UsageError(f"there is nothing in {FOLDER} to trust")
    if len(expected) != 64 or not set(expected) <= set("0123456789abcdef"):
        raise UsageError(
            f"{expected} is no hash", why="that has 64 digits, 0 to 9 and a to f", hint="See devagent trust"
        )
    if expected != brought.hash:
        raise UsageError(
            f"the files in {FOLDER} are not those that {expected[:12]}… stands for",
            why=f"their hash is {brought.hash}",
            hint="Read them with devagent trust; if they are right, name that hash",
        )


def record(repo: Repository, brought: Brought) -> None:
    """Trust this state of the files."""
    known = recorded(repo)
    others = tuple(state for state in known.trusted if state.hash != brought.hash)
    state = Trusted(brought.hash, round(time.time(), 3), dict(brought.files))
    path = _path(repo)
    make_private(path.parent)
    write_atomically(path, json.dumps(Record(known.repository, (*others, state)).to_json()).encode())


def revoke(repo: Repository) -> int:
    """Trust nothing of this repository any more; gives how many states were trusted."""
    count = len(recorded(repo).trusted)
    _path(repo).unlink(missing_ok=True)
    return count


def recorded(repo: Repository) -> Record:
    """What the user trusted of this repository."""
    return _read(_path(repo)) or Record(str(repo.common_dir))


def all_recorded() -> list[Record]:
    """What the user trusted of every repository, by its folder."""
    found = filter(None, map(_read, (config_folder() / "trust").glob("*.json")))
    return sorted(found, key=lambda record: record.repository)


def _path(repo: Repository) -> Path:
    name = hashlib.sha256(str(repo.common_dir).encode(errors="surrogateescape")).hexdigest()[:32]
    return config_folder() / "trust" / f"{name}.json"


def _read(path: Path) -> Record | None:
    try:
        data = json.loads(path.read_bytes())
        return Record(data["repository"], tuple(Trusted(**state) for state in data["trusted"]))
    except (OSError, ValueError, KeyError, TypeError):
        # What cannot be read was not said: the user is asked again.
        return None


def _checked(library: Library) -> Iterator[str]:
    """Reads every prompt file of a repository; gives those that take the place of devagent's own."""
    for path, text in sorted(library.brought.items()):
        kind, name = _kind_and_name(path)
        file = PromptFile(f"{FOLDER}/prompts/{path}", text, brought=True)
        match kind:
            case "roles":
                read_role(file, name, library)
            case "phases":
                read_phase(file, name, library).check()
            case "chains":
                read_chain(file, name, library)
        if library.beneath(file, kind, name):
            yield f"prompts/{path}"


def _kind_and_name(path: str) -> tuple[Kind, str]:
    folder, _, file = path.partition("/")
    for kind in KINDS:
        if kind == folder:
            return kind, file.removesuffix(KINDS[kind])
    raise ValueError(path)
