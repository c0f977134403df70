"""Versions compared by what they do: a real run of the tests, in a folder without isolation."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from sandbox.local_sandbox import LocalSandbox, tree

from devagent.repair.behaviour import Answer, Behaviour, Call, Code, can_compare, compared
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
        return await compared(sandbox, detect(tree(files)), contents, original, ["cart.py"], IDS, seconds=120.0)

    return asyncio.run(go())


def changed(old: str, new: str) -> str:
    assert old in CART
    return CART.replace(old, new)


ONE = Answer("returns", "1")
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


@pytest.mark.parametrize(
    "line",
    ["import os; os._exit(0)", "import os; os.abort()", "import os; os.kill(0, 9)"],
    ids=["exits", "aborts", "kills its group"],
)
def test_a_version_that_ends_the_process_costs_only_itself(tmp_path: Path, line: str) -> None:
    other = changed("price < limit", "price in (1, 5)")
    found = behaviour(tmp_path, [RIGHT, misbehaving(line), other])
    assert found.groups == ((0,), (1,), (2,))
    ended = [call for call in found.differing if call.came_to[1] == "ends the process"]
    assert ended and all(call.came_to[0] != "ends the process" for call in ended)
    assert found.difference(0, 2) is not None


def test_a_call_that_nothing_interrupts_costs_only_itself(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM}); time.sleep(60)"
    found = behaviour(tmp_path, [RIGHT, misbehaving(deaf), changed("price < limit", "not price > limit")])
    assert found.groups == ((0, 2), (1,))
    assert any(call.came_to[1] == "does not end" != call.came_to[0] for call in found.differing)


def test_where_one_version_ends_a_process_the_others_begin_anew_as_well(tmp_path: Path) -> None:
    """Else what earlier calls left behind would tell versions apart that do the same."""
    counting = f"calls = 0\n\n\n{RIGHT}".replace("found = 0\n", "found = 0\n    global calls\n    calls += 1\n")
    counting = counting.replace("return found", "return found, calls")
    ending = counting.replace("found = 0\n", "found = 0\n    if len(prices) == 3: import os; os._exit(0)\n")
    tests = TESTS.replace("== 6", ">= (6,)").replace("== 1\n\ndef", ">= (1,)\n\ndef")
    found = behaviour(tmp_path, [counting, ending], {"test_cart.py": tests})
    assert found.groups == ((0,), (1,))
    told = [call for call in found.differing if call.tells(0, 1)]
    assert told and all(call.came_to[1] == "ends the process" for call in told)


def test_what_a_method_leaves_in_its_object_is_told(tmp_path: Path) -> None:
    found = behaviour(tmp_path, [CART, changed("amount + tip)", "amount - tip if tip > 1 else amount + tip)")])
    call = found.difference(0, 1)
    assert call is not None and call.text.startswith("Till.take(Till(taken=")
    assert "leaves (Till(taken=[" in call.came_to[0]


def test_a_call_of_plain_values_can_be_written_down(tmp_path: Path) -> None:
    found = behaviour(tmp_path, [RIGHT, RIGHT.replace("return found", "return found if len(prices) < 3 else 1 / 0")])
    call = found.difference(0, 1)
    assert call is not None and call.code is not None
    assert (call.code.module, call.code.name) == ("cart", "total")
    assert f"total({call.code.arguments})" == call.text
    assert call.answers == (Answer("returns", call.came_to[0]), Answer("raises", "ZeroDivisionError", "builtins"))
    assert Call.from_json(call.to_json()) == call


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


def test_one_call_that_tells_all_apart_is_better_than_a_shorter_one_for_each_pair() -> None:
    calls = (Call("f(1)", ("1", "2", "1")), Call("f(1000)", ("1", "2", "3")), Call("f(2)", ("1", "1", "2")))
    assert Behaviour(((0,), (1,), (2,)), calls, 3).telling([2, 0, 1]) == (Call("f(1000)", ("3", "1", "2")),)
    several = Behaviour(((0,), (1,), (2,)), (calls[0], calls[2]), 3).telling([0, 1, 2])
    assert [call.text for call in several] == ["f(1)", "f(2)"]


def test_a_call_that_can_be_written_down_is_preferred() -> None:
    calls = (Call("f(1)", ("1", "2")), Call("f(1000)", ("1", "2"), Code("m", "f", "1000"), (ONE, ONE)))
    difference = Behaviour(((0,), (1,)), calls, 2).difference(0, 1)
    assert difference is not None and difference.text == "f(1000)"


def test_a_call_that_was_not_made_in_one_version_tells_nothing_of_it() -> None:
    assert Behaviour(((0,), (1,)), (Call("f(1)", ("1", "")),), 1).difference(0, 1) is None


def test_what_runs_under_pytest_is_compared() -> None:
    assert can_compare(detect(tree({"a.py": "", "test_a.py": "def test_a(): pass\n"})))
