"""What is shown steers no terminal, reads as what it is, and holds no secret."""

import json

from hypothesis import given
from hypothesis import strategies as st

from devagent.report.shown import json_text, shown
from devagent.sandbox.output import one_line, plain, visible


def test_names_with_controls_and_reordering_marks_are_written_out() -> None:
    assert visible("a\x1b[2Jb\u202ec\x9b\udcff\td\n") == "a\\x1b[2Jb\\u202ec\\x9b\\xff\td\n"
    assert one_line("two\nlines\t") == "two\\nlines\\t"


def test_a_password_in_a_message_is_not_shown() -> None:
    assert shown("cannot reach https://bob:h8Jk2xQ@index/simple") == "cannot reach https://bob:***@index/simple"


@given(st.text(st.characters(exclude_categories=[])))
def test_json_is_the_same_value_and_can_be_shown(text: str) -> None:
    said = json_text({"said": text})
    assert json.loads(said) == {"said": text}
    assert plain(said) == said
    said.encode()


@given(st.text(st.characters(exclude_categories=[])))
def test_what_is_visible_is_plain_already(text: str) -> None:
    said = visible(text)
    assert plain(said) == said
    said.encode()
