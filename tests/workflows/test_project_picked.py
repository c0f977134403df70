"""A run in a repository that holds several projects: about which of them it is, and what it leaves alone."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sandbox.local_sandbox import LocalSandbox
from scripted_world import SMALL, ScriptedStaff

from devagent.config.settings import SandboxSettings, Settings
from devagent.errors import UsageError
from devagent.proposal.store import find_run, list_runs
from devagent.repo.git import find_root
from devagent.report.telling import tell
from devagent.sandbox.ecosystem import Ecosystem
from devagent.sandbox.sandbox import Tree
from devagent.workflows.projects import paths_in
from devagent.workflows.replay import replay
from devagent.workflows.request import Request
from devagent.workflows.results import RunResult
from devagent.workflows.revise import revising
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, start

MakeRepo = Callable[[Mapping[str, str | bytes]], Path]
FIX = Request(kind="fix")
MANIFEST = '[project]\nname = "{0}"\nversion = "1"\n[tool.pytest.ini_options]\npythonpath = {1}\n'
WRONG, RIGHT = "def cents(amount):\n    return amount / 100\n", "def cents(amount):\n    return amount * 100\n"
FILES = {
    "money/pyproject.toml": MANIFEST.format("money", '["src"]'),
    "money/src/money.py": RIGHT,
    "money/tests/test_money.py": "from money import cents\n\n\ndef test_cents():\n    assert cents(2) == 200\n",
    "shop/pyproject.toml": MANIFEST.format("shop", '["src", "../money/src"]'),
    "shop/src/cart.py": "from money import cents\n\n\ndef total(prices):\n    return cents(sum(prices))\n",
    "shop/tests/test_cart.py": "from cart import total\n\n\ndef test_total():\n    assert total([1, 2]) == 300\n\n\n"
    "def test_none():\n    assert total([]) == 0\n",
}
SHOP_BROKEN = FILES["shop/src/cart.py"].replace("cents(sum(prices))", "cents(sum(prices[1:]))")


class Places:
    """Opens local sandboxes, and remembers for which project."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.opened: list[str] = []

    async def __call__(self, ecosystem: Ecosystem, files: Tree, run: str) -> LocalSandbox:
        del files, run
        self.opened.append(ecosystem.folder)
        sandbox = LocalSandbox(self._folder / f"box{len(self.opened)}")
        await sandbox.start()
        return sandbox


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "boxes")


def go(
    root: Path, places: Places, request: Request = FIX, surface: SilentSurface | None = None, *, project: str = ""
) -> RunResult:
    settings = Settings(sandbox=SandboxSettings(project=project))  # type: ignore[call-arg]
    work = Work(staff_for=ScriptedStaff(lambda _: "I do not know.", SMALL), open_sandbox=places)
    return asyncio.run(start(find_root(root), request, settings, surface or SilentSurface(), work))


def test_the_project_whose_tests_fail_is_mended_and_stays_the_one_meant(make_repo: MakeRepo, places: Places) -> None:
    root, surface = make_repo({**FILES, "shop/src/cart.py": SHOP_BROKEN}), SilentSurface()
    result = go(root, places, surface=surface)
    assert (result.outcome, result.paths) == ("proposed", ("shop/src/cart.py",)), result.summary
    assert result.way.startswith("search: ") and result.failing == ("shop/tests/test_cart.py::test_total",)
    assert result.ledger["total"]["calls"] == 0
    assert places.opened == ["money", "shop"] and result.notes == ()
    told = [line for event in surface.events if (line := tell(event))]
    assert told[1].startswith("tests      money: 1 test in ") and told[1].endswith("none failing")
    assert told[2].endswith("1 failing: shop/tests/test_cart.py::test_total")
    assert "the projects of this repository: money, shop" in surface.notes
    repo, run = find_root(root), find_run(find_root(root))
    assert asyncio.run(replay(repo, run, SilentSurface())).outcome == "same"
    assert revising(repo, run, "shorter").settings.sandbox.project == "shop"


@pytest.mark.parametrize("only", ["shop/src/cart.py", "shop"])
def test_paths_named_say_which_it_is(make_repo: MakeRepo, places: Places, only: str) -> None:
    root = make_repo({**FILES, "money/tests/test_money.py": "def test(): assert 0\n"})
    result = go(root, places, Request(kind="fix", only=(only,)))
    assert (places.opened, result.outcome) == (["shop"], "green")


