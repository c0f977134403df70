"""Candidates: the fixes of typical one-edit bugs are among them, and each of them is a small, different, valid edit."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devagent.code.language import language_for, parse
from devagent.repair.candidates import Stretch, candidates
from devagent.repair.edit import Edit

# (what is wrong, code before, code after): the fix is one edit.
PYTHON = [
    ("a bound", "def f(a, n):\n    if a < n:\n        return 1\n    return 0\n", ("a < n", "a <= n")),
    ("division", "def f(a, n):\n    return a / n\n", ("a / n", "a // n")),
    ("an end", "def f(xs):\n    for i in range(len(xs)):\n        use(i)\n", ("range(len(xs))", "range(len(xs) - 1)")),
    ("a start", "def f(n):\n    return list(range(n))\n", ("range(n)", "range(1, n)")),
    ("an index", "def f(xs, i):\n    return xs[i]\n", ("xs[i]", "xs[i - 1]")),
    ("a slice", "def f(xs, i):\n    return xs[:i]\n", ("xs[:i]", "xs[:i + 1]")),
    ("a constant", "def f():\n    total = 1\n    return total\n", ("= 1", "= 0")),
    ("a condition", "def f(x):\n    if x:\n        return 1\n    return 0\n", ("if x", "if not x")),
    ("a negation", "def f(x):\n    return [y for y in x if not y.done]\n", ("not y.done", "y.done")),
    ("or for and", "def f(a, b):\n    return a > 0 and b > 0\n", ("and", "or")),
    ("a conjunct", "def f(a, b):\n    if a > 0 and b:\n        return 1\n    return 0\n", ("a > 0 and b", "a > 0")),
    ("a variable", "def f(old, new):\n    return len(old), old[0]\n", ("old[0]", "new[0]")),
    ("an attribute", "def f(p):\n    use(p.code)\n    return p.name\n", ("return p.name", "return p.code")),
    ("self", "class A:\n    def f(self, n):\n        self.n += n\n        return n\n", ("return n", "return self.n")),
    ("arguments", "def f(a, b):\n    return g(b, a)\n", ("g(b, a)", "g(a, b)")),
    (
        "a missing argument",
        "def g(x, key=None):\n    pass\n\n\ndef f(x, key):\n    return g(x)\n",
        ("g(x)\n", "g(x, key)\n"),
    ),
    ("a conversion", "def f(a, b):\n    return a == b\n", ("a == b", "a == b.lower()")),
    (
        "a copy",
        "def f(base):\n    result = base\n    result['x'] = 1\n    return result\n",
        ("= base", "= base.copy()"),
    ),
    ("an unwanted call", "def f(x):\n    return sorted(x)\n", ("sorted(x)", "x")),
    ("max", "def f(a, b):\n    return max(a, b)\n", ("max", "min")),
    ("all", "def f(xs):\n    return any(x > 0 for x in xs)\n", ("any", "all")),
    ("extend", "def f(xs, ys):\n    xs.append(ys)\n    return xs\n", ("append", "extend")),
    ("if for while", "def f(n):\n    if n > 9:\n        n -= 9\n    return n\n", ("if n", "while n")),
    (
        "the loop",
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n        return out\n",
        ("        return out", "    return out"),
    ),
    (
        "a branch",
        "def f(xs, d):\n    for x in xs:\n        if x in d:\n            n = 1\n        use(x)\n    return d\n",
        ("        use(x)", "            use(x)"),
    ),
    (
        "a reset",
        "def f(rows):\n    n = 0\n    for row in rows:\n        for x in row:\n            n += x\n        use(n)\n",
        ("    for row in rows:\n", "    for row in rows:\n        n = 0\n"),
    ),
    (
        "a guard",
        "def f(xs):\n    first = xs[0]\n    return first\n",
        ("    first = xs[0]", "    if not xs:\n        return\n    first = xs[0]"),
    ),
    (
        "a known key",
        "def f(xs):\n    seen = set()\n    for x in xs:\n        use(x)\n        seen.add(x)\n    return seen\n",
        ("        use(x)", "        if x in seen:\n            continue\n        use(x)"),
    ),
    ("a statement too many", "def f(x):\n    x += 1\n    use(x)\n    return x\n", ("    x += 1\n", "")),
    ("the order", "def f(x):\n    use(x)\n    x += 1\n    return x\n", ("use(x)\n    x += 1", "x += 1\n    use(x)")),
    (
        "break",
        "def f(xs):\n    for x in xs:\n        if x:\n            break\n        use(x)\n",
        ("break", "continue"),
    ),
    ("elif", "def f(a, b):\n    if a:\n        use(a)\n    elif b:\n        use(b)\n", ("elif", "if")),
    (
        "a mutable default",
        "def f(x, seen=[]):\n    seen.append(x)\n    return seen\n",
        ("seen=[]):\n", "seen=None):\n    if seen is None:\n        seen = []\n"),
    ),
    ("=", "def f(xs):\n    n = 0\n    for x in xs:\n        n = x\n    return n\n", ("n = x", "n += x")),
    ("a key", "def f(d):\n    d['width'] = 1\n    return d['height']\n", ("d['height']", "d['width']")),
    ("a lookup", "def f(d, k):\n    return d[k]\n", ("d[k]", "d.get(k)")),
    (
        "a missing return",
        "def f(xs):\n    out = [x for x in xs]\n    out.sort()\n",
        ("sort()\n", "sort()\n    return out\n"),
    ),
    (
        "an unused parameter",
        "def f(xs, skip):\n    for x in xs:\n        if x > 0:\n            use(x)\n",
        ("x > 0", "x not in skip and x > 0"),
    ),
]
JAVASCRIPT = [
    ("a default", "function f(o) {\n  return o.n || 100;\n}\n", ("||", "??")),
    ("an end", "function f(a) {\n  for (let i = 0; i <= a.length; i++) use(i);\n}\n", ("<=", "<")),
    (
        "inside the loop",
        "function f(a) {\n  const out = [];\n  let xs = [];\n  for (const x of a) {\n    xs.push(x);\n"
        "    out.push(xs);\n  }\n  return out;\n}\n",
        ("  let xs = [];\n  for (const x of a) {\n", "  for (const x of a) {\n    let xs = [];\n"),
    ),
    (
        "a copy",
        "const g = (list) => {\n  const all = list;\n  return all;\n};\n",
        ("all = list", "all = [...list]"),
    ),
    (
        "a guard",
        "function f(xs) {\n  const first = xs[0];\n  return first.name;\n}\n",
        ("  return first.name;", "  if (!first) {\n    return;\n  }\n  return first.name;"),
    ),
    ("every", "const f = (xs) => {\n  return xs.some((x) => x > 0);\n};\n", ("some", "every")),
    ("an argument", "function f(a, b) {\n  return g(b, a);\n}\n", ("g(b, a)", "g(a, b)")),
]


def near(before: str, change: tuple[str, str]) -> bytes:
    """The file after replacing the last place where the change's first text stands."""
    head, found, tail = before.rpartition(change[0])
    assert found
    return (head + change[1] + tail).encode()


