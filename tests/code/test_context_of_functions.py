"""What is around a function: callers, callees, tests, conventions, the list of files."""

from devagent.code.context.conventions import conventions
from devagent.code.context.definitions import MOST, definition, signatures
from devagent.code.context.excerpts import first_lines
from devagent.code.context.exercising import example, parts_of_tests, source_of, that_ran
from devagent.code.context.neighbours import Named, Neighbours, by_names, named
from devagent.code.context.overview import file_list
from devagent.code.context.parts import assemble
from devagent.code.context.surroundings import MOST_CALLEES, SECTION, in_short, surroundings
from devagent.code.symbol import Symbol, symbols

FILES = {
    "shop.py": b"""\
from prices import tax


class Cart:
    def total(self):
        return tax(self.add(1))

    def add(self, item):
        return item


def checkout(cart):
    return cart.total()
""",
    "prices.py": b"def tax(amount):\n    return amount\n",
    "web.py": b"from shop import Cart\n\n\ndef page():\n    return Cart().total()\n",
}


def symbol(path: str, name: str, files: dict[str, bytes] = FILES) -> Symbol:
    return next(s for s in symbols(path, files[path]) if s.name == name)


TOTAL = symbol("shop.py", "Cart.total")


def test_callers_and_callees_by_name_across_files() -> None:
    found = by_names(FILES, TOTAL)
    assert [(s.path, s.name) for s in found.callers] == [("shop.py", "checkout"), ("web.py", "page")]
    assert [(s.path, s.name) for s in found.callees] == [("prices.py", "tax"), ("shop.py", "Cart.add")]


def test_what_the_index_names_is_told_as_it_stands_here_and_only_if_it_does() -> None:
    found = named(
        FILES,
        Named(
            [["web.py", "page", False], ["gone.py", "f", True]],
            [["prices.py", "vat", True], ["prices.py", "tax", True]],
        ),
    )
    assert [s.name for s in found.unsure] == ["page"]
    assert [s.name for s in found.callers] == ["page"] and [s.name for s in found.callees] == ["tax"]


def test_a_definition_is_whole_or_says_that_it_is_not() -> None:
    whole, short = definition(TOTAL, FILES["shop.py"], "it fails").forms
    assert whole.text.startswith("# shop.py: Cart.total, line 5\ndef total(self):\n        return tax(")
    assert short.text == "# shop.py: Cart.total, line 5 (its signature only)\ndef total(self)"


def test_neighbours_are_signatures_each_once_and_not_what_is_shown_anyway() -> None:
    tax = symbol("prices.py", "tax")
    around = [(TOTAL, Neighbours((symbol("web.py", "page"),), (tax,))), (tax, Neighbours((TOTAL,), ()))]
    found = [part.forms[0].text for part in signatures(around, [TOTAL])]
    assert found == ["web.py:4: def page()  (calls total)", "prices.py:1: def tax(amount)  (called by total)"]


def test_a_neighbour_of_which_only_the_name_says_so_is_told_as_such() -> None:
    page, tax = symbol("web.py", "page"), symbol("prices.py", "tax")
    parts = signatures([(TOTAL, Neighbours((page,), (tax,), frozenset({page, tax})))], [TOTAL])
    assert [part.why for part in parts] == ["may call total", "perhaps called by total"]


def test_of_many_callers_the_rest_is_counted() -> None:
    source = b"def f():\n    pass\n" + b"".join(b"def g%d():\n    f()\n" % n for n in range(MOST + 5))
    files = {"a.py": source}
    f = symbol("a.py", "f", files)
    parts = list(signatures([(f, by_names(files, f))], [f]))
    assert len(parts) == MOST + 1 and parts[-1].forms[0].text == "(5 more that are not shown: calls f)"


def test_tests_that_ran_a_function_those_that_ran_little_else_first() -> None:
    lines = {"t::wide": {"shop.py": range(20)}, "t::narrow": {"shop.py": [6]}, "t::other": {"prices.py": [1]}}
    assert that_ran(lines, [TOTAL]) == ["t::narrow", "t::wide"]


