import pytest

from tinytemplate import Engine, RenderError, TemplateError, TemplateSyntax, Undefined


def render(text, **names):
    return Engine({"page": text, "li": "<li>{{ item }}</li>"}).render("page", **names)


def test_values():
    assert render("Hello {{ name }}!", name="Ann") == "Hello Ann!"
    assert render("{{ user.name }} {{ list.1 }}", user={"name": "Bo"}, list=[1, 2]) == "Bo 2"


def test_escaping():
    assert render("{{ x }} {{ x|raw }}", x="<b>") == "&lt;b&gt; <b>"


def test_filters():
    assert render("{{ x|sorted|join|upper }}", x=["b", "a"]) == "A, B"
    with pytest.raises(RenderError):
        render("{{ x|nope }}", x=1)


def test_conditions():
    text = "{% if user %}in{% else %}out{% end %}"
    assert (render(text, user="x"), render(text, user="")) == ("in", "out")
    assert render("{% if not user %}out{% end %}", user=None) == "out"


def test_set_and_comments():
    assert render("{# no #}{% set x = user.name %}{{ x }}", user={"name": "Bo"}) == "Bo"


def test_include():
    assert render("{% for item in items %}{% include li %}{% end %}", items="ab") == (
        "<li>a</li><li>b</li>"
    )


def test_shared_names():
    engine = Engine({"page": "{{ site }} {{ title }}"}, {"site": "S", "title": "T"})
    assert engine.render("page", title="X") == "S X"


def test_errors():
    with pytest.raises(Undefined):
        render("{{ nope }}")
    with pytest.raises(TemplateSyntax):
        render("{% for x in y %}")
    with pytest.raises(TemplateSyntax):
        render("{% while x %}")
    with pytest.raises(TemplateError):
        Engine({}).render("page")
