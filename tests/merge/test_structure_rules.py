"""The rules of the languages: data that has to go with the grammars."""

import pytest

from devagent.code.language import grammar, language_named
from devagent.merge.structure.rules import CALL, DATA, Rules, rules_for

NAMES = sorted(path.stem for path in DATA.glob("*.toml"))


def rules(name: str) -> Rules:
    found = rules_for(name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_is_a_node_type_of_the_grammar(name: str) -> None:
    known = grammar(language_named(name))
    types = {known.node_kind_for_id(number) for number in range(known.node_kind_count)} | {CALL}
    if name in ("typescript", "tsx"):
        types.add("field_definition")  # JavaScript's, whose rules they share.
    of = rules(name)
    assert set(of.unordered) | set().union(*of.unordered.values()) | set(of.identity) | of.imports <= types


@pytest.mark.parametrize("name", NAMES)
def test_what_may_stand_in_any_order_has_an_identity(name: str) -> None:
    of = rules(name)
    assert set().union(*of.unordered.values()) <= set(of.identity)


def test_a_language_without_rules_has_none() -> None:
    assert rules_for("markdown") is None