def shape(content: bytes) -> bytes:
    return b"\n".join(line.rstrip() for line in content.splitlines() if line.strip())


def edits_of(stretch: Stretch, context: Mapping[str, bytes] | None = None) -> list[Edit]:
    return [edit for _, edit in candidates([stretch], context)]


def variants(before: str, path: str, context: Mapping[str, bytes] | None = None) -> list[Edit]:
    return edits_of(Stretch(path, before.encode(), 1, before.count("\n")), context)


@pytest.mark.parametrize(("before", "change"), [case[1:] for case in PYTHON], ids=[case[0] for case in PYTHON])
def test_the_fix_of_a_python_bug_is_among_the_candidates(before: str, change: tuple[str, str]) -> None:
    assert shape(near(before, change)) in {shape(edit.content) for edit in variants(before, "f.py")}


@pytest.mark.parametrize(("before", "change"), [case[1:] for case in JAVASCRIPT], ids=[case[0] for case in JAVASCRIPT])
@pytest.mark.parametrize("path", ["f.js", "f.ts"])
def test_the_fix_of_a_javascript_bug_is_among_the_candidates(before: str, change: tuple[str, str], path: str) -> None:
    assert shape(near(before, change)) in {shape(edit.content) for edit in variants(before, path)}


SAMPLE = dedent("""
    class Till:
        def __init__(self, rates):
            self.rates = rates
            self.total = 0

        def add(self, item, count=1):
            # ünïcode
            rate = self.rates.get(item.kind, 0)
            if count > 1 and rate:
                self.total += round(item.price * count * (1 + rate), 2)
            else:
                self.total += item.price * count
            return self.total
    """).lstrip()
