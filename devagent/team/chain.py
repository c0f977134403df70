"""Chains: an ordered list of phases, with cycles and break conditions. Data, in `prompts/chains/*.toml`."""

import tomllib
from dataclasses import dataclass

from devagent.errors import UsageError
from devagent.team import prompts
from devagent.team.phases import Phase, load_phase

CONDITIONS = ("failing-test", "evidence")


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


def load_chain(name: str) -> Chain:
    """The chain of this name with its phases and roles. Raises `UsageError` naming the file and what is wrong in it."""
    path = prompts.find("chains", name, ".toml")
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        steps = tuple(_step(entry) for entry in document["step"])
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML", why=str(error)) from None
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path} is not a chain", why=str(error)) from None
    return Chain(name, steps, document.get("description", ""))


def _step(entry: dict[str, object]) -> Step:
    unknown = set(entry) - {"phase", "cycle", "rounds", "until", "unless"}
    if unknown:
        raise ValueError(f"a step has no {', '.join(sorted(unknown))}")
    if ("phase" in entry) == ("cycle" in entry):
        raise ValueError("a step has either a phase or a cycle")
    for key in ("until", "unless"):
        if entry.get(key, CONDITIONS[0]) not in CONDITIONS:
            raise ValueError(f"{key} is one of {', '.join(CONDITIONS)}")
    names = entry.get("cycle", [entry.get("phase")])
    rounds = entry.get("rounds", 1)
    if not isinstance(names, list) or not isinstance(rounds, int) or rounds < 1:
        raise ValueError("cycle is a list of phases and rounds a positive number")
    return Step(
        phases=tuple(load_phase(str(name)) for name in names),
        rounds=rounds,
        until=str(entry.get("until", "")),
        unless=str(entry.get("unless", "")),
    )
