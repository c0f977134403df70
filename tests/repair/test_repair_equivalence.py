"""What the Python runner spares itself: variants that do not change what the failing tests see, with real processes."""

import asyncio
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import pytest
from sandbox.local_sandbox import LocalSandbox, tree

from devagent.repair.batch import PUT_OFF, Goal, Outcome, Variant, run_batch
from devagent.repair.candidates import Stretch, candidates
from devagent.repair.edit import Change, Span, edit
from devagent.repair.sites import way_of
from devagent.sandbox.ecosystem import detect

CODE = """import functools


def kept(known={}):
    return known


class Shelf:
    def __init__(self, books):
        self.books = list(books)
        self.at = iter(self.books)

    def titles(self, least=0):
        found = []
        for book in self.books:
            if len(book) > least:
                found.append(book)
        if not found:
            raise LookupError("none")
        return sorted(found)

    def next(self):
        return next(self.at)

    def unused(self):
        return 1


def limit(n):
    while n < 3:
        n = n * 1
    return n
"""
SHELF = "test_shelf.py::test_shelf"
TESTS = """from shelf import Shelf, limit, kept

def test_shelf():
    assert Shelf(["b", "aa"]).titles() == ["b", "aa"]

def test_keep():
    assert Shelf(["a"]).titles() == ["a"]
"""


def outcomes(
    root: Path, changes: list[tuple[str, str]], *, code: str = CODE, tests: str = TESTS, seconds: float = 60.0
) -> list[Outcome]:
    """What becomes of replacements in shelf.py."""
    old = code.encode()

    def variant(before: str, after: str) -> Variant:
        assert code.count(before) == 1, before
        start = code.index(before)
        made = edit(old, Change((Span(start, start + len(before), after.encode()),)), "test", 1, 1.0)
        return Variant("shelf.py", made, way_of("shelf.py", old, made))

    return run(root, {"shelf.py": code, "test_shelf.py": tests}, [variant(*change) for change in changes], seconds)


def run(root: Path, files: Mapping[str, str], variants: list[Variant], seconds: float = 60.0) -> list[Outcome]:
    async def go() -> list[Outcome]:
        sandbox = LocalSandbox(root)
        await sandbox.start()
        await sandbox.sync(tree(files))
        goal = Goal([SHELF], ["test_shelf.py::test_keep"], 2.0)
        original = {"shelf.py": files["shelf.py"].encode()}
        return await run_batch(sandbox, detect(tree(files)), original, variants, goal, seconds=seconds)

    return asyncio.run(go())


def ends(found: list[Outcome]) -> list[str]:
    return [outcome.ended for outcome in found]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("len(book) > least", "len(book) >= 1"),
        ("return sorted(found)", "return sorted(found, key=str.lower)"),
        ("list(books)", "[*books]"),
        ("return 1", "return 2"),
        ('raise LookupError("none")', "return self.next()"),
        ("        return sorted", "        if least > 5:\n            return []\n        return sorted"),
        ("                found.append(book)\n", "                if book:\n                    found.append(book)\n"),
    ],
    ids=["condition", "equal list", "equal copy", "never called", "never reached", "guard", "enclosed"],
)
def test_a_variant_that_changes_nothing_the_tests_see_does_not_run(tmp_path: Path, before: str, after: str) -> None:
    assert ends(outcomes(tmp_path, [(before, after)])) == ["no effect"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("len(book) > least", "len(book) > 1"),
        ("list(books)", "books"),
        ("return sorted(found)", "return self.books"),
        ("return next(self.at)", "return next(self.at, 1)"),
        ("found.append(book)", "found.extend(book)"),
        ("known={}", "known={1: 2}"),
        ("        return sorted", "        if found:\n            return []\n        return sorted"),
    ],
    ids=["condition", "no copy", "alias", "not only read", "statement", "default", "guard"],
)
def test_a_variant_that_may_matter_runs(tmp_path: Path, before: str, after: str) -> None:
    tests = TESTS.replace('Shelf(["b", "aa"])', 'Shelf(["b", "aa"]); x.next(); assert x').replace(
        "assert Shelf", "x = Shelf", 1
    )
    assert outcomes(tmp_path, [(before, after)], tests=tests)[0].ran


