"""What fits into a prompt, and that nothing is lost in silence."""

from hypothesis import given
from hypothesis import strategies as st

from devagent.code.context.parts import Form, Part, assemble
from devagent.journal.tokens import estimate_tokens


def part(name: str, *texts: str, rank: int = 0, section: str = "code") -> Part:
    forms = tuple(Form("whole" if n == 0 else f"shorter {n}", text) for n, text in enumerate(texts))
    return Part(section, name, f"why {name}", forms, rank)


LONG = "a + b\n" * 100


def test_a_part_stands_whole_where_there_is_room() -> None:
    chosen = assemble([part("f", LONG, "short")], 10_000)
    assert [(p.part.name, p.form.name) for p in chosen.placed] == [("f", "whole")]
    assert chosen.text("code") == LONG and chosen.left_out == ()


def test_where_there_is_not_it_stands_in_the_fullest_form_that_fits() -> None:
    chosen = assemble([part("f", LONG, "def f(a, b)", "f")], 100)
    assert [(p.form.name, p.form.text) for p in chosen.placed] == [("shorter 1", "def f(a, b)")]


def test_what_does_not_fit_in_any_form_is_named_in_its_own_section() -> None:
    chosen = assemble([part("f", LONG), part("g", "g", section="tests")], 100)
    assert chosen.text("code") == "(left out for want of room: f)"
    assert chosen.text("tests") == "g"
    assert chosen.text("map") == ""


def test_of_many_the_first_are_named_and_the_others_counted() -> None:
    chosen = assemble([part(f"f{n}", LONG) for n in range(9)], 100)
    assert chosen.text("code") == "(left out for want of room: f0, f1, f2, f3, f4, f5 and 3 more)"


def test_low_ranks_come_first_and_the_order_in_the_prompt_stays() -> None:
    chosen = assemble([part("late", LONG, rank=2), part("early", LONG, rank=1)], estimate_tokens(LONG) + 100)
    assert [p.part.name for p in chosen.placed] == ["early"]
    both = assemble([part("late", "1", rank=2), part("early", "2", rank=1)], 1000)
    assert both.text("code", "\n") == "1\n2"


def test_the_journal_is_told_of_every_part_with_its_tokens_and_why() -> None:
    facts = assemble([part("f", "short"), part("g", LONG)], 100).to_json()
    assert facts["limit"] == 100 and facts["tokens"] == facts["parts"][0]["tokens"]
    assert facts["parts"][0] | {"tokens": 0} == {
        "section": "code", "name": "f", "form": "whole", "tokens": 0, "why": "why f",
    }  # fmt: skip
    (left,) = facts["left_out"]
    assert left == {"section": "code", "name": "g", "tokens": estimate_tokens(LONG), "why": "why g"}


texts = st.lists(st.text(max_size=60), min_size=1, max_size=3)


@given(st.lists(st.tuples(texts, st.integers(0, 3)), max_size=8), st.integers(0, 200))
def test_no_more_tokens_than_allowed_and_nothing_gets_lost(
    given_parts: list[tuple[list[str], int]], limit: int
) -> None:
    parts = [part(f"p{n}", *forms, rank=rank) for n, (forms, rank) in enumerate(given_parts)]
    chosen = assemble(parts, limit)
    assert chosen.tokens <= limit
    assert sorted([*(p.part.name for p in chosen.placed), *(p.name for p in chosen.left_out)]) == sorted(
        p.name for p in parts
    )
    assert assemble(parts, limit) == chosen
