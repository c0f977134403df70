"""Versions compared by what they do: a real run of the tests, in a folder without isolation."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from sandbox.local_sandbox import LocalSandbox, tree

from devagent.repair.behaviour import Behaviour, Call, can_compare, compared
from devagent.sandbox.ecosystem import detect

CART = """def total(prices, limit):
    found = 0
    for price in prices:
        if price < limit:
            found += price
    return found


class Till:
    def __init__(self):
        self.taken = []

    def take(self, amount, *, tip=0):
        self.taken.append(amount + tip)
        return len(self.taken)

    def each(self):
        yield from self.taken
"""
TESTS = """from cart import Till, total

def test_limit(): assert total([1, 5], 5) == 6
def test_over(): assert total([1, 6], 5) == 1

def test_till():
    till = Till()
    assert till.take(3, tip=1) == 1
    assert list(till.each()) == [4]
"""
IDS = [f"test_cart.py::{name}" for name in ("test_limit", "test_over", "test_till")]


def behaviour(root: Path, versions: Sequence[str], files: Mapping[str, str] | None = None) -> Behaviour:
    """What versions of cart.py do."""
    files = {"cart.py": CART, "test_cart.py": TESTS, **(files or {})}

    async def go() -> Behaviour:
        sandbox = LocalSandbox(root / "box")
        await sandbox.start()
        await sandbox.sync(tree(files))
        contents = [{"cart.py": version.encode()} for version in versions]
        original = {"cart.py": CART.encode()}
        return await compared(sandbox, detect(tree(files)), contents, original, ["cart.py"], IDS, seconds=30.0)

    return asyncio.run(go())


def changed(old: str, new: str) -> str:
    assert old in CART
    return CART.replace(old, new)


RIGHT = changed("price < limit", "price <= limit")


def test_versions_that_do_the_same_are_one_group_however_they_are_written(tmp_path: Path) -> None:
    found = behaviour(tmp_path, [RIGHT, changed("price < limit", "not price > limit")])
    assert found.groups == ((0, 1),)
    assert found.calls > 20
    assert found.difference(0, 1) is None


def test_it_is_told_how_much_a_version_changes(tmp_path: Path) -> None:
    found = behaviour(tmp_path, [CART, RIGHT, changed("return found", "return -found")])
    same, little, much = found.moved
    assert same == 0 < little < much < 1


def test_what_fits_the_tests_alone_is_told_apart_by_a_call_near_theirs(tmp_path: Path) -> None:
    found = behaviour(tmp_path, [RIGHT, changed("price < limit", "price in (1, 5)")])
    assert found.groups == ((0,), (1,))
    call = found.difference(0, 1)
    assert call is not None
    assert call.text.startswith("total([")
    assert call.came_to[0] != call.came_to[1]


def test_what_a_call_leaves_behind_counts_as_well(tmp_path: Path) -> None:
    found = behaviour(tmp_path, [CART, changed("return found", "prices.clear()\n    return found")])
    assert found.groups == ((0,), (1,))


@pytest.mark.parametrize(
    "line",
    ["while prices: pass", "raise SystemExit(3)", "import time; time.sleep(60)"],
    ids=["loops", "exits", "sleeps"],
)
def test_a_version_that_does_not_behave_is_told_apart_and_harms_no_other(tmp_path: Path, line: str) -> None:
    found = behaviour(tmp_path, [RIGHT, misbehaving(line)])
    assert found.groups == ((0,), (1,))
    assert found.calls > 20


def test_where_a_version_ends_the_process_nothing_is_known(tmp_path: Path) -> None:
    found = behaviour(tmp_path, [RIGHT, misbehaving("import os; os._exit(0)")])
    assert (found.groups, found.calls) == (((0, 1),), 0)


def misbehaving(line: str) -> str:
    """A version that does something bad for three prices: none of the tests has as many."""
    return changed("    found = 0\n", f"    found = 0\n    if len(prices) == 3:\n        {line}\n")


def test_calls_that_come_to_something_else_each_time_tell_nothing(tmp_path: Path) -> None:
    random = "    import random\n    if random.random() < 2 and len(prices) == 3:\n        return random.random()\n"
    found = behaviour(tmp_path, [changed("    found = 0\n", f"    found = 0\n{random}")] * 2)
    assert found.groups == ((0, 1),)


def test_with_nothing_to_call_nothing_is_known(tmp_path: Path) -> None:
    nothing = {"test_cart.py": "def test_limit(): pass\ndef test_over(): pass\ndef test_till(): pass\n"}
    found = behaviour(tmp_path, [RIGHT, CART], nothing)
    assert (found.groups, found.calls) == (((0, 1),), 0)


def test_the_shortest_call_tells_a_difference() -> None:
    calls = (Call("f(1000)", ("1", "2")), Call("f(1)", ("1", "1")), Call("f(10)", ("1", "2")))
    found = Behaviour(((0,), (1,)), calls, 3)
    difference = found.difference(0, 1)
    assert difference is not None and difference.text == "f(10)"


def test_only_python_under_pytest_is_compared() -> None:
    assert can_compare(detect(tree({"a.py": "", "test_a.py": "def test_a(): pass\n"})))
    assert not can_compare(detect(tree({"package.json": "{}", "a.js": ""})))