TILL = Stretch("till.py", SAMPLE.encode(), 6, 13)


def test_candidates_differ_from_the_code_and_from_each_other_and_parse() -> None:
    edits = edits_of(TILL)
    python = language_for("till.py")
    assert python is not None
    forms = {shape(edit.content) for edit in edits}
    assert len(forms) == len(edits) > 100 and shape(SAMPLE.encode()) not in forms
    assert not any(parse(edit.content, python).root_node.has_error for edit in edits)


def test_only_bytes_of_the_function_change_and_the_spans_say_which() -> None:
    before = SAMPLE.encode()
    start, end = before.index(b"    def add"), len(before)
    for edit in edits_of(TILL):
        if edit.template == "deep_copy" and b"import copy" in edit.text:
            continue
        assert start <= edit.start <= edit.end <= end
        assert edit.content == before[: edit.start] + edit.text + before[edit.end :]
        assert 6 <= edit.line <= 13


def test_they_are_thought_up_in_the_same_order_every_time() -> None:
    assert edits_of(TILL) == edits_of(TILL)


def test_candidates_of_several_functions_are_pooled_by_weight() -> None:
    low, high = b"def low(n):\n    return n > 3\n", b"def high(n):\n    return n > 3\n"
    alike = [Stretch("low.py", low, 1, 2, weight=0.5), Stretch("high.py", high, 1, 2)]
    paths = [path for path, _ in candidates(alike)]
    assert paths[0] == "high.py" and "low.py" in paths[: len(paths) // 4]


def test_suspicious_lines_come_first_and_none_starves() -> None:
    edits = edits_of(replace(TILL, line_scores={12: 1.0, 9: 0.5}))
    assert sum(edit.line == 12 for edit in edits[:10]) >= 6
    assert {8, 9, 10, 12, 13} <= {edit.line for edit in edits}


def test_an_edit_says_what_it_does() -> None:
    edits = variants("def f(a, b):\n    return a < b\n", "f.py")
    assert "line 2: `<` → `<=`" in [edit.description for edit in edits if edit.template == "operator"]


def test_members_of_other_files_are_known() -> None:
    other = {"item.py": b"class Item:\n    def __init__(self, sku):\n        self.sku = sku\n        self.ean = 0\n"}
    before = "def f(item, stock):\n    return stock[item.ean]\n"
    contents = {edit.content for edit in variants(before, "f.py", other)}
    assert b"def f(item, stock):\n    return stock[item.sku]\n" in contents


def test_statements_are_copied_and_docstrings_are_not() -> None:
    before = 'def low(n):\n    """Low."""\n    note(n)\n    return n\n\n\ndef high(n):\n    """High."""\n    use(n)\n'
    contents = [edit.content.decode() for edit in variants(before, "f.py") if edit.template == "copy"]
    assert any(content.count("use(n)") == 2 for content in contents)
    assert not any(content.count("Low.") > 1 or content.count("High.") > 1 for content in contents)


@pytest.mark.parametrize("path", ["notes.txt", "main.c"])
def test_a_file_in_a_language_without_templates_has_no_candidates(path: str) -> None:
    assert variants("if (x) y\n", path) == []


def test_line_breaks_and_other_encodings_survive() -> None:
    before = 'def f(a, b):\r\n    name = "caf\xe9"\r\n    if a < b:\r\n        return name\r\n'.encode("latin-1")
    edits = edits_of(Stretch("f.py", before, 1, 4))
    assert any(edit.template == "guard" for edit in edits)
    assert all(edit.content.count(b"\n") == edit.content.count(b"\r\n") for edit in edits)
    assert any(b"caf\xe9" in edit.text for edit in edits)


pieces = st.sampled_from(
    ["def f(x):", "    if x:", "    return x", "\n", "(", "x = [", "]", ":", "é", "'", "    for y in x:", "y.z", "    "]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(pieces, max_size=14).map("\n".join), st.sampled_from(["a.py", "a.js"]), st.integers(0, 9))
def test_any_text_is_taken_without_an_error(text: str, path: str, start: int) -> None:
    for _, edit in islice(candidates([Stretch(path, text.encode(), start, start + 9)]), 40):
        assert edit.content != text.encode()
