"""What is shown of the code, and searching it."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.code.context.excerpts import excerpt, outline
from devagent.code.context.surroundings import surroundings
from devagent.code.search import find_text, read_range
from devagent.code.symbol import symbols
from devagent.errors import UsageError

FILES = {
    "shop/cart.py": b"""\
import os
from shop.prices import discount, tax as levy

LIMIT = 3
OTHER = 4
helper = lambda: 1


class Cart(Base):
    \"\"\"A cart.\"\"\"

    def __init__(self, items):
        self.items = items

    def total(self):
        amount = self.add(self.items[:LIMIT])
        return levy(discount(amount))

    def add(self, items):
        return sum(items)
""",
    "shop/prices.py": b"def discount(amount, rate=1):\n    return amount\n\n\ndef tax(amount): return amount\n",
}


def test_surroundings_hold_what_a_method_refers_to_and_nothing_else() -> None:
    (total,) = [s for s in symbols("shop/cart.py", FILES["shop/cart.py"]) if s.short == "total"]
    around = surroundings(FILES, total)
    assert around.imports == ("from shop.prices import discount, tax as levy",)
    assert around.constants == ("LIMIT = 3",)
    assert around.header == "class Cart(Base)"
    assert around.constructor == "def __init__(self, items):\n        self.items = items"
    assert around.siblings == ("def add(self, items)",)
    assert around.callees == ("def discount(amount, rate=1)  [shop/prices.py]",)


def test_surroundings_of_javascript_know_requires_and_constants() -> None:
    source = (
        b"const fs = require('fs');\nconst { a, b } = require('./x');\nconst K = 1;\nfunction f() { return a(K); }\n"
    )
    files = {"m.js": source, "x.js": b"exports.a = function (n) { return n; };\n"}
    (function,) = symbols("m.js", source)
    around = surroundings(files, function)
    assert around.imports == ("const { a, b } = require('./x');",)
    assert around.constants == ("const K = 1;",)
    assert around.callees == ("exports.a = function (n)  [x.js]",)


def test_an_outline_is_signatures_in_their_scopes() -> None:
    assert outline("shop/cart.py", FILES["shop/cart.py"]).splitlines() == [
        " 9 class Cart(Base)",
        "12   def __init__(self, items)",
        "15   def total(self)",
        "19   def add(self, items)",
    ]


def test_an_excerpt_is_numbered_and_cut_to_what_there_is() -> None:
    assert excerpt(b"a\r\nb\r\nc", 2, 99) == "2 b\n3 c"
    assert excerpt(b"", 1, 5) == ""


def test_text_is_found_by_path_and_line() -> None:
    found = find_text(FILES, "discount(")
    assert [m[:2] for m in found.matches] == [("shop/cart.py", 17), ("shop/prices.py", 1)]
    assert "shop/cart.py:17: return levy(discount(amount))" in str(found)


def test_a_pattern_is_found_and_the_limit_is_said() -> None:
    found = find_text(FILES, r"^\s*def \w+", regex=True, limit=2)
    assert len(found.matches) == 2
    assert found.more
    assert find_text(FILES, "CLASS cart", ignore_case=True).matches[0][1] == 9


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", ".*.*.*x", "(", "", r"(?P<n>a)(?P=n)", "(a{1,9}){1,9}"])
def test_a_pattern_that_is_malformed_or_could_hang_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError):
        find_text(FILES, pattern, regex=True)


@given(st.text(alphabet="ab.*+?(){}[]|\\^$12,", max_size=20))
def test_no_pattern_takes_long(pattern: str) -> None:
    started = time.monotonic()
    with contextlib.suppress(UsageError):
        find_text({"a": (b"a" * 290 + b"\n") * 5}, pattern, regex=True)
    assert time.monotonic() - started < 2


def test_a_range_is_read_with_numbers_and_says_what_is_left() -> None:
    assert read_range(FILES, "shop/prices.py", 1, 2).startswith(
        "1 def discount(amount, rate=1):\n2     return amount\n("
    )
    with pytest.raises(UsageError, match=r"Did you mean shop/cart\.py\?"):
        read_range(FILES, "src/cart.py")
    with pytest.raises(UsageError, match="Ask for lines 1 to 5"):
        read_range(FILES, "shop/prices.py", 9)
