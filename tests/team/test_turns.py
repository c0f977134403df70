from devagent.team.turns import Turns


def test_the_likeliest_comes_first_and_then_counts_less() -> None:
    turns = Turns({"a": 1.0, "b": 0.6, "c": 0.1}, 0.5)
    assert [turns.take() for _ in range(5)] == ["a", "b", "a", "b", "a"]
    assert turns.visits("a") == 3
    assert turns.visits("c") == 0


def test_what_is_doubted_comes_later() -> None:
    turns = Turns({"a": 1.0, "b": 0.6}, 0.5)
    turns.doubt("a", 0.1)
    assert turns.ranked() == ["b", "a"]
    assert not Turns[str]({}, 0.5)
