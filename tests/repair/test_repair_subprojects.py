"""The search in one project of a repository that holds several: its own tests run, paths are told from the top."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from sandbox.local_sandbox import LocalSandbox, tree

from devagent.repair.batch import Goal, Outcome, Variant, run_batch
from devagent.repair.candidates import Stretch
from devagent.repair.edit import Change, Span, edit
from devagent.repair.search import Found, Search
from devagent.sandbox.coverage import Coverage, coverage
from devagent.sandbox.ecosystem import Ecosystem, detect
from devagent.sandbox.runner import TestRunner

CART = """def total(prices, limit):
    found = 0
    for price in prices:
        if price < limit:
            found += price
    return found
"""
ROUNDING = "def cents(amount):\n    return amount / 100\n"
FILES = {
    "shop/pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src", "../money/src"]\n',
    "shop/src/cart.py": CART,
    "shop/tests/prices.txt": "1 5",
    "shop/tests/test_cart.py": "from pathlib import Path\nfrom cart import total\nfrom rounding import cents\n\n"
    "def test_limit(): assert total(map(int, Path('tests/prices.txt').read_text().split()), 5) == 6\n"
    "def test_over(): assert total([1, 6], 5) == 1\ndef test_cents(): assert cents(2) == 200\n",
    "money/pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src"]\n',
    "money/src/cart.py": "def total(prices, limit): raise NotImplementedError\n",
    "money/src/rounding.py": ROUNDING,
    "money/tests/test_rounding.py": "from rounding import cents\n\ndef test_none(): assert cents(0) == 0\n",
}
LIMIT, OVER, CENTS = (f"shop/tests/test_cart.py::test_{name}" for name in ("limit", "over", "cents"))


async def started(root: Path) -> tuple[LocalSandbox, Ecosystem]:
    sandbox = LocalSandbox(root / "box")
    await sandbox.start()
    await sandbox.sync(tree(FILES))
    return sandbox, detect(tree(FILES), folder="shop")


def repaired(root: Path, path: str, tests: Sequence[str]) -> Found:
    async def go() -> Found:
        sandbox, ecosystem = await started(root)
        stretch = Stretch(path, FILES[path].encode(), 1, FILES[path].count("\n"))
        search = Search(sandbox, ecosystem, [stretch], tests, keep=[OVER], seconds=60.0, test_seconds=1.0)
        return await anext(search.survivors())

    return asyncio.run(go())


def test_a_bug_in_a_project_is_repaired_by_its_own_tests_in_its_own_folder(tmp_path: Path) -> None:
    found = repaired(tmp_path, "shop/src/cart.py", [LIMIT])
    assert found.files == {"shop/src/cart.py": CART.replace("<", "<=").encode()} and found.kept


def test_a_bug_in_a_project_that_it_imports_is_repaired_there(tmp_path: Path) -> None:
    found = repaired(tmp_path, "money/src/rounding.py", [CENTS])
    assert found.files == {"money/src/rounding.py": ROUNDING.replace("/", "*").encode()}


def test_functions_are_swapped_and_modules_imported_afresh_in_a_folder_too(tmp_path: Path) -> None:
    path, before = "money/src/rounding.py", ROUNDING.encode()
    texts = ["def cents(amount):\n    return amount * 100\n", f"{ROUNDING}\ncents = lambda amount: amount * 100\n"]

    async def go() -> list[bool]:
        sandbox, ecosystem = await started(tmp_path)
        goal = Goal([CENTS], [OVER], 5.0)
        found: list[Outcome] = []
        for text in texts:
            change = Change((Span(0, len(before), text.encode()),))
            variants = [Variant(path, edit(before, change, "test", 1, 1.0))]
            found += await run_batch(sandbox, ecosystem, {path: before}, variants, goal, seconds=60)
        return [outcome.survives for outcome in found]

    assert asyncio.run(go()) == [True, True]


def test_coverage_tells_the_lines_of_both_from_the_top_of_the_repository(tmp_path: Path) -> None:
    async def go() -> Coverage:
        sandbox, ecosystem = await started(tmp_path)
        return await coverage(TestRunner(sandbox, ecosystem), [LIMIT, CENTS], [OVER])

    found = asyncio.run(go())
    assert {test: set(paths) for test, paths in found.lines.items()} == {
        LIMIT: {"shop/src/cart.py"},
        OVER: {"shop/src/cart.py"},
        CENTS: {"money/src/rounding.py"},
    }
    assert [(call.path, call.result) for call in found.calls] == [
        ("shop/src/cart.py", "1"),
        ("money/src/rounding.py", "0.02"),
    ]
