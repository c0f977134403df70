"""An edit that mends the failing tests and breaks others is made under conditions."""

import pytest

from devagent.repair.branches import branched
from devagent.repair.candidates import Stretch, candidates

RETURN = "def fits(day, weekday):\n    return day.has and weekday.has\n"
ASSIGN = "def step(n, fast):\n    size = n + 1\n    return size\n"
HEAD = "def f(xs, last):\n    for x in xs:\n        use(x)\n    return last\n"
INSERTED = "def f(xs, last):\n    use(xs)\n    xs.clear()\n    use(last)\n"
DELETED = "def f(xs, last):\n    use(xs)\n    return last\n"
SCRIPT = "function fits(day, weekday) {\n  return day.has && weekday.has;\n}\n"

CASES = [
    (
        "a.py",
        RETURN,
        RETURN.replace("and", "or"),
        "    if not day:\n        return day.has or weekday.has\n    return day",
    ),
    ("a.py", ASSIGN, ASSIGN.replace("+", "-"), "    if fast:\n        size = n - 1\n    else:\n        size = n + 1\n"),
    ("a.py", HEAD, HEAD.replace("in xs", "in reversed(xs)"), "for x in (reversed(xs) if last else xs):"),
    ("a.py", DELETED, DELETED.replace("    use(xs)\n", ""), "    if not (last is None):\n        use(xs)\n"),
    (
        "a.js",
        SCRIPT,
        SCRIPT.replace("&&", "||"),
        "  if (!day) {\n    return day.has || weekday.has;\n  }\n  return day",
    ),
]


@pytest.mark.parametrize(("path", "before", "overdone", "branch"), CASES)
def test_the_edit_is_made_only_under_a_condition(path: str, before: str, overdone: str, branch: str) -> None:
    stretch = Stretch(path, before.encode(), 1, before.count("\n"))
    edit = next(e for _, e in candidates([stretch]) if e.content.decode() == overdone)
    found = [e.content.decode() for e in branched(stretch, edit)]
    assert any(branch in text for text in found)
    assert len(found) == len(set(found))


def test_an_inserted_statement_is_guarded() -> None:
    stretch = Stretch("a.py", INSERTED.encode(), 1, 4)
    edit = next(e for _, e in candidates([stretch]) if e.content.decode().count("use(last)") == 2)
    texts = [e.content.decode() for e in branched(stretch, edit)]
    assert any("    if last:\n        use(last)\n" in text and text.count("use(last)") == 2 for text in texts)


def test_conditions_on_alike_things_are_asked_together() -> None:
    before = "def fits(day, week):\n    if day.any:\n        return 1\n    return day.has and week.has\n"
    stretch = Stretch("a.py", before.encode(), 1, 4)
    edit = next(e for _, e in candidates([stretch]) if b"day.has or week.has" in e.content)
    assert any("if not day.any and not week.any:" in e.content.decode() for e in branched(stretch, edit))
