"""Equal is what is equal up to white space and the order of imports."""

from devagent.merge.judging import essence, language_of, made
from devagent.merge.markers import parse


def test_the_order_of_imports_and_blanks_do_not_count() -> None:
    one = b"import os\nimport sys\n\nx = f(1, 2)\n"
    other = b"import sys\nimport os\nx = f(1,2)\n"
    assert essence("python", one) == essence("python", other)


def test_indentation_counts_in_python_alone() -> None:
    assert essence("python", b"if a:\n    b\n") != essence("python", b"if a:\nb\n")
    assert essence("go", b"{\n  b\n}\n") == essence("go", b"{\nb\n}\n")


def test_a_file_of_no_known_language_has_no_imports() -> None:
    assert language_of("a/b.py") == "python" and language_of("a/CHANGES") == ""
    assert essence("", b"import a\nimport b\n") != essence("", b"import b\nimport a\n")
    assert essence("", b"a  b\n") == essence("", b"a b")


def test_what_people_put_in_the_place_of_a_hunk_is_found() -> None:
    marked = parse(b"a\n<<<<<<<\nb\n|||||||\n=======\nc\n>>>>>>>\nd\n")
    assert marked
    (found,) = made(marked.regions, b"a\nb\nc\nd\n", "")
    assert found and found.lines == (b"b\n", b"c\n")
    assert made(marked.regions, b"x\nb\nc\ny\n", "") == [None]
