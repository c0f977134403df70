"""The part of the Dockerfile language that environments are described in.

FROM, ARG, ENV, WORKDIR, USER, COPY and RUN, one stage, shell form or JSON form. Such a file is also good for
`docker build`; ours is interpreted, because a classic build has no way to lend a step a secret that leaves no trace.
"""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import Template

from devagent.errors import UsageError

_KNOWN = ("FROM", "ARG", "ENV", "WORKDIR", "USER", "COPY", "RUN")


@dataclass(frozen=True)
class Step:
    """One instruction. `words` are its arguments; a RUN in shell form is `/bin/sh -c SCRIPT`."""

    instruction: str
    words: tuple[str, ...]
    line: int

    def __str__(self) -> str:
        words = self.words[2:] if self.words[:2] == ("/bin/sh", "-c") else self.words
        return " ".join(f"{self.instruction} {' '.join(words)}".split())


@dataclass(frozen=True)
class Dockerfile:
    """The image to start from, and the steps."""

    base: str
    steps: tuple[Step, ...]


def parse(text: str, arguments: Mapping[str, str]) -> Dockerfile:
    """Read a Dockerfile; `arguments` are the values of its ARGs. Raises `UsageError`, naming the line."""
    known: dict[str, str] = {}
    base = ""
    steps: list[Step] = []
    for line, instruction, rest in _instructions(text):
        if instruction == "ARG":
            name, _, default = rest.partition("=")
            known[name.strip()] = arguments.get(name.strip(), _unquoted(default))
        elif instruction == "FROM":
            if base or steps:
                raise _mistake(line, "a second FROM: there is one stage only")
            base = _substituted(rest, known, line)
        elif not base:
            raise _mistake(line, f"{instruction} before FROM")
        else:
            step = _step(instruction, rest, known, line)
            if instruction == "ENV":
                known.update(assignments(step.words))
            steps.append(step)
    if not base:
        raise UsageError("the Dockerfile has no FROM")
    return Dockerfile(base, tuple(steps))


def assignments(words: Iterable[str]) -> dict[str, str]:
    """NAME=VALUE words as a mapping; words without "=" are left out."""
    return {name: value for name, equals, value in (word.partition("=") for word in words) if equals}


def _instructions(text: str) -> Iterator[tuple[int, str, str]]:
    pending, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or not line.strip():
            continue
        start = start if pending else number
        if line.rstrip().endswith("\\"):
            pending += line.rstrip()[:-1]
            continue
        instruction, _, rest = (pending + line).strip().partition(" ")
        pending = ""
        if instruction.upper() not in _KNOWN:
            raise _mistake(start, f"{instruction} is not supported, only {', '.join(_KNOWN)}")
        yield start, instruction.upper(), rest.strip()
    if pending:
        raise _mistake(start, "the last line goes on nowhere")


def _step(instruction: str, rest: str, known: Mapping[str, str], line: int) -> Step:
    if instruction == "RUN":
        if rest.startswith(("--", "<<")):
            raise _mistake(line, "RUN takes no options and no here-documents")
        return Step("RUN", _json_form(rest, line) or ("/bin/sh", "-c", rest), line)
    words = _json_form(rest, line) or tuple(shlex.split(rest))
    words = tuple(_substituted(word, known, line) for word in words)
    if instruction == "ENV":
        words = words if all("=" in w for w in words) else (f"{words[0]}={' '.join(words[1:])}",)
    elif instruction == "COPY" and (len(words) < 2 or words[0].startswith("--")):
        raise _mistake(line, "COPY takes sources and a destination, and no options")
    elif instruction in ("WORKDIR", "USER") and len(words) != 1:
        raise _mistake(line, f"{instruction} takes one value")
    return Step(instruction, words, line)


def _json_form(rest: str, line: int) -> tuple[str, ...]:
    if not re.match(r'\[\s*"', rest):
        return ()
    try:
        return tuple(str(word) for word in json.loads(rest))
    except ValueError as error:
        raise _mistake(line, f"not a JSON list ({error})") from None


def _substituted(word: str, known: Mapping[str, str], line: int) -> str:
    try:
        return Template(word).substitute(known)
    except (KeyError, ValueError) as error:
        raise _mistake(line, f"{word!r} uses a variable that is not set ({error})") from None


def _unquoted(value: str) -> str:
    return " ".join(shlex.split(value))


def _mistake(line: int, why: str) -> UsageError:
    return UsageError(f"line {line} of the Dockerfile cannot be used", why=why)
