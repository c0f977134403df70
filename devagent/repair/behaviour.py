"""What several repairs do beyond what the tests ask: grouped by behaviour, with a call on which two groups differ.

A change that passes the tests is plausible, not right. The calls by which the tests enter the project, and variations
of them, are made in every version inside the sandbox (`behave.py` and `behave.mjs` in sandboxes/); versions for which
all calls come to the same behave alike as far as was seen. The idea is that of differential testing among plausible
patches (Xin and Reiss 2017, DiffTGen; Yang, Zhikhartsev, Liu and Tan 2017).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from secrets import token_hex
from typing import Any, Literal

from devagent.config.resources import data_folder
from devagent.repair.batch import PLACE
from devagent.repair.starting import starting
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.sandbox import Command, Sandbox

_PYTHON = [f"devagent_{name}.py" for name in ("lane", "swaps", "variations", "calls", "telling")]
_NODE = [f"{name}.mjs" for name in ("behaving", "recording", "variations", "modules", "harness", "state", "sieve")]
# Ecosystem → the program, its script and what that needs beside it (all in sandboxes/<ecosystem>/).
_RUNNERS = {"python": ("python", "behave.py", *_PYTHON), "node": ("node", "behave.mjs", *_NODE)}
_SOURCES = {"python": (".py",), "node": (".js", ".mjs", ".cjs")}
# Of JavaScript's runners those can be compared whose tests this one loads by itself.
_LOADS = "warm.mjs"
_GRACE, _LONGEST, _MOST_CALLS = 10.0, 1200, 5000


@dataclass(frozen=True)
class Code:
    """What a program reads as a call: the function `name` of a module, and its arguments as source text."""

    module: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Answer:
    """What a call comes to, as source text: it "returns" a value, or "raises" a class of a module."""

    way: Literal["returns", "raises"]
    text: str
    module: str = ""


@dataclass(frozen=True)
class Call:
    """A call that did not come to the same in all versions: what it was, and what it came to in each, in words,
    empty where it was not made.

    `code` is the call exactly, `answers` what it came to exactly; `None` where that cannot be written down.
    """

    text: str
    came_to: tuple[str, ...]
    code: Code | None = None
    answers: tuple[Answer | None, ...] = ()

    def among(self, versions: Sequence[int]) -> "Call":
        """The same call, in these versions only."""
        answers = tuple(self.answers[n] for n in versions) if self.answers else ()
        return replace(self, came_to=tuple(self.came_to[n] for n in versions), answers=answers)

    def tells(self, one: int, other: int) -> bool:
        """Whether it was made in two versions, and they differ as far as words go."""
        a, b = self.came_to[one], self.came_to[other]
        return bool(a and b) and a != b

    def to_json(self) -> dict[str, Any]:
        """The call as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Call":
        """The call that `to_json` gave."""
        code = Code(**data["code"]) if data["code"] else None
        answers = tuple(Answer(**answer) if answer else None for answer in data["answers"])
        return cls(data["text"], tuple(data["came_to"]), code, answers)


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
        return min((call for call in self.differing if call.tells(one, other)), key=_simple(one, other), default=None)

    def telling(self, versions: Sequence[int]) -> tuple[Call, ...]:
        """Few calls that tell each of some versions from each other, among these only; each pair's is simple.

        Best is one that does it for all. Pairs that no call tells apart are left out.
        """
        pairs, found = list(combinations(versions, 2)), list[Call]()
        every = (call for call in self.differing if all(call.tells(*pair) for pair in pairs))
        if pairs and (best := min(every, key=_simple(*versions), default=None)) is not None:
            return (best.among(versions),)
        for pair in pairs:
            if not any(call.tells(*pair) for call in found) and (call := self.difference(*pair)) is not None:
                found.append(call)
        return tuple(call.among(versions) for call in found)


def _simple(*versions: int) -> Callable[[Call], tuple[bool, int]]:
    """How hard a call is to read where these versions are compared; one that is code is better than any other."""

    def weight(call: Call) -> tuple[bool, int]:
        exact = call.code is not None and all(call.answers[number] for number in versions)
        return not exact, len(call.text) + sum(len(call.came_to[number]) for number in versions)

    return weight


def can_compare(ecosystem: Ecosystem) -> bool:
    """Whether behaviour can be compared where tests run so: by pytest, Mocha, or the runner of Node.js itself."""
    runner = ecosystem.runner
    if ecosystem.name == "node":
        return runner is None or runner.name == "node --test" or runner.warm[:1] == (_LOADS,)
    return ecosystem.name == "python" and (runner is None or runner.name == "pytest")


def compares(ecosystem: Ecosystem, path: str) -> bool:
    """Whether a source file is of those whose functions can be called."""
    return path.endswith(_SOURCES.get(ecosystem.name, ()))


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
    program, *scripts = _RUNNERS[ecosystem.name]
    worker = starting(ecosystem, tests).worker if ecosystem.name == "node" else None
    for script in dict.fromkeys([*scripts, *(worker["words"][:1] if worker else ())]):
        await sandbox.write(f"{PLACE}/{script}", (data_folder("sandboxes") / ecosystem.name / script).read_bytes())
    task, result = f"{PLACE}/behave.json", f"/tmp/devagent-behave-{token_hex(6)}.json"
    await sandbox.write(task, _task(ecosystem, [*versions, original], sources, tests, seconds, worker))
    argv = [program, f"{PLACE}/{scripts[0]}", task, result]
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
    worker: Mapping[str, Any] | None,
) -> bytes:
    task = {
        "root": ecosystem.way_up,
        "sources": list(sources),
        "versions": [{path: text.decode("latin-1") for path, text in version.items()} for version in versions],
        "tests": list(tests),
        "deadline": seconds,
        "worker": worker,
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
    text, came_to, code, answers = item
    if not len(came_to) == len(answers) == count + 1:
        raise ValueError("an answer for each version")
    exact = tuple(_answer(answer) for answer in answers[:count])
    written = Code(*code) if code is not None and _are_source(code, 3) else None
    return Call(_clean(text), tuple(map(_clean, came_to[:count])), written, exact)


def _answer(raw: Any) -> Answer | None:
    way, *words = raw or ("",)
    if way == "returns" and _are_source(words, 1):
        return Answer("returns", words[0])
    if way == "raises" and _are_source(words, 2):
        return Answer("raises", words[1], words[0])
    return None


def _are_source(texts: Any, count: int) -> bool:
    """Whether these could be put into a program: each one line of what can be seen."""
    fits = all(isinstance(text, str) and text.isprintable() and len(text) <= _LONGEST for text in texts)
    return fits and len(texts) == count


def _clean(text: Any) -> str:
    """One line of what the program wrote, with nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else "�" for c in str(text))[:_LONGEST]
