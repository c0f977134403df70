"""From a test command to the one that really runs: with a reporter, a selection and a limit for hanging tests."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from devagent.sandbox import commandline
from devagent.sandbox.definition import Runner
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

    Before it runs, the ecosystem's `probes` and `files` (by absolute path) go into the sandbox. `runner` is the one
    that was recognised in the command.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    report: str | None
    probes: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    runner: Runner | None = None

    @property
    def running(self) -> str:
        """Where the probe notes which tests start and end."""
        return f"{self.report}.running"


def invocation(ecosystem: Ecosystem, command: Sequence[str], nonce: str, wish: Wish) -> Invocation:
    """What runs the command's tests so that each shows what it did. `nonce` marks the report of this very run."""
    argv = resolve(ecosystem, command)
    report = f"/tmp/devagent-{nonce}.xml"
    names = {"report": report, "probes": PROBES, "root": ecosystem.way_up}
    environment = {key: _filled(value, names) for key, value in ecosystem.environment.items()}
    runner = ecosystem.runner_of(argv)
    if runner is None:
        reported = any("{report}" in word for word in argv)
        plain = tuple(_filled(word, names) for word in argv)
        return Invocation(_prepared(ecosystem, plain), environment, report if reported else None)
    environment |= {"DEVAGENT_REPORT": report, "DEVAGENT_NONCE": nonce, "DEVAGENT_ROOT": ecosystem.way_up}
    files: dict[str, bytes] = {}
    if wish.hang_after:
        environment["DEVAGENT_HANG"] = str(wish.hang_after)
    if wish.coverage:
        environment["DEVAGENT_COVERAGE"] = json.dumps(wish.coverage)
    if wish.select and runner.select == "probe":
        environment["DEVAGENT_SELECT"] = _selection(wish.select, f"{PROBES}/select-{nonce}.json", files)
    options = [
        _filled(option, names) for option in (*_options(runner, wish), *_selected(ecosystem, runner, wish.select))
    ]
    extended = commandline.insert(commandline.without(argv, runner), runner.words, options, ecosystem.carriers) or argv
    wrapped = (*(_filled(word, names) for word in runner.wrap), *extended)
    probes = (*runner.probe, *(runner.coverage_probe if wish.coverage else ()))
    return Invocation(_prepared(ecosystem, wrapped), environment, report, probes, files, runner)


def resolve(ecosystem: Ecosystem, command: Sequence[str]) -> tuple[str, ...]:
    """The command without what the sandbox stands for: `npm test` is the script behind it, `uv run` falls away."""
    test, argv = ecosystem.definition.test, tuple(command)
    alias = next((words for words in test.aliases if argv[: len(words)] == words), None)
    if alias and ecosystem.script != alias:
        argv = commandline.with_arguments(ecosystem.script, [word for word in argv[len(alias) :] if word != "--"])
    else:
        argv = ecosystem.expanded(argv)
    runners = [word for runner in test.runners for word in runner.words]
    return commandline.unwrapped(argv, test.wrappers, [*runners, *test.carriers])


def _options(runner: Runner, wish: Wish) -> tuple[str, ...]:
    first = runner.fail_fast if wish.fail_fast else ()
    return (*runner.options, *first, *(runner.coverage if wish.coverage else ()))


def _selected(ecosystem: Ecosystem, runner: Runner, select: Sequence[str]) -> tuple[str, ...]:
    """The words that choose at least these tests."""
    places = list(dict.fromkeys(ecosystem.inside(id_.split("::")[0]) for id_ in select))
    if not places:
        return ()
    if runner.select == "files":
        return tuple(places)
    if runner.select == "patterns":
        return tuple(f"(^|/){re.escape(place)}$" for place in places)
    if runner.select == "option":
        tops = dict.fromkeys(id_.partition("::")[2].split("/")[0] for id_ in select)
        names = {"places": ",".join(places), "names": "|".join(re.escape(name) for name in tops if name)}
        return tuple(_filled(word, names) for word in runner.selection)
    return ()


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _selection(ids: Sequence[str], path: str, files: dict[str, bytes]) -> str:
    """The value that hands the ids to the probe; a long list goes through a file."""
    text = json.dumps(ids)
    if len(text) <= _ENVIRONMENT_LIMIT:
        return text
    files[path] = text.encode()
    return f"@{path}"


def _prepared(ecosystem: Ecosystem, argv: tuple[str, ...]) -> tuple[str, ...]:
    return ("sh", "-c", f'{ecosystem.prepare}; exec "$@"', "sh", *argv) if ecosystem.prepare else argv
