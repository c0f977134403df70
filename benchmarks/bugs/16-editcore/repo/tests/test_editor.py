import pytest

from editcore import Editor, OutOfRange


def test_typing():
    editor = Editor()
    editor.type("hello")
    assert (editor.text, editor.cursor, editor.depth()) == ("hello", 5, (1, 0))


def test_typing_in_the_middle():
    editor = Editor("held")
    editor.move_to(3)
    editor.type("lo wor")
    assert editor.text == "hello word"


def test_backspace():
    editor = Editor("abc")
    editor.move_to(2)
    editor.backspace(5)
    assert (editor.text, editor.cursor) == ("c", 0)


def test_cut_copy_paste():
    editor = Editor("one two")
    editor.cut(0, 4)
    assert editor.text == "two"
    editor.move_to(3)
    editor.paste()
    assert editor.text == "twoone "
    editor.copy(0, 3)
    editor.paste()
    assert editor.text == "twoone two"


def test_words():
    editor = Editor("one two  three")
    editor.word_right()
    editor.word_right()
    assert editor.cursor == 7
    editor.word_left()
    assert editor.cursor == 4


def test_positions_are_checked():
    with pytest.raises(OutOfRange):
        Editor("abc").move_to(4)
    with pytest.raises(OutOfRange):
        Editor("abc").cut(1, 9)
