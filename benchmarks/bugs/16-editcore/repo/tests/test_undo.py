from editcore import Editor


def test_words_are_undone_one_by_one():
    editor = Editor()
    editor.type("one two")
    editor.undo()
    assert editor.text == "one"
    editor.undo()
    assert editor.text == ""
    assert editor.undo() is False


def test_redo():
    editor = Editor()
    editor.type("one two")
    editor.undo()
    editor.undo()
    assert editor.redo() and editor.redo()
    assert editor.text == "one two"
    assert editor.redo() is False


def test_backspaces_are_undone_together():
    editor = Editor("abcdef")
    editor.move_to(6)
    editor.backspace(3)
    editor.undo()
    assert (editor.text, editor.cursor) == ("abcdef", 6)


def test_moving_away_begins_a_new_entry():
    editor = Editor()
    editor.type("ab")
    editor.move_to(0)
    editor.move_to(2)
    editor.type("c")
    editor.undo()
    assert editor.text == "ab"


def test_pasting_ends_what_can_be_redone():
    editor = Editor()
    editor.type("one")
    editor.undo()
    editor.paste("two")
    assert editor.redo() is False


def test_typing_on_ends_what_can_be_redone():
    editor = Editor()
    editor.type("one two")
    editor.undo()
    editor.type("s")
    assert editor.text == "ones"
    assert editor.redo() is False
    assert (editor.text, editor.depth()) == ("ones", (1, 0))


def test_deleting_on_ends_what_can_be_redone():
    editor = Editor("abcdef")
    editor.move_to(6)
    editor.backspace(1)
    editor.type("xyz")
    editor.undo()
    editor.backspace(3)
    assert editor.redo() is False
    assert editor.text == "ab"


def test_only_so_many_changes_are_kept():
    editor = Editor(limit=2)
    editor.type("a b c d")
    assert editor.depth() == (2, 0)
    editor.undo()
    editor.undo()
    assert editor.text == "a b"
