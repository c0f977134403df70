from waypoint.converters import converter


def test_int():
    convert = converter("int")
    assert [convert.parse(text) for text in ("7", "007", "-7", "x", "")] == [7, 7, None, None, None]


def test_slug():
    convert = converter("slug")
    assert [convert.parse(text) for text in ("a-b1", "A", "a b")] == ["a-b1", None, None]


def test_str():
    assert converter("str").parse("Any thing") == "Any thing"
