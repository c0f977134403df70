"""The grammar data speaks of what is there: node kinds, operators, templates with a prior."""

import tomllib
from pathlib import Path

import pytest

from devagent.code.language import language_for, parse
from devagent.repair import grammar as grammar_module
from devagent.repair.grammar import grammar_of
from devagent.repair.templates.template import templates


@pytest.mark.parametrize(("name", "path"), [("python", "a.py"), ("javascript", "a.js"), ("typescript", "a.ts")])
def test_every_node_kind_and_operator_is_one_of_the_language(name: str, path: str) -> None:
    grammar, language = grammar_of(name), language_for(path)
    dialects = [language_for(file) for file in (path, "a.js", "a.ts")]
    assert grammar is not None and language is not None
    known = [parse(b"", dialect).language for dialect in dialects if dialect is not None]
    kinds = {lang.node_kind_for_id(n) for lang in known for n in range(lang.node_kind_count)}
    places = {key.partition(".")[0] for key in [*grammar.positions, *grammar.bindings]}
    assert {kind for role in grammar.roles.values() for kind in role} - kinds == set()
    assert places - kinds == set()
    assert set(grammar.operators) - kinds == set()


@pytest.mark.parametrize(
    "path", sorted((Path(grammar_module.__file__).parent / "grammars").glob("*.toml")), ids=lambda p: p.stem
)
def test_grammars_have_the_same_shape(path: Path) -> None:
    data = tomllib.loads(path.read_text("utf-8"))
    reference = tomllib.loads((path.parent / "python.toml").read_text("utf-8"))
    for table in ("roles", "fields", "words", "siblings", "wraps"):
        assert data[table].keys() == reference[table].keys()


def test_every_template_has_a_prior_and_a_published_family() -> None:
    file = Path(grammar_module.__file__).parent / "templates" / "priors.toml"
    known = tomllib.loads(file.read_text("utf-8"))
    assert {template.name for template in templates()} == known.keys()
    assert all(template.prior > 0 and known[template.name]["family"] for template in templates())


def test_a_language_without_a_grammar_is_unknown() -> None:
    assert grammar_of("cobol") is None
