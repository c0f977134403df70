"""Chains: an ordered list of phases, with cycles and break conditions. Data, in `prompts/chains/*.toml`."""

from dataclasses import dataclass

from devagent.config.document import parsed
from devagent.errors import UsageError
from devagent.team.phases import Phase, load_phase
from devagent.team.prompts import OWN, Library, PromptFile

CONDITIONS = {"failing-test": "a failing test shows it already", "evidence": "the evidence is good already"}
"""What may end or spare a step, and in words why a step was spared."""
MAX_PHASES = 100


@dataclass(frozen=True)
class Step:
    """One step: its phases run in order, at most `rounds` times, until condition `until` holds.

    The step is skipped where condition `unless` holds already. An empty condition never holds.
    """

    phases: tuple[Phase, ...]
    rounds: int = 1
    until: str = ""
    unless: str = ""


@dataclass(frozen=True)
class Chain:
    """A chain of steps."""

    name: str
    steps: tuple[Step, ...]
    description: str = ""


def load_chain(name: str, library: Library = OWN) -> Chain:
    """The chain of this name with its phases and roles. Raises `UsageError` naming the file and what is wrong in it."""
    return read_chain(library.find("chains", name), name, library)


def read_chain(file: PromptFile, name: str, library: Library) -> Chain:
    """The chain in a file of this name; its phases come from the library."""
    document = parsed(file.where, file.text)
    entries = document.get("step")
    if not isinstance(entries, list) or not entries:
        raise UsageError(f"{file.where} is not a chain", why="it has no [[step]]")
    if sum(map(_length, entries)) > MAX_PHASES:
        raise UsageError(f"{file.where} is not a chain", why=f"it has more than {MAX_PHASES} phases")
    try:
        steps = tuple(_step(entry, library) for entry in entries)
    except ValueError as error:
        raise UsageError(f"{file.where} is not a chain", why=str(error)) from None
    return Chain(name, steps, str(document.get("description", "")))


def _length(entry: object) -> int:
    cycle = entry.get("cycle") if isinstance(entry, dict) else None
    return len(cycle) if isinstance(cycle, list) else 1


def _step(entry: object, library: Library) -> Step:
    if not isinstance(entry, dict):
        raise ValueError("a step is a table: [[step]]")
    unknown = set(entry) - {"phase", "cycle", "rounds", "until", "unless"}
    if unknown:
        raise ValueError(f"a step has no {', '.join(sorted(unknown))}")
    if ("phase" in entry) == ("cycle" in entry):
        raise ValueError("a step has either a phase or a cycle")
    for key in ("until", "unless"):
        if entry.get(key, "evidence") not in CONDITIONS:
            raise ValueError(f"{key} is one of {', '.join(CONDITIONS)}")
    names = entry.get("cycle", [entry.get("phase")])
    rounds = entry.get("rounds", 1)
    if not isinstance(names, list) or not isinstance(rounds, int) or rounds < 1:
        raise ValueError("cycle is a list of phases and rounds a positive number")
    return Step(
        phases=tuple(load_phase(str(name), library) for name in names),
        rounds=rounds,
        until=str(entry.get("until", "")),
        unless=str(entry.get("unless", "")),
    )
