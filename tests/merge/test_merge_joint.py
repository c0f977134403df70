"""What the conflicts of a file say about each other."""

from devagent.merge.joint import Leaning, direction, joint_numbers


def test_other_conflicts_speak_for_a_direction() -> None:
    one = [(("ours",), 0.9), (("theirs",), 0.1)]
    even = [(("ours",), 0.5), (("theirs",), 0.5)]
    alone = joint_numbers([even])[0]
    assert [row["others same way"] for row in alone] == [-1, -1]
    ours, theirs = joint_numbers([one, even, one])[1]
    assert ours["others same way"] > 0.8 > 0.2 > theirs["others same way"]
    assert ours["one before same way"] == ours["one after same way"]


def test_directions_are_a_side_both_or_merged() -> None:
    names = [("ours", "union"), ("theirs then ours",), ("tokens merged, else ours",)]
    assert [direction(of) for of in names] == ["ours", "both", "merged"]


def test_other_files_speak_for_a_direction() -> None:
    even = [(("ours",), 0.5), (("theirs",), 0.5)]
    files = [Leaning.of([[(("theirs",), 0.9)], [(("theirs",), 0.8), (("ours",), 0.2)]]), Leaning.of([even])]
    ours, theirs = joint_numbers([even], Leaning.together(files))[0]
    assert (ours["merge files"], ours["merge conflicts"]) == (2, 3)
    assert ours["merge same way"] < 0.5 < theirs["merge same way"]
    assert ours["merge lead"] == theirs["merge lead"] < 0


def test_a_file_does_not_speak_for_itself() -> None:
    one, other = Leaning.of([[(("ours",), 0.9)]]), Leaning.of([[(("theirs",), 0.9)]])
    assert Leaning.beside(0, [one, other]) == other
    assert Leaning.beside(0, [one]) == Leaning.of([]) == Leaning()


def test_where_nothing_is_known_of_other_files_that_is_said() -> None:
    (row,) = joint_numbers([[(("ours",), 0.9)]])[0]
    assert (row["merge files"], row["merge same way"], row["merge lead"]) == (0, -1, 0)
