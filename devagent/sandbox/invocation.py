"""From a test command to the one that really runs: with a reporter, a selection and a limit for hanging tests."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import basename

from devagent.sandbox.ecosystem import Ecosystem

PROBES = "/run/devagent"
_ENVIRONMENT_LIMIT = 60_000  # bytes; Linux takes 128 KiB for one variable


@dataclass(frozen=True)
class Wish:
    """What one run should do: which tests, how long one may take (seconds; 0 is no limit), what to record."""

    select: tuple[str, ...] = ()
    hang_after: float = 0.0
    fail_fast: bool = False
    coverage: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Invocation:
    """What to run. `report` is where a report will be, `None` when only the exit status will tell.

    Before it runs, the ecosystem's `probes` and `files` (by absolute path) go into the sandbox.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    report: str | None
    probes: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def running(self) -> str:
        """Where the probe notes which tests start and end."""
        return f"{self.report}.running"


def invocation(ecosystem: Ecosystem, command: Sequence[str], nonce: str, wish: Wish) -> Invocation:
    """What runs the command's tests so that each shows what it did. `nonce` marks the report of this very run."""
    test = ecosystem.definition.test
    argv = resolve(ecosystem, command)
    report = f"/tmp/devagent-{nonce}.xml"
    names = {"report": report, "probes": PROBES}
    options = [*test.options, *(test.fail_fast if wish.fail_fast else ()), *(test.coverage if wish.coverage else ())]
    extended = insert(argv, test.runners, [_filled(option, names) for option in options])
    environment = {key: _filled(value, names) for key, value in test.environment.items()}
    if extended is None:
        reported = any("{report}" in word for word in argv)
        plain = tuple(_filled(word, names) for word in argv)
        return Invocation(_prepared(ecosystem, plain), environment, report if reported else None)
    environment |= {"DEVAGENT_REPORT": report, "DEVAGENT_NONCE": nonce}
    files: dict[str, bytes] = {}
    if wish.hang_after:
        environment["DEVAGENT_HANG"] = str(wish.hang_after)
    if wish.coverage:
        environment["DEVAGENT_COVERAGE"] = json.dumps(wish.coverage)
    if wish.select and test.select == "probe":
        environment["DEVAGENT_SELECT"] = _selection(wish.select, f"{PROBES}/select-{nonce}.json", files)
    if wish.select and test.select == "files" and argv == test.command:
        extended = (*extended, *dict.fromkeys(id_.split("::")[0] for id_ in wish.select))
    probes = (*test.probe, *(test.coverage_probe if wish.coverage else ()))
    return Invocation(_prepared(ecosystem, extended), environment, report, probes, files)


def resolve(ecosystem: Ecosystem, command: Sequence[str]) -> tuple[str, ...]:
    """The command without what the sandbox stands for: `npm test` is the script behind it, `uv run` falls away."""
    test, argv = ecosystem.definition.test, tuple(command)
    for alias in test.aliases:
        if argv[: len(alias)] == alias and ecosystem.script != alias:
            return _with_arguments(ecosystem.script, [word for word in argv[len(alias) :] if word != "--"])
    if argv and basename(argv[0]) in test.wrappers:
        inner = (i for i, word in enumerate(argv) if i and re.match(r"python[\d.]*$|" + _any(test.runners), word))
        return argv[next(inner, 0) :]
    return argv


def insert(argv: Sequence[str], runners: Sequence[str], options: Sequence[str]) -> tuple[str, ...] | None:
    """The command with options right behind the word that names the runner; `None` when it names none, or several.

    A runner is the program itself, a module (`-m pytest`) or an option (`node --test`). The text of `sh -c` is
    looked into as well.
    """
    if not runners or not argv:
        return None
    if len(argv) == 3 and basename(argv[0]) in ("sh", "bash") and argv[1] == "-c":
        found = list(re.finditer(rf"(?<![\w./-]){_any(runners)}(?=\s|$)", argv[2]))
        if len(found) != 1:
            return None
        end = found[0].end()
        return (*argv[:2], f"{argv[2][:end]} {shlex.join(options)}{argv[2][end:]}")
    for i, word in enumerate(argv):
        named = i == 0 or argv[i - 1] == "-m" or word.startswith("-")
        if named and basename(word) in runners:
            return (*argv[: i + 1], *options, *argv[i + 1 :])
    return None


def _any(words: Sequence[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, words))})"


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _with_arguments(command: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    if more and command[:2] == ("sh", "-c"):
        return (*command[:2], f"{command[2]} {shlex.join(more)}")
    return (*command, *more)


def _selection(ids: Sequence[str], path: str, files: dict[str, bytes]) -> str:
    """The value that hands the ids to the probe; a long list goes through a file."""
    text = json.dumps(ids)
    if len(text) <= _ENVIRONMENT_LIMIT:
        return text
    files[path] = text.encode()
    return f"@{path}"


def _prepared(ecosystem: Ecosystem, argv: tuple[str, ...]) -> tuple[str, ...]:
    return ("sh", "-c", f'{ecosystem.prepare}; exec "$@"', "sh", *argv) if ecosystem.prepare else argv
