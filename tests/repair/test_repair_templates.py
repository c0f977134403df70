"""The templates of wider reach: for each one, the fix it is for is among its candidates."""

import pytest

from devagent.repair.candidates import Stretch, candidates
from devagent.repair.edit import Edit

STORE = """class Store:
    def __init__(self):
        self.rows = []
        self.used = 0

    def take(self, row):
        self.rows.append(row)
        self.used += row.size
        return row
"""
# (template, code before, the text to be replaced, what stands there then)
PYTHON = [
    ("operator", "def f(a, b):\n    return a < 1 or b < 1\n", "a < 1 or b < 1", "a <= 1 or b <= 1"),
    (
        "name",
        "def f(old, new):\n    use(old)\n    return old + 1\n",
        "use(old)\n    return old",
        "use(new)\n    return new",
    ),
    ("reset", STORE, "        return row\n", "        self.used = 0\n        return row\n"),
    ("reset", STORE, "        return row\n", "        self.rows = []\n        self.used = 0\n        return row\n"),
    (
        "deep_copy",
        "import copy\n\n\ndef f(rows):\n    return dict(rows)\n",
        "dict(rows)",
        "copy.deepcopy(rows)",
    ),
    (
        "deep_copy",
        '"""Rows."""\n\nimport os\n\n\ndef f(rows):\n    return rows.copy()\n',
        "import os\n\n\ndef f(rows):\n    return rows.copy()",
        "import copy\nimport os\n\n\ndef f(rows):\n    return copy.deepcopy(rows)",
    ),
    (
        "deep_copy",
        "def f(rows):\n    return dict(rows)\n",
        "dict(rows)",
        "{key: list(value) for key, value in rows.items()}",
    ),
    (
        "sort_key",
        "def f(rows):\n    for row in rows:\n        use(row.age)\n    return sorted(rows)\n",
        "sorted(rows)",
        "sorted(rows, key=lambda item: item.age)",
    ),
    (
        "sort_key",
        "def f(rows):\n    return min(rows, key=lambda row: row.age)\n",
        "lambda row: row.age",
        "lambda row: (row.age, row)",
    ),
    ("sort_key", "def f(row):\n    return (-row.age, row.size)\n", "row.size", "-row.size"),
    ("regroup", "def f(a, b):\n    return int(a * b)\n", "int(a * b)", "int(a) * b"),
    ("regroup", "def f(a, b):\n    return round(a) * b\n", "round(a) * b", "round(a * b)"),
    ("regroup", "def f(xs, n):\n    return tuple(map(g, xs * n))\n", "map(g, xs * n))", "map(g, xs)) * n"),
    ("wrap", "def f(xs):\n    return [xs]\n", "[xs]", "list(xs)"),
    ("rewrap", "def g(k):\n    pass\n\n\ndef f(d, k):\n    return d[k]\n", "d[k]", "g(k)"),
    ("regroup", "def f(a, b, c):\n    return a + b * c\n", "a + b * c", "(a + b) * c"),
    ("regroup", "def f(a, b, c):\n    return a - (b + c)\n", "(b + c)", "b + c"),
    ("modulo", "def f(xs, i):\n    return xs[i + 1]\n", "xs[i + 1]", "xs[(i + 1) % len(xs)]"),
    ("clamp", "def f(a, b):\n    return a - b\n", "a - b", "max(0, a - b)"),
    ("rounding", "def f(a, b):\n    return a // b\n", "a // b", "-(-a // b)"),
    ("pattern", "def f(s):\n    return re.match(r'\\d+', s)\n", "\\d+", "\\d*"),
    ("pattern", "def f(s):\n    return re.match(r'\\d+', s)\n", "\\d+", "\\d+$"),
    ("pattern", "def f(s):\n    return f'{s:.1f}'\n", ".1f", ".2f"),
    (
        "move_far",
        "def f(job):\n    start(job)\n    use(job)\n    if job.done:\n        return None\n    return 1\n",
        "    start(job)\n    use(job)\n    if job.done:\n        return None\n",
        "    if job.done:\n        return None\n    start(job)\n    use(job)\n",
    ),
    (
        "move_far",
        "def f(a, b):\n    if a:\n        use(a)\n    elif b:\n        use(b)\n",
        "if a:\n        use(a)\n    elif b:\n        use(b)",
        "if b:\n        use(b)\n    elif a:\n        use(a)",
    ),
    ("outcome", "def f(rows):\n    return len(rows[0])\n", "len(rows[0])", "len(rows[0]) if rows else 0"),
    (
        "outcome",
        "class Step:\n    open: bool = False\n\n\ndef f(step):\n    return step.size + 1\n",
        "step.size + 1",
        "step.size if step.open else step.size + 1",
    ),
    (
        "condition",
        "class Step:\n    def __init__(self):\n        self.open = False\n\n\n"
        "def f(step, n):\n    return [step for _ in n if n > 1]\n",
        "if n > 1",
        "if step.open and n > 1",
    ),
    (
        "arguments",
        "def at(day, anchor=None):\n    pass\n\n\nclass Rhythm:\n    anchor: int = 0\n\n    def f(self, day):\n"
        "        return at(day)\n",
        "return at(day)",
        "return at(day, self.anchor)",
    ),
    (
        "copied_check",
        "def f(total):\n    if total < 0:\n        total = 0\n    return total\n\n\ndef g(total):\n    return total\n",
        "def g(total):\n",
        "def g(total):\n    if total < 0:\n        total = 0\n",
    ),
    (
        "sequence",
        "def f(d, k):\n    old = d.pop(k)\n    if old:\n        free(old)\n\n\n"
        "def g(d, k):\n    d.pop(k)\n    use(d)\n",
        "    d.pop(k)\n    use(d)",
        "    old = d.pop(k)\n    if old:\n        free(old)\n    use(d)",
    ),
    (
        "rollover",
        "DAY = 1440\n\n\ndef f(a, b):\n    start = at(a)\n    end = at(b)\n    return start, end\n\n\n"
        "def g(x):\n    x += timedelta(days=1)\n\n\ndef timedelta(days):\n    pass\n",
        "    end = at(b)\n",
        "    end = at(b)\n    if end <= start:\n        end += timedelta(days=1)\n",
    ),
]
JAVASCRIPT = [
    (
        "operator",
        "function f(o, p) {\n  return { a: o.a || p.a, b: o.b || p.b };\n}\n",
        "o.a || p.a, b: o.b || p.b",
        "o.a ?? p.a, b: o.b ?? p.b",
    ),
    (
        "reset",
        "class A {\n  count = 0;\n  f(x) {\n    use(x);\n    this.count += 1;\n  }\n}\n",
        "    this.count += 1;\n",
        "    this.count += 1;\n    this.count = 0;\n",
    ),
    (
        "sort_key",
        "function f(xs) {\n  const ys = xs.sort();\n  return ys[0].first;\n}\n"
        "function g(x) {\n  return x.first();\n}\n",
        "sort()",
        "sort((a, b) => a.first - b.first)",
    ),
    ("deep_copy", "function f(o) {\n  return { ...o };\n}\n", "{ ...o }", "structuredClone(o)"),
    ("deep_copy", "function f(xs) {\n  return [...xs];\n}\n", "[...xs]", "xs.map((item) => ({ ...item }))"),
    ("sort_key", "function f(xs) {\n  return xs.sort();\n}\n", "sort()", "sort((a, b) => a - b)"),
    (
        "sort_key",
        "function f(xs) {\n  return xs.sort((a, b) => a.age - b.age);\n}\n",
        "a.age - b.age",
        "a.age - b.age || a.localeCompare(b)",
    ),
    ("modulo", "function f(xs, i) {\n  return xs[i + 1];\n}\n", "i + 1", "(i + 1) % xs.length"),
    ("clamp", "function f(a, b) {\n  return a - b;\n}\n", "a - b", "Math.max(0, a - b)"),
    ("rounding", "function f(a, b) {\n  return a / b;\n}\n", "a / b", "Math.floor(a / b)"),
    ("pattern", "function f(s) {\n  return s.replace(/\\s+/, '');\n}\n", "/\\s+/", "/\\s+/g"),
    ("optional", "function f(a) {\n  return a.b.c;\n}\n", "a.b.c", "a.b?.c"),
    ("outcome", "function f(a) {\n  return a[0].b;\n}\n", "a[0].b", "a.length > 0 ? a[0].b : null"),
    (
        "move_far",
        "function f(a, b) {\n  if (a) {\n    use(a);\n  } else if (b) {\n    use(b);\n  }\n}\n",
        "if (a) {\n    use(a);\n  } else if (b) {\n    use(b);\n  }",
        "if (b) {\n    use(b);\n  } else if (a) {\n    use(a);\n  }",
    ),
]


