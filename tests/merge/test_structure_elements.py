"""The parts of a file: what belongs together, and that nothing is lost between them."""

from pathlib import Path

import pytest
from syntax_edits import SOURCES, parsed

from devagent.merge.structure.element import Element


def texts(element: Element) -> list[str]:
    return [child.text.decode() for child in element.children]


def only(element: Element, kind: str) -> Element:
    """The first element of a type, at any depth."""
    pending = [element]
    while pending:
        current = pending.pop(0)
        if current.type == kind and not current.parts:
            return current
        pending[:0] = current.children
    raise AssertionError(kind)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_elements_and_gaps_tile_the_file_at_every_level(path: Path) -> None:
    pending = [parsed(path.name, path.read_bytes())]
    while pending:
        element = pending.pop()
        content, at = element.source.content, element.start
        for child in element.children:
            assert at <= child.start <= child.end <= element.end
            assert not content[at : child.start].strip(b" \t\r\n,;")
            at = child.end
        assert not element.children or not content[at : element.end].strip(b" \t\r\n,;")
        pending += element.children


def test_a_comment_belongs_to_what_follows_it_without_a_blank_line() -> None:
    root = parsed("a.py", "import os\n\n# A section.\n\n# What f does.\ndef f(): ...\n")
    assert texts(root) == ["import os", "# A section.", "# What f does.\ndef f(): ..."]


def test_a_comment_at_the_end_of_a_line_belongs_to_that_line() -> None:
    root = parsed("a.go", "package a\n\ntype T struct {\n\tA int // first\n\tB int\n}\n")
    assert texts(only(root, "field_declaration_list")) == ["{", "A int // first", "B int", "}"]


def test_a_comment_before_a_bracket_stands_alone() -> None:
    root = parsed("a.js", "f(\n  a,\n  // nothing else\n);\n")
    assert texts(only(root, "arguments")) == ["(", "a", "// nothing else", ")"]


def test_decorators_and_export_are_in_one_group_with_the_definition() -> None:
    method = parsed("a.py", "@cached\n@typed\ndef f(): ...\n").children[0]
    assert (method.kind, method.key) == ("function_definition", b"f")
    assert texts(method) == ["@cached", "@typed", "def f(): ..."]
    function = parsed("a.ts", "export function f() {}\n").children[0]
    assert (function.kind, function.key) == ("function_declaration", b"f")
    assert texts(function) == ["export", "function f() {}"]


def test_attributes_belong_to_the_item_they_are_for() -> None:
    root = parsed("a.rs", "// Events.\n#[derive(Debug)]\nenum E { A }\n\nfn f() {}\n")
    assert texts(root) == ["// Events.\n#[derive(Debug)]\nenum E { A }", "fn f() {}"]


def test_separators_are_in_no_element() -> None:
    root = parsed("a.json", '{"a": 1, "b": [1, 2]}')
    assert texts(only(root, "object")) == ["{", '"a": 1', '"b": [1, 2]', "}"]


def test_a_comment_of_an_outer_level_is_not_the_inner_level_s() -> None:
    root = parsed("a.yaml", "a:\n  b: 1\n# about c\nc: 2\n")
    assert texts(only(root, "block_mapping")) == ["a:\n  b: 1", "# about c\nc: 2"]


def test_overloads_have_different_keys() -> None:
    body = only(parsed("A.java", "class A { void f(int a) {} void f(String b) {} }"), "class_body")
    assert [child.key for child in body.children[1:-1]] == [b"f int", b"f String"]


def test_what_the_grammar_does_not_allow_is_not_taken_apart() -> None:
    statement = parsed("a.py", "x = 1\ny = = 2\n").children[-1]
    assert statement.children == ()


def test_code_that_differs_in_white_space_only_is_the_same() -> None:
    one, other = parsed("a.js", "f(a,b);\n").children[0], parsed("a.js", "f(\n  a, b\n);\n").children[0]
    assert one.same_as(other)


def test_indentation_that_is_structure_makes_a_difference() -> None:
    one = parsed("a.py", "if a:\n    b()\n    c()\n").children[0]
    other = parsed("a.py", "if a:\n    b()\nc()\n")
    assert not one.same_as(other)


def test_a_string_with_other_spaces_is_another_string() -> None:
    one, other = parsed("a.py", "x = 'a b'\n").children[0], parsed("a.py", "x = 'a  b'\n").children[0]
    assert not one.same_as(other)


def test_bytes_that_are_no_utf_8_stay_as_they_are() -> None:
    root = parsed("a.py", b"x = '\xe4'\n# \xff\ndef f(): ...\n")
    assert [child.text for child in root.children] == [b"x = '\xe4'", b"# \xff\ndef f(): ..."]
