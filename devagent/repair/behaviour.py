"""What several repairs do beyond what the tests ask: grouped by behaviour, with a call on which two groups differ.

A change that passes the tests is plausible, not right. The calls by which the tests enter the project, and variations
of them, are made in every version inside the sandbox (`sandboxes/python/behave.py`); versions for which all calls come
to the same behave alike as far as was seen. The idea is that of differential testing among plausible patches (Xin and
Reiss 2017, DiffTGen; Yang, Zhikhartsev, Liu and Tan 2017).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from devagent.config.resources import data_folder
from devagent.repair.batch import PLACE
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.sandbox import Command, Sandbox

_SCRIPTS = ("behave.py", *(f"devagent_{name}.py" for name in ("lane", "swaps", "variations")))
_GRACE, _LONGEST, _MOST_CALLS = 10.0, 1200, 5000


@dataclass(frozen=True)
class Call:
    """A call that did not come to the same in all versions: what it was, and what it came to in each."""

    text: str
    came_to: tuple[str, ...]


@dataclass(frozen=True)
class Behaviour:
    """Versions by what they did. `groups` hold the numbers of versions that did the same, in their order.

    `calls` is how many calls were compared: with none, nothing is known and every version is in one group. `moved` is,
    for each version, the share of the calls that come to something else than in the code as it was, of 1.
    """

    groups: tuple[tuple[int, ...], ...]
    differing: tuple[Call, ...] = ()
    calls: int = 0
    moved: tuple[float, ...] = ()

    def difference(self, one: int, other: int) -> Call | None:
        """A call on which two versions differ, told as simply as there is one; `None` where none was seen."""
        found = [call for call in self.differing if call.came_to[one] != call.came_to[other]]
        return min(
            found, key=lambda call: len(call.text) + len(call.came_to[one]) + len(call.came_to[other]), default=None
        )


def can_compare(ecosystem: Ecosystem) -> bool:
    """Whether behaviour can be compared in projects of this kind."""
    return ecosystem.name == "python" and (ecosystem.runner is None or ecosystem.runner.name == "pytest")


async def compared(
    sandbox: Sandbox,
    ecosystem: Ecosystem,
    versions: Sequence[Mapping[str, bytes]],
    original: Mapping[str, bytes],
    sources: Sequence[str],
    tests: Sequence[str],
    *,
    seconds: float,
) -> Behaviour:
    """What these versions do.

    Arguments:
        sandbox: started and synced; the files of the versions are left in any state.
        versions: path → content of the changed files, every version with the same paths.
        original: the same files as they were.
        sources: paths of the modules whose functions are called, without tests.
        tests: ids of the tests whose calls are made again; they pass with every version.
        seconds: for everything, about.

    Raises `SandboxError` when the sandbox itself fails.
    """
    for script in _SCRIPTS:
        await sandbox.write(f"{PLACE}/{script}", (data_folder("sandboxes") / ecosystem.name / script).read_bytes())
    task, result = f"{PLACE}/behave.json", f"/tmp/devagent-behave-{token_hex(6)}.json"
    await sandbox.write(task, _task(ecosystem, [*versions, original], sources, tests, seconds))
    argv = ["python", f"{PLACE}/{_SCRIPTS[0]}", task, result]
    environment = {key: value.format(probes=PLACE) for key, value in ecosystem.environment.items()}
    if ecosystem.prepare:
        argv = ["sh", "-c", f'{ecosystem.prepare}\nexec "$@"', "sh", *argv]
    await sandbox.run(Command(argv, timeout=seconds + _GRACE, env=environment, cwd=ecosystem.folder or "."))
    return _read(await sandbox.read(result), len(versions))


def _task(
    ecosystem: Ecosystem,
    versions: Sequence[Mapping[str, bytes]],
    sources: Sequence[str],
    tests: Sequence[str],
    seconds: float,
) -> bytes:
    task = {
        "root": ecosystem.way_up,
        "sources": list(sources),
        "versions": [{path: text.decode("latin-1") for path, text in version.items()} for version in versions],
        "tests": list(tests),
        "deadline": seconds,
    }
    return json.dumps(task).encode("ascii")


def _read(content: bytes | None, count: int) -> Behaviour:
    """The result. Untrusted code could have written it: what does not fit tells nothing."""
    unknown = Behaviour((tuple(range(count)),))
    try:
        raw = json.loads(content or b"{}")
        outcomes = [tuple(map(str, came[:_MOST_CALLS])) for came in raw["outcomes"]]
        shown = tuple(_call(item, count) for item in raw["shown"])
    except (ValueError, KeyError, TypeError, IndexError):
        return unknown
    if len(outcomes) != count + 1 or len({len(came) for came in outcomes}) != 1 or not outcomes[0]:
        return unknown
    *outcomes, before = outcomes
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, came in enumerate(outcomes):
        groups.setdefault(came, []).append(number)
    moved = (sum(a != b for a, b in zip(came, before, strict=True)) / len(before) for came in outcomes)
    return Behaviour(tuple(map(tuple, groups.values())), shown, len(before), tuple(moved))


def _call(item: Any, count: int) -> Call:
    _, text, came_to = item
    if len(came_to) != count + 1:
        raise ValueError("an answer for each version")
    return Call(_clean(text), tuple(map(_clean, came_to[:count])))


def _clean(text: Any) -> str:
    """One line of what the program wrote, with nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else "�" for c in str(text))[:_LONGEST]
