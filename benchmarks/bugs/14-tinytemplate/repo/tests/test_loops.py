import pytest

from tinytemplate import Engine, Undefined


def render(text, **names):
    return Engine({"page": text}).render("page", **names)


def test_items_and_counter():
    text = "{% for x in xs %}{{ loop.index }}{{ x }}{% if not loop.last %}, {% end %}{% end %}"
    assert render(text, xs=["a", "b"]) == "1a, 2b"


def test_no_items():
    assert render("{% for x in xs %}{{ x }}{% else %}none{% end %}", xs=[]) == "none"


def test_loop_in_a_loop():
    text = "{% for row in rows %}{% for x in row %}{{ x }}{% end %};{% end %}"
    assert render(text, rows=[[1, 2], [3]]) == "12;3;"


def test_outer_counter_after_an_inner_loop():
    text = "{% for row in rows %}{% for x in row %}{{ x }}{% end %}={{ loop.index }};{% end %}"
    assert render(text, rows=["ab", "c"]) == "ab=1;c=2;"


def test_a_name_is_given_back_after_the_loop():
    text = "{{ item }}:{% for item in items %}{{ item }}{% end %}:{{ item }}"
    assert render(text, item="x", items="ab") == "x:ab:x"


def test_names_of_the_loop_are_gone_after_it():
    for name in ("x", "loop"):
        with pytest.raises(Undefined):
            render("{% for x in xs %}{% end %}{{ " + name + " }}", xs=[1])


def test_what_the_body_sets_stays():
    text = "{% set seen = 0 %}{% for x in xs %}{% set seen = x %}{% end %}{{ seen }}"
    assert render(text, xs=[1, 2, 3]) == "3"


def test_same_name_in_both_loops():
    text = "{% for x in xs %}{% for x in x %}{{ x }}{% end %}/{{ x|join }} {% end %}"
    assert render(text, xs=["ab", "c"]) == "ab/a, b c/c "
