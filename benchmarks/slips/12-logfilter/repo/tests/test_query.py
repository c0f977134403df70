import pytest

from logfilter import Query, QueryError
from logfilter.query import explain

RECORDS = [
    {"id": 1, "level": 2, "host": {"name": "web1"}, "msg": "started"},
    {"id": 2, "level": 4, "host": {"name": "db1"}, "msg": 'said "no"'},
    {"id": 3, "level": 3, "host": {"name": "web2"}, "msg": "col1\tcol2"},
    {"id": 4, "level": 5, "msg": "it's late", "fatal": True},
]


def ids(text):
    return [record["id"] for record in Query(text).select(RECORDS)]


def test_number_comparison():
    assert ids("level >= 3") == [2, 3, 4]


def test_nested_field():
    assert ids("host.name = 'db1'") == [2]


def test_glob():
    assert ids('host.name ~ "web*"') == [1, 3]


def test_and_binds_tighter_than_or():
    assert ids("id = 1 or level > 3 and fatal = true") == [1, 4]


def test_not_and_parentheses():
    assert ids("not (id = 1 or id = 2)") == [3, 4]


def test_null():
    assert ids("host.name = null") == [4]


def test_other_quote_needs_no_escape():
    assert ids('msg = "it\'s late"') == [4]


def test_escaped_double_quotes():
    assert ids(r'msg = "said \"no\""') == [2]


def test_escaped_single_quote():
    assert ids(r"msg = 'it\'s late'") == [4]


def test_tab_escape():
    assert ids(r'msg ~ "*\tcol2"') == [3]


def test_unclosed_string():
    with pytest.raises(QueryError, match="not closed at 6"):
        Query('msg = "abc')


def test_unknown_escape():
    with pytest.raises(QueryError, match="unknown escape"):
        Query(r'msg = "a\qb"')


def test_explain_points_at_the_fault():
    assert explain("level = = 2") == "level = = 2\n        ^"


def test_mixed_types_do_not_match():
    assert ids('level < "x"') == []


def test_negative_number():
    assert Query("x > -1.5").count([{"x": -1}, {"x": -2}]) == 1