def test_the_source_of_a_test_is_found_by_its_id() -> None:
    python = b"class TestA:\n    def test_x(self):\n        assert 1\n"
    assert source_of("t.py", python, "t.py::TestA::test_x[1-2]") == "def test_x(self):\n        assert 1"
    script = b"describe('a', () => {\n  it('adds up', () => {\n    ok(1)\n  })\n})\n"
    assert source_of("a.test.js", script, "a > adds up") == "  it('adds up', () => {\n    ok(1)\n  })"
    assert source_of("t.py", python, "t.py::test_gone") == ""


def test_tests_with_one_source_stand_there_once_and_one_without_by_name() -> None:
    found = parts_of_tests({"t::a[1]": "def a(): 1", "t::a[2]": "def a(): 1", "t::b": ""}, "it fails")
    assert [[form.text for form in part.forms] for part in found] == [
        ["# t::a[1]\ndef a(): 1", "# t::a[1] (its name only)"],
        ["# t::b (its name only)"],
    ]


def test_an_example_is_the_file_or_all_up_to_the_end_of_its_first_test() -> None:
    content = b"import shop\n\n\ndef test_a():\n    assert 1\n\n\ndef test_b():\n    assert 2\n"
    whole, short = example("t.py", content, "example_test").forms
    assert whole.text == content.decode()
    assert short.text == "import shop\n\n\ndef test_a():\n    assert 1\n… 5 more lines"


GUIDE = b"""\
Welcome!

# Licence
Ours.

## Code style
Tabs.
```
# no heading
```

Tests
-----
Write them.
"""


def test_conventions_are_the_files_at_the_top_and_above_what_is_changed_the_nearest_first() -> None:
    files = {
        "AGENTS.md": b"top", "src/AGENTS.md": b"near", "other/AGENTS.md": b"far", "CONTRIBUTING.rst": b"more",
        "vendor/x/CONTRIBUTING.md": b"foreign", ".github/CONTRIBUTING.md": b"hidden", "src/a.py": b"",
    }  # fmt: skip
    found = [part.name for part in conventions(files, ["src/a.py"])]
    assert found == ["src/AGENTS.md", "AGENTS.md", ".github/CONTRIBUTING.md", "CONTRIBUTING.rst"]


def test_a_long_guide_is_cut_down_to_the_sections_on_code_and_then_to_its_headings() -> None:
    (part,) = conventions({"CONTRIBUTING.md": GUIDE}, [])
    assert [form.name for form in part.forms] == ["whole", "sections", "headings"]
    sections, headings = part.forms[1].text, part.forms[2].text
    assert "Tabs." in sections and "# no heading" in sections and "Write them." in sections and "Ours" not in sections
    assert sections.startswith("# CONTRIBUTING.md (2 of its sections; 1 on other things left out)")
    assert headings.endswith("(its headings only)\n- Licence\n- Code style\n- Tests")


def test_files_are_listed_by_name_or_folded_into_folders() -> None:
    paths = [f"src/deep/er/{n}.py" for n in range(50)] + ["README.md"]
    part = file_list(paths, str)
    assert part.forms[0].text.startswith("README.md\nsrc/deep/er/0.py")
    folded = assemble([part], 150).text("file_list").split("\n")
    assert folded[1:] == ["./  1 file(s)", "src/deep/er/  50 file(s)"] and "left out" in folded[0]


def test_what_is_around_a_function_is_short_and_says_what_it_leaves_out() -> None:
    table = b"TABLE = {\n" + b"".join(b"    %d: 0,\n" % n for n in range(30)) + b"}\n"
    helpers = b"".join(b"def h%d():\n    pass\n\n\n" % n for n in range(MOST_CALLEES + 2))
    calls = "; ".join(f"h{n}()" for n in range(MOST_CALLEES + 2)).encode()
    files = {"a.py": table + b"\n\n" + helpers + b"def f():\n    TABLE; " + calls + b"\n"}
    f = symbol("a.py", "f", files)
    text = assemble(list(in_short(surroundings(files, f))), 1000).text(SECTION, "\n").split("\n")
    assert text[0] == "TABLE = {" and text[14] == "… 18 more lines"
    assert text[15:] == [*(f"def h{n}()" for n in range(MOST_CALLEES)), "… 2 more that it calls"]


def test_first_lines_say_how_many_more_there_are() -> None:
    assert first_lines("a\nb\n", 2) == "a\nb"
    assert first_lines("a\nb\nc", 2) == "a\nb\n… 1 more line"
    assert first_lines("a", 2, beyond=3) == "a\n… 3 more lines"
