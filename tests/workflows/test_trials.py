"""Small changes of the suspects, tried with real tests in a folder without isolation."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sandbox.local_sandbox import LocalSandbox, tree

from devagent.sandbox.ecosystem import detect
from devagent.sandbox.runner import TestRunner
from devagent.workflows.locate import Observed, rank, try_changes
from devagent.workflows.trials import Trials

SHOP = """def total(prices, limit, bonus):
    found, left = 0, limit
    for price in prices:
        if affordable(price, left):
            found, left = found + price, left - price
    if found > bonus and limit > bonus or found == limit - bonus:
        found = found - bonus // 2
    return found


def affordable(price, left):
    return price < left
"""
TESTS = """from shop import total

def test_all(): assert total([2, 3], 5, 9) == 5
def test_some(): assert total([3, 2.5], 5, 9) == 3
def test_none(): assert total([], 5, 9) == 0
def test_dear(): assert total([1, 9], 5, 9) == 1
"""


async def observed(
    root: Path, files: Mapping[str, str], seconds: float = 300.0
) -> tuple[Observed, Trials, list[str], list[str]]:
    """What fails, the trials, what was told, and the functions in the order that the trials leave them in."""
    workspace = tree(files)
    sandbox = LocalSandbox(root / "box")
    await sandbox.start()
    await sandbox.sync(workspace)
    told: list[str] = []
    try:
        runner = TestRunner(sandbox, detect(workspace), timeout=60)
        run = await runner.run()
        seen = Observed(run.bad)
        suspects = rank(workspace, seen, limit=None)
        trials = await try_changes(runner, run, workspace, seen, suspects, seconds=seconds, tell=told.append)
    finally:
        await sandbox.close()
    order = [s.symbol.name for s in rank(workspace, replace(seen, mended=trials.mended), limit=None)]
    return seen, trials, told, order


def test_a_function_that_a_small_change_mends_the_tests_in_comes_first(tmp_path: Path) -> None:
    files = tree({"shop.py": SHOP, "test_shop.py": TESTS})
    seen, trials, told, order = asyncio.run(observed(tmp_path, {"shop.py": SHOP, "test_shop.py": TESTS}))
    assert [s.symbol.name for s in rank(files, seen, limit=None)] == ["total", "affordable"]
    assert (trials.mended[0].name, trials.mended[0].share) == ("affordable", 1.0)
    assert trials.mended[0].change.startswith("line 12: `")
    assert order[0] == "affordable" and trials.tried > 0
    assert told == ["trying small changes in the 2 likeliest functions, for 300 s at most"]


def test_a_change_that_breaks_what_passed_mends_nothing(tmp_path: Path) -> None:
    strict = TESTS + "def test_strict(): assert total([5], 5, 9) == 0\n"
    _, trials, _, _ = asyncio.run(observed(tmp_path, {"shop.py": SHOP, "test_shop.py": strict}))
    assert ("affordable", 1.0) not in [(m.name, m.share) for m in trials.mended]


@pytest.mark.parametrize(
    "files",
    [
        {"shop.py": SHOP.replace("price < left", "price <= left"), "test_shop.py": TESTS},
        {
            "shop.py": "def one():\n    return 2\n",
            "test_shop.py": "from shop import one\ndef test(): assert one() == 1\n",
        },
    ],
    ids=["nothing fails", "one suspect"],
)
def test_nothing_is_tried_where_there_is_nothing_to_decide(tmp_path: Path, files: Mapping[str, str]) -> None:
    assert asyncio.run(observed(tmp_path, files))[1:3] == (Trials(), [])


def test_nothing_is_tried_without_time_for_it(tmp_path: Path) -> None:
    files = {"shop.py": SHOP, "test_shop.py": TESTS}
    assert asyncio.run(observed(tmp_path, files, seconds=0))[1] == Trials()


def test_where_no_change_mends_all_those_that_mend_some_count_in_part(tmp_path: Path) -> None:
    more = TESTS.replace("test_none(): assert total([], 5, 9) == 0", "test_word(): assert total('', 1, 2) == 'none'")
    seen, trials, _, _ = asyncio.run(observed(tmp_path, {"shop.py": SHOP, "test_shop.py": more}))
    assert len(seen.failing) == 2
    assert ("affordable", 0.5) in [(m.name, m.share) for m in trials.mended]
