"""Candidates, the evidence about them, and the proposal that one of them becomes. All of it is plain frozen data."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from devagent.errors import UsageError

VERSION = 1


class Verdict(StrEnum):
    """What a gate concluded. `NO_VERDICT` means that it could not check, and is never a pass."""

    PASS = "pass"
    FAIL = "fail"
    NO_VERDICT = "no-verdict"


@dataclass(frozen=True)
class Origin:
    """Where a candidate came from. `sample` counts the attempts of a phase from 0."""

    strategy: str
    phase: str = ""
    sample: int = 0
    roles: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A commit on top of the run's snapshot `base`, and the paths it changes."""

    commit: str
    base: str
    paths: tuple[str, ...]
    origin: Origin

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Candidate":
        """The candidate that `dataclasses.asdict` made this of."""
        origin = dict(data["origin"])
        origin |= {"roles": tuple(origin["roles"]), "models": tuple(origin["models"])}
        return cls(data["commit"], data["base"], tuple(data["paths"]), Origin(**origin))


@dataclass(frozen=True)
class Evidence:
    """What a gate observed: `summary` is one line, `details` one line for each thing found, `data` for machines."""

    gate: str
    verdict: Verdict
    summary: str
    details: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Evidence":
        """The evidence that `dataclasses.asdict` made this of."""
        return cls(**{**data, "verdict": Verdict(data["verdict"]), "details": tuple(data["details"])})


@dataclass(frozen=True)
class Alternative:
    """What else passes every gate and does something else, as a commit of its own on top of the snapshot.

    `call` is a call of the project's code that shows the difference: it comes to `here` with the proposal and to
    `there` with this. `way` says how it was found.
    """

    commit: str
    paths: tuple[str, ...]
    way: str
    call: str
    here: str
    there: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Alternative":
        """The alternative that `dataclasses.asdict` made this of."""
        return cls(**{**data, "paths": tuple(data["paths"])})


@dataclass(frozen=True)
class Proposal:
    """The selected candidate with its evidence.

    `commit` holds the candidate's tree on top of `candidate.base`, with trailers; it is set when the proposal is
    published. `verified` says that a test observed the task. `flags` need the user's word (weakened tests), `notes`
    and `assumptions` are only shown. `merges` is the commit that is merged in, where the proposal is a merge. With
    `alternatives` it is ambiguous: the tests do not tell which is meant.
    """

    run: str
    candidate: Candidate
    evidence: tuple[Evidence, ...] = ()
    verified: bool = False
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    commit: str = ""
    merges: str = ""
    alternatives: tuple[Alternative, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The proposal as plain data."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Proposal":
        """The proposal that `to_json` gave."""
        lists = {name: tuple(data[name]) for name in ("flags", "notes", "assumptions")}
        return cls(
            run=data["run"],
            candidate=Candidate.from_json(data["candidate"]),
            evidence=tuple(Evidence.from_json(e) for e in data["evidence"]),
            verified=data["verified"],
            commit=data["commit"],
            merges=data.get("merges", ""),
            alternatives=tuple(map(Alternative.from_json, data.get("alternatives", ()))),
            **lists,
        )

    def choosing(self, number: int) -> "Proposal":
        """The proposal with its alternative of that number, from 1, in its place. Raises `UsageError`."""
        if not 1 <= number <= len(self.alternatives):
            count = len(self.alternatives)
            there = f"it has {count}, from 1 on" if count else "it has none"
            raise UsageError(f"run {self.run} has no alternative {number}", why=there, hint=f"devagent show {self.run}")
        other = self.alternatives[number - 1]
        return replace(self, candidate=replace(self.candidate, paths=other.paths), commit=other.commit)

    def with_commit(self, commit: str) -> "Proposal":
        """The same proposal, published as `commit`."""
        return replace(self, commit=commit)


def commit_message(proposal: Proposal, subject: str, body: str = "") -> str:
    """The message of a proposal's commit: a subject line, text, and trailers naming run, roles and models."""
    origin = proposal.candidate.origin
    trailers = [
        f"Devagent-Run: {proposal.run}",
        *_trailer("Devagent-Roles", origin.roles),
        *_trailer("Devagent-Models", origin.models),
        f"Devagent-Verified: {'yes' if proposal.verified else 'no'}",
    ]
    parts = [_one_line(subject) or "devagent proposal", body.strip(), "\n".join(trailers)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _trailer(name: str, values: Iterable[str]) -> list[str]:
    text = ", ".join(_one_line(value) for value in values)
    return [f"{name}: {text}"] if text else []


def _one_line(text: str) -> str:
    return " ".join(text.split())
