"""Which of several repairs that pass is proposed, and what is told of the others."""

from devagent.repair.behaviour import Behaviour, Call
from devagent.repair.edit import Change, Edit, Span, edit
from devagent.repair.search import Found
from devagent.team.survivors import Survivor, alternatives, ranked, survivor_of, versions


def survivor(trust: float, **files: str) -> Survivor:
    return Survivor({path: text.encode() for path, text in files.items()}, f"an edit of trust {trust}", 1, trust)


def test_the_group_whose_best_member_deserves_most_trust_is_first_however_many_stand_behind_another() -> None:
    survivors = [survivor(0.6), survivor(0.5), survivor(0.5)]
    assert ranked(survivors, Behaviour(((1, 2), (0,)))) == [0, 1]


def test_of_groups_that_deserve_the_same_the_one_with_more_edits_is_first() -> None:
    survivors = [survivor(0.6), survivor(0.3), survivor(0.6)]
    assert ranked(survivors, Behaviour(((0,), (1, 2)))) == [2, 0]


def test_of_equals_the_one_that_was_found_first_is_taken() -> None:
    assert ranked([survivor(1.0), survivor(1.0)], Behaviour(((0,), (1,)))) == [0, 1]


def test_what_no_call_tells_from_the_first_is_no_alternative() -> None:
    found = Behaviour(((0,), (1,), (2,)), (Call("f(1)", ("1", "2", "1")),), 5)
    assert alternatives([0, 1, 2], [survivor(1.0)] * 3, found) == [1]


def test_what_deserves_much_less_trust_makes_nothing_ambiguous() -> None:
    found = Behaviour(((0,), (1,)), (Call("f(1)", ("1", "2")),), 5)
    assert alternatives([0, 1], [survivor(1.0), survivor(0.5)], found) == []
    assert alternatives([0, 1], [survivor(0.5), survivor(0.5)], found) == [1]


def test_versions_have_the_same_paths_whatever_each_changes() -> None:
    first, second = survivor(1.0, **{"a.py": "A"}), survivor(1.0, **{"b.py": "B"})
    originals = {"a.py": b"a", "b.py": b"b", "c.py": b"c"}
    assert versions([first, second], originals) == [{"a.py": b"A", "b.py": b"b"}, {"a.py": b"a", "b.py": b"B"}]


def test_two_edits_and_kinds_that_often_fit_only_the_tests_deserve_less_trust() -> None:
    plain = edit(b"a = 1\n", Change((Span(4, 5, b"2"),)), "operator", 1, 1.0)
    literal = edit(b"a = 1\n", Change((Span(4, 5, b"2"),)), "literal", 1, 1.0)

    def trust(*edits: Edit) -> float:
        return survivor_of(Found({"a.py": b"a = 2\n"}, edits, 1, True, 1)).trust

    assert trust(plain) > trust(literal) > trust(literal, literal)
    assert trust(plain) > trust(plain, plain)
