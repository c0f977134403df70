from logfilter import Query
from logfilter.lexer import tokenize


def value_of(text):
    return tokenize(text)[0].value


def test_newline_in_the_middle():
    assert Query(r"m = 'one\ntwo'").matches({"m": "one\ntwo"})


def test_backslash():
    assert Query(r'path = "c:\\temp\\x"').matches({"path": "c:\\temp\\x"})


def test_escape_at_both_ends():
    assert value_of(r'"\tmid\n"') == "\tmid\n"


def test_only_escapes_in_a_row():
    assert value_of(r'"\n\n\\"') == "\n\n\\"


def test_plain_string():
    assert value_of("'plain text'") == "plain text"
