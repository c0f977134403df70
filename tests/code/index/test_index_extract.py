"""The facts of one file: what it defines, brings in and uses; what is local stays out."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devagent.code.index.extract import extract
from devagent.code.index.facts import Definition, Import
from devagent.code.index.packing import Damaged, PackedFacts, links, packed
from devagent.code.language import language_named, languages

SAMPLES = Path(__file__).parents[2] / "scenarios" / "languages"
INDEXED = [language.name for language in languages() if "definitions" in language.queries]


def facts(source: str | bytes, language: str = "python") -> PackedFacts:
    content = source.encode() if isinstance(source, str) else source
    return PackedFacts(packed(language, extract(content, language_named(language))))


def chains(source: str, language: str = "python") -> set[tuple[int, str]]:
    found = facts(source, language).uses
    return {(scope, found.table[chain]) for scope, chain in zip(found.scopes, found.chains, strict=True)}


def test_definitions_come_with_kind_parent_lines_and_signature() -> None:
    source = (
        "MAX = 3\n\n@cache\nclass A(Base, metaclass=M):\n    size: int = 1\n"
        "    async def f(self, a,\n            b=2) -> 'Shape':\n        def inner(): ...\n        self.x = Shape()\n"
    )
    assert facts(source).definitions == [
        Definition("MAX", "constant", "MAX", 1, 1, "MAX = 3", -1),
        Definition("A", "class", "A", 4, 9, "class A(Base, metaclass=M)", -1, ("Base",)),
        Definition("size", "variable", "A.size", 5, 5, "size: int = 1", 1, ("int()",)),
        Definition("f", "method", "A.f", 6, 9, "async def f(self, a, b=2) -> 'Shape'", 1, ("Shape",)),
        Definition("inner", "function", "A.f.inner", 8, 8, "def inner()", 3),
        Definition("x", "attribute", "A.x", 9, 9, "self.x = Shape()", 1, ("Shape()",)),
    ]


def test_lines_that_do_not_parse_are_told() -> None:
    assert extract(b"def f(): pass\n", language_named("python")).broken == ()
    assert extract(b"def f(): pass\ndef g(( :\n", language_named("python")).broken == ((2, 2),)
    ((first, last),) = extract(b"int f() {\n" + b"((((\n" * 20_000, language_named("c")).broken
    assert (first, last) == (1, 20_002)


@pytest.mark.parametrize(
    ("language", "source", "package"),
    [
        ("java", "package org.shop . geo;\nclass A {}\n", "org.shop.geo"),
        ("kotlin", "package org.shop\nclass A\n", "org.shop"),
        ("csharp", "namespace Org.Shop;\nclass A {}\n", "Org.Shop"),
        ("php", "<?php\nnamespace Org\\Shop;\nclass A {}\n", "Org.Shop"),
        ("python", "package = 1\n", ""),
    ],
)
def test_the_package_of_a_file_is_what_it_says(language: str, source: str, package: str) -> None:
    assert facts(source, language).package == package


def test_a_declaration_is_shown_with_the_word_that_begins_it() -> None:
    source = "package geo\ntype Shape struct { a int }\ntype (\n\tKind int\n)\n"
    signatures = [definition.signature for definition in facts(source, "go").definitions]
    assert signatures == ["type Shape struct", "a int", "type Kind int"]


def test_a_class_with_one_method_has_a_body_of_its_own() -> None:
    found = facts("class A:\n    def f(self, x=1):\n        return x").definitions
    assert [definition.signature for definition in found] == ["class A", "def f(self, x=1)"]


def test_imports_are_read_in_all_their_forms() -> None:
    source = "import a.b, c as d\nfrom . import e\nfrom ..f import g as h, i\nfrom j import *\ndef k():\n    import l\n"
    assert facts(source).imports == [
        Import("a.b", "", "", 1),
        Import("c", "", "d", 1),
        Import(".", "e", "e", 2),
        Import("..f", "g", "h", 3),
        Import("..f", "i", "i", 3),
        Import("j", "*", "*", 4),
        Import("l", "", "", 6, 0),
    ]


def test_what_is_bound_in_a_function_is_no_use() -> None:
    source = (
        "def f(a, *b, c: int = 1, **d):\n    e = a\n    for g, h in b: pass\n    with c as i: pass\n"
        "    [j for j in k]\n    lambda l: l + m\n    if (n := o): pass\n    try: pass\n    except p as q: q\n"
        "    def r(): return e\n    global s\n    s = 1\n    return a.x + e.y\n"
    )
    found = {chain for _, chain in chains(source)}
    assert found == {"int", "k", "m", "o", "p", "s", "?.x", "?.y"}


def test_what_a_local_name_is_worth_is_asked_instead() -> None:
    source = "def f(a: Shape, b: Optional[Ring]):\n    c = make.it(1)\n    d = c.part()\n    a.x; b.y; c.z; d.w\n"
    wanted = {"Shape().x", "Ring().y", "make.it().z", "make.it().part().w"}
    assert wanted <= {chain for _, chain in chains(source)}


def test_a_local_name_with_two_meanings_is_worth_nothing() -> None:
    assert "?.x" in {chain for _, chain in chains("def f(g):\n    a = A()\n    a = B()\n    a.x\n")}


def test_text_and_comments_hold_no_names_but_what_is_computed_in_text_does() -> None:
    source = "x = 'one two'  # three\ny = f'four {five.six!r} seven'\nz = rb'eight'\nw = f(nine=ten)\n"
    assert {chain for _, chain in chains(source)} == {"five.six", "f", "ten"}


def test_calls_are_told_from_reads() -> None:
    kinds = {(r.receiver, r.name): r.kind for r in facts("a.b(c)\nd().e\n").references}
    assert kinds == {
        ("", "a"): "read",
        ("a", "b"): "call",
        ("", "c"): "read",
        ("", "d"): "call",
        ("d()", "e"): "attribute",
    }


@pytest.mark.parametrize(
    ("chain", "found"),
    [
        ("a", [("", "a")]),
        ("a.b.c", [("", "a"), ("a", "b"), ("a.b", "c")]),
        ("?.a.b", [("?", "a"), ("?.a", "b")]),
        ("A().b().c", [("A().b()", "c")]),
    ],
)
def test_the_names_of_a_chain(chain: str, found: list[tuple[str, str]]) -> None:
    assert list(links(chain)) == found


@pytest.mark.parametrize("at", [0, 3, 4, 20, 40, -1])
def test_a_byte_that_is_another_one_is_damage(at: int) -> None:
    data = bytearray(packed("python", extract(b"def f(): return g()\n", language_named("python"))))
    data[at] ^= 0x40
    with pytest.raises(Damaged):
        _ = PackedFacts(bytes(data)).definitions


@pytest.mark.parametrize("language", INDEXED)
def test_any_text_is_read_without_a_crash(language: str) -> None:
    @settings(max_examples=30, deadline=None)
    @given(st.binary(max_size=300))
    def check(content: bytes) -> None:
        facts(content, language)

    check()


@pytest.mark.parametrize("language", INDEXED)
def test_facts_are_consistent_whatever_was_cut_out_of_a_file(language: str) -> None:
    chance = random.Random(1)
    source = (SAMPLES / f"{language}.sample").read_bytes()
    assert facts(source, language).definitions
    for _ in range(60):
        start = chance.randrange(len(source))
        found = facts(source[:start] + source[start + chance.randrange(9) :], language)
        for place, definition in enumerate(found.definitions):
            assert -1 <= definition.parent < place
            assert 1 <= definition.start_line <= definition.end_line <= found.lines
        for reference in found.references:
            assert -1 <= reference.scope < len(found.definitions)
            assert 1 <= reference.line <= found.lines
            assert reference.name
