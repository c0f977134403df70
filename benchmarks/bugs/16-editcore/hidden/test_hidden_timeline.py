from editcore import Editor
from editcore.changes import Deletion, Insertion
from editcore.timeline import Timeline


def test_joined_change_drops_the_undone_ones():
    timeline = Timeline()
    timeline.record(Insertion(0, "a"))
    timeline.record(Insertion(5, "x"))
    timeline.undo()
    timeline.record(Insertion(1, "b"))
    assert timeline.depth() == (1, 0)
    assert timeline.redo() is None


def test_separate_change_drops_them_too():
    timeline = Timeline()
    timeline.record(Deletion(3, "a"))
    timeline.undo()
    timeline.record(Insertion(9, "b"))
    assert timeline.depth() == (1, 0)


def test_typing_is_still_joined():
    editor = Editor()
    editor.type("word")
    assert editor.depth() == (1, 0)


def test_undo_redo_undo():
    editor = Editor()
    editor.type("a b")
    editor.undo()
    editor.redo()
    editor.undo()
    assert (editor.text, editor.depth()) == ("a", (1, 1))
