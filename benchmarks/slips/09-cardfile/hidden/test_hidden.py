from cardfile import Card, CardBox
from cardfile.fields import join_fields, split_fields


def test_only_quotes():
    assert split_fields('""""') == ['"']
    assert split_fields('""') == [""]
    assert split_fields('"""",""') == ['"', ""]


def test_quote_next_to_separator():
    assert split_fields('"a"",b",c') == ['a",b', "c"]


def test_quote_at_end():
    assert split_fields('"12""","x"') == ['12"', "x"]


def test_other_separator():
    fields = ['say "hi; there"', "b", ' "c" ']
    assert split_fields(join_fields(fields, ";"), ";") == fields


def test_box():
    box = CardBox.from_text('"Jo ""JJ"" Hill",jj@x.org,"a, b"\n')
    assert list(box) == [Card('Jo "JJ" Hill', "jj@x.org", ("a", "b"))]
