"""A sandbox that plays a part: for tests of everything above, and for whoever wants to see a run without one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as Xml

from devagent.errors import SandboxError
from devagent.sandbox.results import TestResult
from devagent.sandbox.sandbox import Command, Execution, Tree

_TAG = {"failed": "failure", "error": "error", "skipped": "skipped"}


@dataclass(frozen=True)
class Answer:
    """What a command shows, and the files it leaves behind, by path."""

    execution: Execution
    files: Mapping[str, bytes] = field(default_factory=dict)


Script = Callable[[Command, Tree], Answer | Execution | SandboxError]


class ScriptedSandbox:
    """A `Sandbox` whose commands are answered by a function, or by a list in order (its last entry repeats).

    `trees` and `commands` are what it was given; `tree` is the workspace now; `files` what was written outside it.
    """

    kind = "scripted"

    def __init__(self, script: Script | Sequence[Answer | Execution | SandboxError]) -> None:
        self._script = script if callable(script) else _in_order(list(script))
        self.tree: Tree = {}
        self.trees: list[Tree] = []
        self.commands: list[Command] = []
        self.files: dict[str, bytes] = {}
        self.started = self.closed = 0

    async def start(self) -> None:
        """Nothing to bring up."""
        self.started += 1

    async def sync(self, tree: Tree) -> None:
        """Keep the tree as the workspace."""
        self.tree = dict(tree)
        self.trees.append(self.tree)

    async def run(self, command: Command) -> Execution:
        """What the script answers; an error in it is raised."""
        self.commands.append(command)
        answer = self._script(command, self.tree)
        if isinstance(answer, SandboxError):
            raise answer
        if isinstance(answer, Execution):
            return answer
        self.files.update(answer.files)
        return answer.execution

    async def read(self, path: str, *, max_bytes: int = 20_000_000) -> bytes | None:
        """A file that a command left, that was written, or of the workspace."""
        content = self.files.get(path)
        if content is None and path in self.tree:
            content = self.tree[path].content
        if content is not None and len(content) > max_bytes:
            raise SandboxError(f"{path} is larger than {max_bytes} bytes")
        return content

    async def write(self, path: str, content: bytes) -> None:
        """Keep the file."""
        self.files[path] = content

    async def close(self) -> None:
        """Nothing to remove."""
        self.closed += 1


def answer_tests(command: Command, results: Iterable[TestResult], *, seconds: float = 0.1) -> Answer:
    """What a test command started by `TestRunner` shows when its tests end like this.

    The report and the exit status are those of a real run; a command that asks for no report gets a status only.
    """
    results = list(results)
    failed = any(result.bad for result in results)
    output = "".join(f"{result.status.upper()} {result.id}\n" for result in results)
    execution = Execution(int(failed), output, seconds)
    path = command.env.get("DEVAGENT_REPORT")
    return Answer(execution, {path: report(results, command.env["DEVAGENT_NONCE"])} if path else {})


def report(results: Iterable[TestResult], nonce: str = "") -> bytes:
    """A JUnit report as our probes write it."""
    suite = Xml.Element("testsuite", name="scripted")
    _property(suite, "devagent.nonce", nonce)
    for result in results:
        case = Xml.SubElement(suite, "testcase", name=result.id, file=result.file, time=str(result.seconds))
        _property(case, "devagent.id", result.id)
        if result.status != "passed":
            Xml.SubElement(case, _TAG[result.status], message=result.message).text = result.details
    document: bytes = Xml.tostring(suite, encoding="utf-8")
    return document


def _property(element: Xml.Element, name: str, value: str) -> None:
    Xml.SubElement(Xml.SubElement(element, "properties"), "property", name=name, value=value)


def _in_order(answers: list[Answer | Execution | SandboxError]) -> Script:
    def script(command: Command, tree: Tree) -> Answer | Execution | SandboxError:  # noqa: ARG001
        return answers.pop(0) if len(answers) > 1 else answers[0]

    return script
