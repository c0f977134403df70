"""Prompts of a repository show texts and conditions; whatever else a template could do is refused, with its line."""

import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.errors import UsageError
from devagent.team.limited import MAX_CHARACTERS, check
from devagent.team.prompts import PromptFile, Template, data
from devagent.team.room import Task

VALUES: dict[str, Any] = {
    "task": Task("mend it"),
    "artefacts": {"spec": {"goal": "it adds"}, "suspects": ""},
    "code": "def add(): ...",
    "failures": "",
    "numbers": 7,
}


def render(text: str) -> str:
    return Template("f.md", text, brought=True).render(VALUES)


def refusal(text: str) -> str:
    with pytest.raises(UsageError) as told:
        render(text)
    assert "\n" not in str(told.value)
    return str(told.value)


@pytest.mark.parametrize(
    ("template", "prompt"),
    [
        ("{{ task.text }} now", "mend it now\n"),
        ("{{ data('code', code) }}", data("code", VALUES["code"]) + "\n"),
        ("{{ artefacts.spec }}", "{'goal': 'it adds'}\n"),
        ("{% if failures %}x{% elif code %}y{% else %}z{% endif %}", "y\n"),
        ("{{ 'yes' if artefacts.spec and not failures else 'no' }}", "yes\n"),
        ("{% if artefacts.review is defined %}x{% endif %}y", "y\n"),
        ("{{ artefacts.review|default('none') }}, {{ numbers|upper }}", "none, 7\n"),
        ("{# a remark #}{% raw %}{{ not.this }}{% endraw %}", "{{ not.this }}\n"),
        ("{{ data_notice }}", Template("f", "{{ data_notice }}").render({})),
    ],
)
def test_what_a_prompt_needs_works(template: str, prompt: str) -> None:
    assert render(template) == prompt


@pytest.mark.parametrize(
    ("template", "what"),
    [
        ("{{ ''.__class__ }}", "the attribute __class__"),
        ("{{ task.__init__ }}", "the attribute __init__"),
        ("{{ task.text.__class__.__mro__ }}", "the attribute __mro__"),
        ("{{ code.format }}{{ code.format('x') }}", "a call but data(LABEL, VALUE)"),
        ("{{ data.__globals__ }}", "the attribute __globals__"),
        ("{{ data('x', *code) }}", "a call but data(LABEL, VALUE)"),
        ("{{ data('x') }}", "a call but data(LABEL, VALUE)"),
        ("{{ self.x() }}", "a call but data(LABEL, VALUE)"),
        ("{{ cycler('a').next() }}", "a call but data(LABEL, VALUE)"),
        ("{{ lipsum(n=10**9) }}", "a call but data(LABEL, VALUE)"),
        ("{{ task['text'] }}", "an index"),
        ("{{ ''['__class__'] }}", "an index"),
        ("{{ code|attr('__class__') }}", "the filter attr"),
        ("{{ code|center(10000000000) }}", "the filter center"),
        ("{{ code|map('upper') }}", "the filter map"),
        ("{{ code is callable }}", "the test callable"),
        ("{% for a in range(999999999) %}{% endfor %}", "a loop"),
        ("{% for a in code %}{% for b in code recursive %}{{ loop(b) }}{% endfor %}{% endfor %}", "a loop"),
        ("{{ 'a' * 10000000000 }}", "the construct mul"),
        ("{{ 9 ** 9 ** 9 }}", "the construct pow"),
        ("{{ 'a' ~ code }}", "the construct concat"),
        ("{{ [code, code] }}", "the construct list"),
        ("{{ 1 }}", "a number"),
        ("{% set x = code %}", "an assignment"),
        ("{% set x %}{{ code }}{% endset %}", "an assignment"),
        ("{% include '/etc/passwd' %}", "another file"),
        ("{% import 'roles/coder.md' as x %}", "another file"),
        ("{% from 'x' import y %}", "another file"),
        ("{% extends 'x' %}", "another file"),
        ("{% macro m() %}{% endmacro %}", "a macro"),
        ("{% block b %}{% endblock %}", "the construct block"),
        ("{% filter upper %}x{% endfilter %}", "the construct filterblock"),
        ("{% with x = code %}{% endwith %}", "the construct with"),
    ],
)
def test_all_else_is_refused_before_anything_of_it_runs(template: str, what: str) -> None:
    assert f"f.md, line 1: a prompt of a repository may not use {what}. It may use " in refusal(template)


@pytest.mark.parametrize(
    "name", ["self", "data", "nothing", "config", "range", "lipsum", "task.secret", "artefacts.items"]
)
def test_what_is_no_text_of_the_task_cannot_be_shown(name: str) -> None:
    assert refusal(f"{{{{ {name} }}}}").startswith("f.md cannot be filled in: ")


@pytest.mark.parametrize(
    "template",
    [
        "{{ " + "(" * 30_000 + "code" + ")" * 30_000 + " }}",
        "{{ " + "not " * 10_000 + "code }}",
        "{% if code %}" * 5_000 + "{% endif %}" * 5_000,
        "{{ " + "9" * 60_000 + " }}",
        "{{ code if " * 3_000 + "code",
        "{{ code }}" * 5_000,
        "{{ data('a', " * 200 + "code" + ") }}" * 200,
    ],
    ids=["brackets", "nots", "ifs", "digits", "conditions", "outputs", "calls"],
)
def test_depth_and_length_are_bounded(template: str) -> None:
    assert refusal(template).startswith("f.md")


def test_what_comes_out_is_bounded_in_length_and_memory() -> None:
    template = Template("f.md", "{{ code }}" * 1_500, brought=True)
    values = {"code": "x" * (MAX_CHARACTERS // 8)}
    tracemalloc.start()
    with pytest.raises(UsageError, match=r"f.md makes a prompt of more than 400,000 characters"):
        template.render(values)
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()


def test_a_line_is_that_of_the_file() -> None:
    head = '+++\nartefact = "x"\n\n+++\n\n'
    _, template = PromptFile("p.md", f"{head}one\n{{{{ ''.x }}}}\n", brought=True).split()
    with pytest.raises(UsageError, match=r"p.md, line 7: a prompt of a repository may not use the attribute x"):
        template.check()
    _, template = PromptFile("p.md", f"{head}one\n{{{{ }}}}\n").split()
    with pytest.raises(UsageError, match=r"p.md, line 7: Expected an expression"):
        template.render({})


@pytest.mark.parametrize(
    "text", ["{{ code < none }}", "{{ code in none }}", "{{ code|default(a='b') }}", "{{ 1 / 0 }}"]
)
@pytest.mark.parametrize("brought", [True, False])
def test_what_goes_wrong_in_a_template_is_told_with_its_file(text: str, brought: bool) -> None:
    with pytest.raises(UsageError, match=r"f\.md"):
        Template("f.md", text, brought=brought).render(VALUES)


def test_a_prompt_of_the_user_that_uses_what_is_not_there_is_told_with_its_file() -> None:
    with pytest.raises(UsageError, match=r"mine.md cannot be filled in: 'nothing' is undefined"):
        Template("mine.md", "{{ nothing }}").render({})


@given(st.text(alphabet=st.sampled_from("{}%#().'\"[]|~*_ <=ifndato\n9"), max_size=80))
def test_any_text_is_a_template_or_refused_in_one_line(text: str) -> None:
    try:
        check("f.md", text)
    except UsageError as told:
        assert str(told).startswith("f.md") and "\n" not in str(told)
    else:
        try:
            render(text)
        except UsageError as told:
            assert "\n" not in str(told)
