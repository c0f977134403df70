"""What is read for a question."""

from devagent.code.locate import locate
from devagent.code.passages import passages

FILES = {
    "shop/cart.py": b"MAX_ITEMS = 30\n\n\ndef total(items):\n    return sum(price for price in items[:MAX_ITEMS])\n",
    "README.md": b"# Shop\n\nThe cart holds thirty items.\n",
    "tests/test_cart.py": b"def test_total():\n    assert MAX_ITEMS\n",
}


def read(question: str, files: dict[str, bytes] = FILES) -> list[tuple[str, int, str]]:
    suspects = [s for s in locate(files, text=question) if s.fits]
    return [(p.path, p.start, p.why) for p in passages(files, question, suspects)]


def test_functions_named_constants_and_documentation_are_read() -> None:
    found = read("how many items does the cart total take, MAX_ITEMS?")
    assert ("shop/cart.py", 4, "function") in found
    assert ("README.md", 1, "documentation") in found
    assert all(path != "tests/test_cart.py" for path, _, _ in found)


def test_a_name_is_shown_where_it_stands_first_up_to_the_function_that_is_read_anyway() -> None:
    suspects = [s for s in locate(FILES, text="MAX_ITEMS total") if s.fits]
    kept = passages(FILES, "MAX_ITEMS total", suspects)
    assert [(p.start, p.end, p.why) for p in kept if p.path == "shop/cart.py"] == [(4, 5, "function"), (1, 3, "name")]


def test_a_name_that_stands_first_in_a_function_that_is_read_is_not_shown_twice() -> None:
    files = {"a.py": b"def total(items):\n    limit = MAX_ITEMS\n    return items[:limit]\n"}
    assert read("MAX_ITEMS total", files=files) == [("a.py", 1, "function")]


def test_a_long_function_says_how_much_of_it_is_left_out() -> None:
    files = {"a.py": b"def long_one():\n" + b"    x = 1\n" * 200}
    (kept,) = passages(files, "long one", locate(files, text="long_one"))
    assert (kept.end, kept.left_out) == (80, 121)
    assert kept.text(files["a.py"]).endswith("… 121 more lines")
    assert kept.part(files["a.py"]).forms[0].name == "80 of 201 lines"