def test_looking_uses_nothing_up_and_makes_nothing(tmp_path: Path) -> None:
    code = (
        "import collections\n\n\nclass Tally:\n    def __init__(self, words):\n        self.words = iter(words)\n"
        "        self.seen = collections.defaultdict(list)\n\n    def run(self):\n        step = self.words\n"
        "        first = next(step)\n        self.seen[first].append(1)\n        rest = len(self.seen)\n"
        "        return first, rest, list(step)\n"
    )
    tests = (
        "from shelf import Tally\ndef test_shelf():\n    assert Tally('abc').run() == ('b', 1, ['b', 'c'])\n"
        "def test_keep(): pass\n"
    )
    changes = [
        ("step = self.words", "step = list(self.words)"),
        ("rest = len(self.seen)", "rest = len(self.seen['b'])"),
        ("rest = len(self.seen)", "rest = max(1, len(self.seen))"),
    ]
    found = ends(outcomes(tmp_path, changes, code=code, tests=tests))
    assert found == ["tested", "tested", "no effect"]


def test_an_expression_that_makes_no_sense_is_put_off(tmp_path: Path) -> None:
    found = outcomes(tmp_path, [("return sorted(found)", "return found.strip()"), ("list(books)", "abs(books)")])
    assert ends(found) == [PUT_OFF, PUT_OFF] and not any(outcome.ran for outcome in found)


def test_where_the_tests_do_not_end_what_agrees_that_long_is_put_off(tmp_path: Path) -> None:
    tests = "from shelf import limit\ndef test_shelf(): assert limit(1) == 4\ndef test_keep(): assert limit(3) == 3\n"
    found = outcomes(tmp_path, [("n < 3", "n <= 2"), ("n < 3", "n < -1"), ("n * 1", "n + 3")], tests=tests)
    assert ends(found) == [PUT_OFF, "tested", "tested"]
    assert [outcome.survives for outcome in found] == [False, False, True]


def test_the_order_of_the_tests_does_not_matter_to_variants_that_share_a_process(tmp_path: Path) -> None:
    """A variant that fills a cache with wrong results must not spoil it for the right one."""
    code = "import functools\n\n@functools.cache\ndef size(n):\n    return n + 1\n\ndef twice(n):\n    return size(n)\n"
    tests = (
        "from shelf import twice\ndef test_shelf(): assert twice(4) == 8\ndef test_keep(): assert twice(0) in (0, 1)\n"
    )
    changes = [("n + 1", f"n * {k}") for k in (5, 4, 3, 2)]
    found = outcomes(tmp_path, changes, code=code, tests=tests)
    assert [outcome.survives for outcome in found] == [False, False, False, True]


def test_a_variant_that_leaves_something_behind_spoils_no_other(tmp_path: Path) -> None:
    code = "STATE = {}\n\n\ndef value():\n    return STATE.get('bad', 0)\n"
    tests = "from shelf import value\ndef test_shelf(): assert value() == 7\ndef test_keep(): pass\n"
    changes = [
        ("return STATE.get('bad', 0)", "return STATE.setdefault('bad', 1)"),
        ("return STATE.get('bad', 0)", "while True: pass"),
        ("return STATE.get('bad', 0)", "import os; os._exit(0)"),
        ("return STATE.get('bad', 0)", "return STATE.get('bad', 7)"),
    ]
    found = outcomes(tmp_path, changes, code=code, tests=tests)
    assert [outcome.survives for outcome in found] == [False, False, False, True]
    assert ends(found)[1:3] == ["timed out", "exited"]


def test_of_all_edits_of_a_file_those_without_effect_really_have_none(tmp_path: Path) -> None:
    old = CODE.encode()
    edits = [e for _, e in islice(candidates([Stretch("shelf.py", old, 8, 25)]), 300)]
    files = {"shelf.py": CODE, "test_shelf.py": TESTS}
    sited = [Variant("shelf.py", e, way_of("shelf.py", old, e)) for e in edits]
    spared = [outcome.variant for outcome in run(tmp_path / "sited", files, sited) if outcome.ended == "no effect"]
    assert len(spared) > 40
    plain = run(tmp_path / "plain", files, [Variant("shelf.py", edits[number]) for number in spared])
    assert all(outcome.ran and outcome.passed == 0 for outcome in plain) and len(plain) == len(spared)
