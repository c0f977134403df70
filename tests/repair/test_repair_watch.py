"""What the runner for JavaScript spares itself: variants that do not change what the failing tests see."""

import asyncio
import shutil
from pathlib import Path

import pytest
from sandbox.local_sandbox import LocalSandbox, tree

from devagent.repair.batch import PUT_OFF, Goal, Outcome, Variant, run_batch
from devagent.repair.careful import careful
from devagent.repair.edit import Change, Span, edit
from devagent.repair.sites import way_of
from devagent.sandbox.ecosystem import detect

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

CODE = """class Shelf {
  #seen = 0;
  constructor(books) {
    this.books = [...books];
    this.given = books;
  }
  get size() {
    this.#seen += 1;
    return this.books.length;
  }
  titles(least = 0) {
    const found = [];
    for (const book of this.books) {
      if (book.length > least) {
        found.push(book);
      }
    }
    if (found.length === 0) {
      throw new RangeError('none');
    }
    const seen = this.#seen
    this.first?.title.trim()
    return found.filter((book) => book.length > 0);
  }
  unused() {
    return 1;
  }
  kind() {
    switch (this.books.length) {
      case 2:
        return typeof missing === 'undefined' ? 'pair' : null;
      default:
        return -this.books.length;
    }
  }
}
"""
EXPORT = {"cjs": "module.exports = { Shelf };\n", "esm": "export { Shelf };\n"}
HEAD = {
    "cjs": "const test = require('node:test');\nconst assert = require('node:assert/strict');\n"
    "const { Shelf } = require('../shelf.js');\n",
    "esm": "import test from 'node:test';\nimport assert from 'node:assert/strict';\n"
    "import { Shelf } from '../shelf.js';\n",
}
TESTS = """test('shelf', () => {
  const shelf = new Shelf(['b', 'aa']);
  const books = shelf.titles();
  assert.equal(shelf.kind(), 'pair');
  assert.deepEqual(books, ['aa', 'b']);
});
test('keep', () => assert.deepEqual(new Shelf(['a']).titles(), ['a']));
"""


def ends(root: Path, *changes: tuple[str, str], kind: str = "cjs") -> list[str]:
    return [outcome.ended for outcome in outcomes(root, *changes, kind=kind)]


def outcomes(root: Path, *changes: tuple[str, str], kind: str = "cjs", known: bool = True) -> list[Outcome]:
    """What becomes of replacements in shelf.js; without being `known`, all of them run."""
    old = (CODE + EXPORT[kind]).encode()
    files = {
        "shelf.js": old.decode(),
        "test/shelf.test.js": HEAD[kind] + TESTS,
        "package.json": '{"type": "module"}' if kind == "esm" else "{}",
    }

    def variant(before: str, after: str) -> Variant:
        assert CODE.count(before) == 1, before
        start = CODE.index(before)
        made = edit(old, Change((Span(start, start + len(before), after.encode()),)), "test", 1, 1.0)
        return Variant("shelf.js", made, way_of("shelf.js", old, made) if known else None)

    async def go() -> list[Outcome]:
        sandbox = LocalSandbox(root / f"box{known}")
        await sandbox.start()
        await sandbox.sync(tree(files))
        goal = Goal(["test/shelf.test.js::shelf"], ["test/shelf.test.js::keep"], 4.0)
        variants = [variant(*change) for change in changes]
        return await run_batch(sandbox, detect(tree(files)), {"shelf.js": old}, variants, goal, seconds=60.0)

    return asyncio.run(go())


NO_EFFECT = [
    ("book.length > least", "book.length >= 1"),
    ("[...books]", "books.slice()"),
    ("found.filter((book) => book.length > 0)", "[...found]"),
    ("return 1", "return 2"),
    ("throw new RangeError('none')", "return this.next()"),
    ("    return found.filter", "    if (least > 5) {\n      return [];\n    }\n    return found.filter"),
    ("        found.push(book);\n", "        if (book) {\n          found.push(book);\n        }\n"),
    ("return -this.books.length", "return this.books.length"),
]
MAY_MATTER = [
    ("book.length > least", "book.length > 1"),
    ("[...books]", "books"),
    ("found.filter((book) => book.length > 0)", "this.books"),
    ("this.books.length;\n  }\n  titles", "this.given.length;\n  }\n  titles"),
    ("found.push(book)", "found.unshift(book)"),
    ("const seen = this.#seen", "const seen = this.size"),
    ("case 2:", "case 3:"),
    ("    return found.filter", "    if (found) {\n      return [];\n    }\n    return found.filter"),
]


@pytest.mark.parametrize("kind", ["cjs", "esm"])
def test_a_variant_that_changes_nothing_the_tests_see_does_not_run(tmp_path: Path, kind: str) -> None:
    assert ends(tmp_path, *NO_EFFECT, kind=kind) == ["no effect"] * len(NO_EFFECT)


def test_what_does_not_run_would_not_have_passed(tmp_path: Path) -> None:
    found = outcomes(tmp_path, *NO_EFFECT, known=False)
    assert [(outcome.passed, outcome.ended) for outcome in found] == [(0, "tested")] * len(NO_EFFECT)


def test_a_variant_that_may_matter_runs(tmp_path: Path) -> None:
    matters = [change for change in MAY_MATTER if "titles" not in change[0]]
    found = outcomes(tmp_path, *matters)
    assert [outcome.ran for outcome in found] == [True] * len(found) and found


def test_an_expression_that_makes_no_sense_is_put_off(tmp_path: Path) -> None:
    assert ends(tmp_path, ("[...books]", "[...books.first.name]"), ("[...books]", "books.at()")) == [PUT_OFF, "tested"]


@pytest.mark.parametrize(
    "text",
    [
        "a()",
        "a = 1",
        "a++",
        "delete a.b",
        "await a",
        "this.#a",
        "a`b`",
        "new A(b)()",
        "() => { b(); }",
        "a ** b",
        "a?.()",
    ],
)
def test_what_is_not_known_to_be_only_read_is_not_asked(text: str) -> None:
    assert careful(text.encode()) is None or b"invoke" in (careful(text.encode()) or b"")


def test_no_bracket_continues_a_statement_without_a_semicolon() -> None:
    code = b"function f(a, b) {\n  let c = a\n  b.d.e()\n}\n"
    start = code.index(b"d.e")
    made = edit(code, Change((Span(start, start + 1, b"g"),)), "test", 1, 1.0)
    way = way_of("f.js", code, made)
    assert way is not None and way.site.end is None


@pytest.mark.parametrize(
    ("before", "after", "truth"), [("!a", "!b", True), ("-a", "-b", False), ("a ?? b", "b ?? b", False)]
)
def test_only_the_truth_matters_where_only_that_is_asked(before: str, after: str, truth: bool) -> None:
    head, tail = "function f(a, b) {\n  if (g(", ")) return 1;\n}\n"
    asked = [head.replace("g(", "") + text + tail[1:] for text in (before, after)]
    old, new = (text.encode() for text in asked)
    start = len(head.replace("g(", ""))
    made = edit(old, Change((Span(start, start + len(before), after.encode()),)), "test", 1, 1.0)
    assert made.content == new
    way = way_of("f.js", old, made)
    assert way is not None
    assert way.site.truth is truth or way.text.decode().strip("()") != after
