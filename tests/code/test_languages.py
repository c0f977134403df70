"""Languages as data, and parsing within limits."""

import tracemalloc
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.code import language as language_module
from devagent.code.errors import CannotParse
from devagent.code.language import Language, format_for, language_for, languages, matches, nodes_of, parse, text_of


@pytest.mark.parametrize(
    ("path", "name"),
    [("a/b.py", "python"), ("x.PYI", "python"), ("m.cjs", "javascript"), ("m.mts", "typescript"), ("v.tsx", "tsx")],
)
def test_a_language_is_known_by_its_extension(path: str, name: str) -> None:
    found = language_for(path)
    assert found is not None
    assert found.name == name


def test_each_extension_that_a_data_file_names_leads_to_its_language() -> None:
    named = [(extension, known) for known in languages() for extension in known.extensions]
    assert len({extension for extension, _ in named}) == len(named)
    assert all(format_for(f"a{extension}") is known for extension, known in named)


@pytest.mark.parametrize("path", ["README.md", "Makefile", ".py", "a.py.orig"])
def test_other_files_are_only_text(path: str) -> None:
    assert language_for(path) is None


@pytest.mark.parametrize("path", ["a.json", "b.yml", "pyproject.toml", "c.html", "d.css", "README.md"])
def test_data_and_documents_have_a_format_and_are_no_code(path: str) -> None:
    known = format_for(path)
    assert known is not None
    assert not parse(b"", known).root_node.has_error
    assert language_for(path) is None


def test_every_query_of_every_language_compiles() -> None:
    for known in languages():
        root = parse(b"", known).root_node
        for query in known.queries:
            assert matches(root, known, query) == []


def test_no_extension_belongs_to_two_languages() -> None:
    extensions = [extension for known in languages() for extension in known.extensions]
    assert len(extensions) == len(set(extensions))


def test_a_file_over_the_size_limit_is_not_parsed() -> None:
    with pytest.raises(CannotParse, match="over the limit"):
        parse(b" " * (language_module.MAX_BYTES + 1), languages()[0])


def test_a_grammar_that_is_not_installed_is_named_with_the_way_out() -> None:
    missing = Language("cobol", (".cob",), "tree_sitter_cobol", "language", {})
    with pytest.raises(CannotParse, match="pip install tree-sitter-cobol"):
        parse(b"", missing)


def test_deep_nesting_is_parsed_without_a_crash() -> None:
    python = language_for("a.py")
    assert python is not None
    assert parse(b"x = " + b"(" * 200_000, python).root_node.has_error


def test_offsets_of_a_file_in_a_legacy_encoding_are_those_of_its_bytes() -> None:
    python = language_for("a.py")
    assert python is not None
    content = "näme = 'é'\nb = 1\n".encode("latin-1")
    assert parse(content, python).root_node.end_byte == len(content)


def test_what_a_parser_reads_again_and_again_is_not_kept_again_and_again() -> None:
    content = b"".join(b"\t" * level + b"def f():\n" for level in range(300))
    for path in ("a.sh", "a.kt"):
        known = language_for(path)
        assert known is not None
        assert _kept(partial(parse, content, known)) < 60 * len(content)


@given(st.lists(st.sampled_from(["word", "ä漢字🐍", " ", "x" * 1023, "y" * 1024, "z" * 2500]), max_size=12))
def test_the_text_of_nodes_is_that_of_the_file_however_long_they_are(parts: list[str]) -> None:
    python = language_for("a.py")
    assert python is not None
    quoted = "".join(parts)
    content = f"a = '{quoted}'\nb = '{quoted}'\n".encode()
    root = parse(content, python).root_node
    assert text_of(root).encode() == content
    assert [text_of(node) for node in nodes_of(root, python, ("string",))] == [f"'{quoted}'"] * 2


def _kept(step: Callable[[], object]) -> int:
    """Bytes of Python's own memory that are not free again after a step."""
    tracemalloc.start()
    try:
        step()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
