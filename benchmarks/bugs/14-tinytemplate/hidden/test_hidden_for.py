import pytest

from tinytemplate import Engine, Undefined


def render(text, **names):
    return Engine({"page": text, "part": "{% for i in b %}{{ i }}{% end %}"}).render("page", **names)


def test_three_levels():
    text = (
        "{% for a in rows %}{% for b in a %}{% for c in b %}{{ c }}{% end %}"
        "{{ loop.index }}{% end %}{{ loop.index }};{% end %}"
    )
    assert render(text, rows=[["x", "y"], ["z"]]) == "x1y21;z12;"


def test_loop_in_an_included_template():
    text = "{% for i in a %}{% include part %}{{ i }}{{ loop.last }} {% end %}"
    assert render(text, a=[1, 2], b="xy") == "xy1False xy2True "


def test_a_name_that_is_none_comes_back():
    assert render("{% for x in xs %}{{ x }}{% end %}[{{ x }}]", xs=[1], x=None) == "1[]"


def test_names_from_outside_called_loop():
    assert render("{% for x in xs %}{% end %}{{ loop }}", xs=[1], loop="L") == "L"


def test_still_gone_when_not_defined_before():
    with pytest.raises(Undefined):
        render("{% for r in rows %}{% for x in r %}{% end %}{{ x }}{% end %}", rows=["a"])