def edits_of(before: str, path: str) -> list[Edit]:
    stretch = Stretch(path, before.encode(), 1, before.count("\n"))
    return [edit for _, edit in candidates([stretch])]


def shape(content: bytes) -> list[bytes]:
    return [line.rstrip() for line in content.splitlines() if line.strip()]


@pytest.mark.parametrize(("template", "before", "old", "new"), PYTHON)
def test_a_python_fix_is_among_the_candidates(template: str, before: str, old: str, new: str) -> None:
    wanted = shape(before.replace(old, new).encode())
    assert any(shape(edit.content) == wanted for edit in edits_of(before, "f.py")), template


@pytest.mark.parametrize(("template", "before", "old", "new"), JAVASCRIPT)
@pytest.mark.parametrize("path", ["f.js", "f.ts"])
def test_a_javascript_fix_is_among_the_candidates(template: str, before: str, old: str, new: str, path: str) -> None:
    wanted = shape(before.replace(old, new).encode())
    assert any(shape(edit.content) == wanted for edit in edits_of(before, path)), template


def test_braces_of_the_code_are_no_fields_of_a_form() -> None:
    before = 'def f(rows, n):\n    text = "{0} {x}" % (len(rows) * {n: 1}[n] + 2)\n    return dict({n: 1}), text\n'
    assert edits_of(before, "f.py")


def test_what_is_imported_already_is_not_imported_again() -> None:
    edits = edits_of("import copy\n\n\ndef f(rows):\n    return list(rows)\n", "f.py")
    assert all(edit.content.count(b"import copy") == 1 for edit in edits)


def test_the_constructor_resets_nothing() -> None:
    begin, end = 2, 4
    stretch = Stretch("store.py", STORE.encode(), begin, end)
    assert not [edit for _, edit in candidates([stretch]) if edit.template == "reset"]
