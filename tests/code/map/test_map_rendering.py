"""The map as text: signatures under their scopes, never more tokens than allowed."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devagent.code.index.facts import Definition
from devagent.code.map.rendering import WIDTH, fill, rendered, shown_signature
from devagent.journal.tokens import estimate_tokens


def definition(name: str, signature: str, parent: int = -1, kind: str = "function", line: int = 1) -> Definition:
    return Definition(name.rpartition(".")[2], kind, name, line, line + 1, signature, parent)


BASKET = (
    definition("Basket", "class Basket", kind="class"),
    definition("Basket.add", "def add(self, item, count=1)", 0),
    definition("Basket.add.check", "def check(item)", 1),
    definition("Basket.total", "def total(self)", 0),
    definition("load", "def load(path)"),
)
FACTS = {"shop/basket.py": BASKET, "app.py": (definition("main", "def main(argv)"),)}


def drawn(ranked: Sequence[tuple[str, int]], limit: int = 4096) -> str:
    return rendered(fill(ranked, FACTS, limit))


def test_a_method_stands_under_its_class_and_an_inner_function_under_both() -> None:
    assert drawn([("shop/basket.py", 2)]) == (
        "shop/basket.py: …\nclass Basket: …\n  def add(self, item, count=1)\n    def check(item)\n"
    )


def test_an_attribute_stands_in_its_class_though_it_is_found_after_what_follows() -> None:
    found = (
        definition("Circle", "class Circle", kind="class", line=1),
        definition("Circle.__init__", "def __init__(self, r)", 0, line=2),
        definition("unused", "def unused()", line=9),
        definition("Circle.r", "self.r = r", 0, "attribute", line=3),
        definition("Circle.area", "def area(self)", 0, line=5),
    )
    text = rendered(fill([("geo.py", place) for place in range(5)], {"geo.py": found}, 4096))
    assert text == ("geo.py:\nclass Circle\n  def __init__(self, r)\n  self.r = r\n  def area(self)\ndef unused()\n")


def test_files_stand_by_path_and_what_is_whole_has_no_mark() -> None:
    ranked = [("shop/basket.py", place) for place in (4, 1, 0, 2, 3)] + [("app.py", 0)]
    assert drawn(ranked) == (
        "app.py:\ndef main(argv)\n\n"
        "shop/basket.py:\nclass Basket\n  def add(self, item, count=1)\n    def check(item)\n  def total(self)\n"
        "def load(path)\n"
    )


def test_what_does_not_fit_is_left_out_for_what_is_shorter() -> None:
    short = estimate_tokens("app.py:\ndef main(argv)\n")
    assert drawn([("shop/basket.py", 2), ("app.py", 0)], short + 5) == "app.py:\ndef main(argv)\n"


def test_nothing_fits_in_no_tokens() -> None:
    assert drawn([("app.py", 0)], 1) == ""


def test_a_definition_that_the_file_no_longer_has_is_passed_over() -> None:
    assert drawn([("app.py", 7), ("app.py", 0)]) == "app.py:\ndef main(argv)\n"


def test_a_long_signature_is_cut_after_a_parameter() -> None:
    parameters = ", ".join(f"parameter_{number}=None" for number in range(20))
    text = shown_signature(definition("f", f"def f({parameters})"))
    assert len(text) <= WIDTH
    assert text.startswith("def f(parameter_0=None, ")
    assert text.endswith("=None, …)")


@pytest.mark.parametrize("signature", ["x" * 500, "def f(" + "x" * 500, "type T = " + "A | " * 100])
def test_a_long_line_without_parameters_is_cut_anywhere(signature: str) -> None:
    assert len(shown_signature(definition("f", signature))) <= WIDTH


@pytest.mark.parametrize(("read", "shown"), [("TABLE = {", "TABLE = {…"), ("WIDTH =", "WIDTH = …"), ("A = 1", "A = 1")])
def test_a_value_that_goes_on_is_marked(read: str, shown: str) -> None:
    assert shown_signature(definition("TABLE", read)) == shown


@st.composite
def files(draw: st.DrawFn) -> dict[str, tuple[Definition, ...]]:
    found = {}
    for path in draw(st.lists(st.sampled_from(["a.py", "lib/b.ts", "c/d/e.go", "z.rb"]), unique=True, min_size=1)):
        rows: list[Definition] = []
        for signature in draw(st.lists(st.text(max_size=150), max_size=12)):
            rows.append(definition("n", signature, draw(st.integers(-1, len(rows) - 1))))
        found[path] = tuple(rows)
    return found


@settings(deadline=None)
@given(files(), st.integers(1, 300), st.randoms(use_true_random=False))
def test_a_map_never_has_more_tokens_than_allowed(
    facts: dict[str, tuple[Definition, ...]], limit: int, chance: "st.random.Random"
) -> None:
    ranked = [(path, place) for path, rows in facts.items() for place in range(len(rows))]
    chance.shuffle(ranked)
    sheets = fill(ranked, facts, limit)
    assert estimate_tokens(rendered(sheets)) <= limit
    for sheet in sheets:
        assert all(sheet.definitions[place].parent in {-1, *sheet.shown} for place in sheet.shown)
