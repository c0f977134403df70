"""A small scripted world for tests: a repository whose only truth is whether `add` adds, and models that say so."""

from collections.abc import Callable, Sequence

from devagent.config.settings import Settings, TeamSettings
from devagent.journal.journal import Journal
from devagent.models.budget import Budget
from devagent.models.gateway import Gateway
from devagent.models.model import ModelCard, ModelRequest
from devagent.models.scripted import Answer, ScriptedModel
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.results import TestResult
from devagent.sandbox.sandbox import Command, File, Tree
from devagent.sandbox.scripted import Answer as Shown
from devagent.sandbox.scripted import ScriptedSandbox, answer_tests
from devagent.team.room import Room, Task
from devagent.team.workbench import Workbench
from devagent.workflows.surface import Surface

SOURCE = "def add(a, b):\n    total = a - b\n    return total\n\n\ndef double(a):\n    return add(a, a)\n"
RIGHT = "```python\ndef add(a, b):\n    total = a + b\n    return total\n```"
WRONG = "```python\ndef add(a, b):\n    total = a * b\n    return total\n```"
FILES = {
    "calc.py": SOURCE,
    "tests/test_calc.py": (
        "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n\n\n"
        "def test_zero():\n    assert add(4, 0) == 4\n"
    ),
}
SMALL = ModelCard(name="scripted-small", size="small", parallel=4, price_in=0.0, price_out=0.0)
LARGE = ModelCard(name="scripted-large", size="large", price_in=0.0, price_out=0.0)

FAILS = TestResult(
    "tests/test_calc.py::test_add",
    "failed",
    message="assert -1 == 5\n +  where -1 = add(2, 3)",
    details="tests/test_calc.py:5: in test_add\n    assert add(2, 3) == 5\nE   assert -1 == 5",
    file="tests/test_calc.py",
)
ZERO = TestResult("tests/test_calc.py::test_zero", "passed", file="tests/test_calc.py")


def outcome(tree: Tree) -> list[TestResult]:
    """What the tests of this world show for a workspace."""
    source = tree["calc.py"].content.decode() if "calc.py" in tree else ""
    adds = "a + b" in source
    results = [TestResult(FAILS.id, "passed", file=FAILS.file) if adds else FAILS]
    zero_breaks = "a * b" in source
    results.append(TestResult(ZERO.id, "failed", message="assert 0 == 4", file=ZERO.file) if zero_breaks else ZERO)
    for path, file in tree.items():
        if "devagent" in path:
            results += own_test(path, file, adds)
    return results


def own_test(path: str, file: File, adds: bool) -> list[TestResult]:
    """A test devagent wrote: it says itself, in a comment, how it behaves."""
    text = file.content.decode()
    name = f"{path}::test_it"
    if "# passes always" in text:
        return [TestResult(name, "passed", file=path)]
    if "# broken" in text:
        return [TestResult(name, "failed", message="NameError: name 'x' is not defined", file=path)]
    if "# fails always" in text:
        return [TestResult(name, "failed", message="assert 1 == 2", file=path)]
    return [TestResult(name, "passed" if adds else "failed", message="" if adds else "assert -1 == 5", file=path)]


def run_script(command: Command, tree: Tree) -> Shown:
    """The scripted sandbox's answer to a test command."""
    selected = command.env.get("DEVAGENT_SELECT")
    results = outcome(tree)
    if selected and not selected.startswith("/"):
        results = [r for r in results if r.id in selected]
    return answer_tests(command, results)


def world(files: dict[str, str] | None = None) -> dict[str, File]:
    """The files of the world as a tree."""
    return {path: File(text.encode()) for path, text in {**FILES, **(files or {})}.items()}


def make_bench(journal: Journal, files: dict[str, str] | None = None) -> tuple[Workbench, ScriptedSandbox]:
    """A workbench over the world, with the failing test as its target."""
    sandbox = ScriptedSandbox(run_script)

    async def opened() -> ScriptedSandbox:
        await sandbox.start()
        return sandbox

    tree = world(files)
    bench = Workbench(journal=journal, files=tree, ecosystem=detect(tree), open_sandbox=opened)
    return bench, sandbox


async def make_room(
    journal: Journal,
    answers: Sequence[Answer] | Callable[[ModelRequest], Answer],
    card: ModelCard = SMALL,
    *,
    task: str = "",
    budget: Budget | None = None,
    team: TeamSettings | None = None,
    files: dict[str, str] | None = None,
) -> tuple[Room, ScriptedModel]:
    """A room at work on the failing test, or on a text when `task` is given."""
    bench, _ = make_bench(journal, files)
    bench.baseline = await bench.run_tests("baseline", {}, None)
    failing = () if task else bench.baseline.bad
    bench.targets = tuple(r.id for r in failing)
    model = ScriptedModel(answers, card)
    gateway = Gateway(model, journal, budget or Budget())
    room = Room(Task(task or "fix it", failing), bench, journal, {"": gateway}, team or Settings().team)
    return room, model


class ScriptedStaff:
    """The staff of a run with one scripted model; made like `devagent.workflows.staff.Staff`."""

    def __init__(self, answers: Sequence[Answer] | Callable[[ModelRequest], Answer], card: ModelCard = SMALL) -> None:
        self.model = ScriptedModel(answers, card)
        self.gateways: dict[str, Gateway] = {}
        self.closed = 0

    def __call__(self, settings: Settings, journal: Journal, budget: Budget, surface: Surface) -> "ScriptedStaff":
        """Join a run."""
        del settings, surface
        self.gateways = {"": Gateway(self.model, journal, budget)}
        return self

    def get_ready(self) -> None:
        """Nothing to load."""

    async def check(self) -> None:
        """Nothing to check."""

    def warm_up(self) -> None:
        """Nothing to warm up."""

    async def close(self, *, interrupted: bool = False) -> None:
        """Nothing to let go of."""
        self.closed += 1 + interrupted
