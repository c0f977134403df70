"""A settings file knows the line of each key, and says in one line what it is not."""

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.config.document import Document
from devagent.errors import UsageError

TEXT = """\
# what this is
team.rounds = 2

[sandbox]
command = '''
[model]
name = "not this one"
'''
timeout = 3 # seconds

[ "model" ]
"name" = "this one"
roles = { coder = "a", "re.viewer" = "b" }

[model.more]
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("team.rounds", 2),
        ("sandbox.command", 5),
        ("sandbox.timeout", 9),
        ("model.name", 12),
        ("model.roles.coder", 13),
        ("model.roles.re.viewer", 13),
        ("model.more", 15),
        ("model.nowhere", 0),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_key_has_the_line_on_which_it_is_set_however_it_is_written(key: str, line: int, ending: str) -> None:
    assert Document("f", TEXT.replace("\n", ending)).line(key) == line


def test_a_place_without_a_line_is_the_file() -> None:
    assert Document("f", "a = 1").place("b") == "f"


@pytest.mark.parametrize(
    "line",
    [
        "{key} = 1",
        "[{key}]",
        "x{n} = {{ {key} = 1 }}",
        "# {key}",
        "s{n} = '{key}'",
        "{long}{n} = 1",
        '{quotes}{n}"',
        "k{n} = '",
        "k{n} = [",
        "[[t{n}]]",
    ],
)
def test_a_file_made_to_take_long_takes_seconds_at_most(line: str) -> None:
    key, long, quotes = '."b" . '.join(["a"] * 30), "l" * 300, '"' * 300
    lines = (line.format(n=n, key=f"{key}.k{n}", long=long, quotes=quotes) for n in range(10_000))
    text = "\n".join(lines)[:65_536]
    started = time.monotonic()
    document = Document("f", text + "\nlast = 1\n")
    with suppress(UsageError):
        _ = document.values
    document.line("last")
    assert time.monotonic() - started < 10
    assert Document("f", "a = 1").place("a") == "f, line 1"


@given(st.lists(st.sampled_from(["", "# no", "x = 1", "y = '''\n\nz = 2\n'''", "[t]", "z = [\n1,\n2]"]), max_size=8))
def test_a_line_found_is_a_line_that_begins_with_the_key(lines: list[str]) -> None:
    document = Document("f", "\n".join(lines))
    try:
        values = document.values
    except UsageError:
        return
    for key in values:
        if document.line(key):
            line = document.text.split("\n")[document.line(key) - 1]
            assert line.startswith(key.rpartition(".")[2]) or line == f"[{key}]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sandbox\n", "f is not TOML: line 1: expected ']' at the end of a table declaration"),
        ("a = 1\n\nb = = 2\n", "f is not TOML: line 3: invalid value"),
        ("a = '''\n\n", "f is not TOML: line 3: "),
        ("a = 1\na = 2\n", "f is not TOML: line 2: cannot overwrite a value"),
        ("a = " + "[\n" * 50_000, "f is not TOML that can be read: it is nested too deeply"),
        (
            "\n" + ".".join(["a"] * 30_000) + " = 1",
            "f is not TOML that can be read: line 2: a key of more than 64 parts",
        ),
        ("[" + " . ".join(['"a"'] * 100) + "]", "f is not TOML that can be read: line 1: a key of more than 64 parts"),
        ("a = " + "9" * 5_000, "f is not TOML that can be read: a number in it is too long"),
        ("a\x00 = 1", "f is not TOML: line 1: "),
    ],
)
def test_what_is_not_toml_is_told_with_file_and_line(text: str, said: str) -> None:
    with pytest.raises(UsageError) as told:
        _ = Document("f", text).values
    assert str(told.value).startswith(said)


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert Document.read(tmp_path / "config.toml") is None
    (tmp_path / "file").write_text("")
    assert Document.read(tmp_path / "file" / "config.toml") is None


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read: is a directory"):
        Document.read(tmp_path)


def test_a_link_to_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").symlink_to("config.toml")
    with pytest.raises(UsageError, match=r"config.toml cannot be read: "):
        Document.read(tmp_path / "config.toml")


def test_what_is_not_utf8_is_told_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"[team]\nchain = 'a'\n# caf\xe9\n")
    with pytest.raises(UsageError, match=r"config.toml, line 3: this is not UTF-8"):
        Document.read(tmp_path / "config.toml")


@given(st.text(alphabet=st.sampled_from("ab.=[]{}\"'\n 1#"), max_size=60))
def test_any_text_gives_values_or_one_line(text: str) -> None:
    try:
        keys = list(Document("f", text).values)
    except UsageError as told:
        assert "\n" not in str(told)
    else:
        assert all(Document("f", text).line(key) <= text.count("\n") + 1 for key in keys)
