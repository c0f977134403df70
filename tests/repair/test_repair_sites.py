"""Sites of variants: where an edit decides, by examples."""

import pytest

from devagent.repair.edit import Change, Span, edit
from devagent.repair.sites import Way, way_of

OLD = b"""import math

LIMIT = 3


class Cart:
    def total(self, prices, limit=LIMIT):
        found = 0
        for price in prices:
            if price < limit and self.log(price):
                found += price
        return found

    def log(self, price):
        self.seen = [price, *self.seen]
        return True
"""


def way(old: str, new: str, *, text: bytes = OLD) -> Way | None:
    assert text.count(old.encode()) == 1
    start = text.index(old.encode())
    change = Change((Span(start, start + len(old), new.encode()),))
    return way_of("cart.py", text, edit(text, change, "test", 1, 1.0))


def decides(found: Way | None) -> tuple[str, str, bool | None, bool] | None:
    """The old code at the site, the new expression, with which truth nothing changes, whether only truth matters."""
    if found is None:
        return None
    site = found.site
    line = OLD[site.start : OLD.index(b"\n", site.start) if site.end is None else site.end]
    return line.decode(), found.text.decode(), found.usual, site.truth


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("found = 0", "found = -1", ("0", "-1", None, False)),
        ("return found", "return found + 1", ("found", "found + 1", None, False)),
        ("price < limit", "price <= limit", ("price < limit", "price <= limit", None, True)),
        (
            "in prices",
            "in sorted(prices, key=lambda p: -p)",
            ("prices", "sorted(prices, key=lambda p: -p)", None, False),
        ),
        ("[price, *self.seen]", "[price]", ("[price, *self.seen]", "[price]", None, False)),
        ("return found", "return (found)", ("found", "found", None, False)),
    ],
)
def test_a_changed_expression_is_asked_for_its_value(old: str, new: str, expected: tuple[object, ...]) -> None:
    assert decides(way(old, new)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "        for price in prices:\n",
            "        if not prices:\n            return 0\n        for price in prices:\n",
            ("for price in prices:", "not prices", False),
        ),
        (
            "                found += price\n",
            "                if price > 0:\n                    found += price\n",
            ("found += price", "price > 0", True),
        ),
        (
            "        return found\n",
            "        if found > 9:\n            return 9\n        else:\n            return found\n",
            ("return found", "found > 9", False),
        ),
        (
            "        return found\n",
            "        if found > 9:\n            return 9\n        return found\n",
            ("return found", "found > 9", False),
        ),
    ],
    ids=["before", "around", "instead", "before and again"],
)
def test_a_condition_that_is_new_is_asked_for_its_truth(old: str, new: str, expected: tuple[object, ...]) -> None:
    found = decides(way(old, new))
    assert found is not None and found[:3] == expected


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("self.log(price)", "self.log(limit, price)", "if price < limit and self.log(price):"),
        ("                found += price\n", "                found -= self.fee()\n", "found += price"),
        ("found += price", "found, self.top = price, self.log(price)", "found += price"),
        ("        self.seen = [price, *self.seen]\n", "", "self.seen = [price, *self.seen]"),
    ],
)
def test_what_is_not_only_read_matters_where_its_statement_is_gone_to(old: str, new: str, line: str) -> None:
    assert decides(way(old, new)) == (line, "", None, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("limit=LIMIT", "limit=4"),
        ("import math\n", ""),
        ("found += price", "other = price"),
        ("found += price", "yield price"),
        ("    def log(self, price):\n", "    def log(self, price, n):\n"),
        ("        return found\n\n", "        return found\n\n        return 1\n\n"),
        ("found += price\n", "found += price\n        else:\n            return 1\n"),
    ],
    ids=["module", "default", "import", "new name", "generator", "parameters", "unclear end", "other branch"],
)
def test_nothing_is_said_where_more_than_one_place_changes_its_meaning(old: str, new: str) -> None:
    assert way(old, new) is None


def test_a_file_that_is_broken_or_in_a_language_without_data_has_no_sites() -> None:
    assert way("found = 0", "found = (") is None
    change = edit(b"a = 1\n", Change((Span(4, 5, b"2"),)), "test", 1, 1.0)
    assert way_of("a.txt", b"a = 1\n", change) is way_of("a.js", b"a = 1\n", change) is None