def test_a_bug_in_a_sibling_is_mended_there_and_its_tests_are_named(make_repo: MakeRepo, places: Places) -> None:
    sibling = {"money/src/money.py": WRONG, "money/tests/test_money.py": FILES["money/tests/test_money.py"] + "\n"}
    result = go(make_repo({**FILES, **sibling}), places, project="shop")
    assert (result.outcome, result.paths) == ("proposed", ("money/src/money.py",)), result.summary
    assert "+    return amount * 100" in result.diff and places.opened == ["shop"]
    note = "money changes too, and its tests were not run: devagent test --project money"
    assert find_run(find_root(Path(result.patch_file).parents[4])).proposal().notes == (note,)


def test_where_none_fails_there_is_nothing_to_fix_and_where_several_do_one_is_asked_for(
    make_repo: MakeRepo, places: Places
) -> None:
    root = make_repo(FILES)
    result = go(root, places)
    assert (result.outcome, result.summary) == ("green", "3 of 3 tests pass, there is nothing to fix")
    (root / "money/src/money.py").write_text(WRONG)
    runs = len(list_runs(find_root(root)))
    with pytest.raises(UsageError, match=r"^tests fail in 2 of 2 projects: money, shop\. .*--project money$"):
        go(root, places)
    assert len(list_runs(find_root(root))) == runs


def test_projects_below_one_at_the_top_are_named_where_that_has_nothing_to_fix(
    make_repo: MakeRepo, places: Places
) -> None:
    top = {"pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n'}
    root, surface = make_repo({**FILES, **top, "tests/test_top.py": "def test_top(): pass\n"}), SilentSurface()
    assert (go(root, places, surface=surface).outcome, places.opened) == ("green", [""])
    assert "not among these tests: money (python), shop (python); devagent test --project money" in surface.notes


def test_a_project_that_cannot_be_judged_is_told_and_never_green(make_repo: MakeRepo, places: Places) -> None:
    broken = {"money/tests/test_money.py": "import absent_package\n"}
    root, surface = make_repo({**FILES, **broken}), SilentSurface()
    result = go(root, places)
    assert result.outcome == "no verdict" and "money: the sandbox lacks the package absent_package" in result.summary
    (root / "shop/src/cart.py").write_text(SHOP_BROKEN)
    assert go(root, places, surface=surface).outcome == "proposed"
    assert any(note.startswith("the tests of money could not be judged: ") for note in surface.notes)


def test_a_task_in_words_needs_one_project_that_its_text_may_name(make_repo: MakeRepo, places: Places) -> None:
    root = make_repo(FILES)
    with pytest.raises(UsageError, match=r"has 2 projects: money, shop\. Stand in .* --project money$"):
        go(root, places, Request(kind="run", text="totals should be rounded"))
    go(root, places, Request(kind="run", text="`total` in shop/src/cart.py should round"))
    assert places.opened == ["shop"]


def test_a_task_is_reproduced_beside_the_tests_of_its_project(make_repo: MakeRepo, places: Places) -> None:
    untested = {"shop/tests/test_cart.py": "from cart import total\n\n\ndef test_none():\n    assert total([]) == 0\n"}
    decoy = {"money/src/cart.py": "def total(prices):\n    return None\n"}
    root = make_repo({**FILES, **untested, **decoy, "shop/src/cart.py": SHOP_BROKEN})
    result = go(root, places, Request(kind="run", text="Mend shop/src/cart.py:\n>>> total([1, 2])\n300\n"))
    assert (result.outcome, result.paths) == ("proposed", ("shop/src/cart.py", "shop/tests/test_devagent_task.py"))
    assert "+from cart import total" in result.diff


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("fix money/tests/test_money.py::test_cents, please.", ("money/tests/test_money.py",)),
        ("everything in shop/ and/or elsewhere/", ("shop",)),
        ('File "/home/me/code/shop/src/cart.py", line 5, in total', ("shop/src/cart.py",)),
        ("the shop is closed. See example.com/shop", ()),
    ],
)
def test_paths_in_a_text_are_those_that_are_there(text: str, paths: tuple[str, ...]) -> None:
    assert paths_in(text, FILES) == paths
