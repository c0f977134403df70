"""A changed file parses as well as before: code, and JSON, TOML and YAML that could be read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.code.wellformed import newly_malformed

JSON = b'{\n  "name": "a",\n  "scripts": {"test": "x"}\n}\n'
TOML = b'[project]\nname = "a"\ndependencies = ["b"]\n'
YAML = b"on: push\njobs:\n  test:\n    runs-on: linux\n    steps:\n      - run: make\n"


@pytest.mark.parametrize(
    ("path", "before", "after", "line"),
    [
        pytest.param("package.json", JSON, JSON.replace(b'"a",', b'"a"'), 3, id="JSON: a comma is gone"),
        pytest.param("package.json", JSON, JSON.replace(b'"x"}', b'"x"},'), 4, id="JSON: a comma too many"),
        pytest.param("package.json", JSON, JSON + JSON, 5, id="JSON: twice"),
        pytest.param("package.json", JSON, b"", 1, id="JSON: empty"),
        pytest.param("package.json", JSON, b"// new\n" + JSON, 1, id="JSON: a comment where there may be none"),
        pytest.param("tsconfig.json", b"// a\n" + JSON, b"// a\n" + JSON[:-3], 4, id="JSON with comments: cut off"),
        pytest.param("locale/en.json", b'{"a": "{{n}}"}', b'{"a": "{{n}}" "b": 1}', 1, id="JSON: marks in strings"),
        pytest.param("pyproject.toml", TOML, TOML + b"[project]\n", 4, id="TOML: a table twice"),
        pytest.param("pyproject.toml", TOML, TOML + b'name = "b"\n', 4, id="TOML: a key twice"),
        pytest.param("pyproject.toml", TOML, TOML.replace(b'"a"', b'"a'), 2, id="TOML: an open string"),
        pytest.param("pyproject.toml", TOML, TOML.replace(b"]\n", b"\n"), 1, id="TOML: an open bracket"),
        pytest.param("a.yml", YAML, YAML.replace(b"    steps", b"     steps"), 5, id="YAML: indentation"),
        pytest.param("a.yml", YAML, YAML + b'x: "y\n', 7, id="YAML: an open string"),
        pytest.param("a.yml", YAML, YAML + b"x: [1, 2\n", 7, id="YAML: an open bracket"),
        pytest.param("a.yml", YAML, YAML.replace(b"make", b"echo ${{ a }}: b"), 6, id="YAML of GitHub"),
        pytest.param("a.py", b"x = 1\n", b"x = 1\ny = (\n", 2, id="Python"),
    ],
)
def test_what_could_be_read_and_no_longer_can_is_told_with_its_line(
    path: str, before: bytes, after: bytes, line: int
) -> None:
    for newline in (b"\n", b"\r\n"):
        problems = newly_malformed(path, before.replace(b"\n", newline), after.replace(b"\n", newline))
        assert problems
        assert problems[0].line == line
        assert problems[0].text


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        pytest.param("a.json", JSON, JSON.replace(b'"a"', b'"b"'), id="still JSON"),
        pytest.param("a.json", None, b'{"a": ', id="a new file may be broken on purpose"),
        pytest.param("a.json", b'{"a": ', b'{"b": ', id="it was broken before"),
        pytest.param("a.json", JSON, b"\xef\xbb\xbf" + JSON, id="a byte order mark"),
        pytest.param("a.json", JSON, JSON.replace(b'"a"', b"{{ name }}"), id="a template of Jinja"),
        pytest.param("a.json", JSON, b"{% if a %}\n" + JSON + b"{% endif %}\n", id="a block of Jinja"),
        pytest.param("tsconfig.json", JSON, b"/* a, */\n" + JSON.replace(b'"x"}', b'"x",},'), id="comments allowed"),
        pytest.param("a.json", b'// "x\n{}', b'// "x\n{"a": "//, ]",}', id="what looks like a comment in a string"),
        pytest.param("a.json", b"1", b"9" * 6000, id="a number of thousands of digits"),
        pytest.param("a.json", b"[]", b"[" * 100_000, id="nested too deeply"),
        pytest.param("a.toml", TOML, TOML + b"[[tool.x]]\na.b = 1\n[[tool.x]]\n", id="still TOML"),
        pytest.param("a.toml", TOML, TOML + b"a" + b".a" * 50_000 + b" = 1 1\n", id="a key of too many parts"),
        pytest.param("a.yml", YAML, YAML + b"---\nx: &a [1]\ny: *a\n", id="still YAML"),
        pytest.param("a.yml", YAML, YAML + b": " * 20_000, id="YAML that crashes its scanner"),
        pytest.param("chart/templates/a.yaml", YAML, YAML + b"{{- if .Values.a }}\nx: 1\n{{- end }}\n", id="Helm"),
        pytest.param("index.html", b"<p>a</p>", b"<div><p>", id="a fragment of HTML"),
        pytest.param("README.md", b"# a", b"# `a", id="Markdown"),
        pytest.param("Makefile", b"a:", b"(((", id="no known format"),
    ],
)
def test_what_may_be_meant_is_let_pass(path: str, before: bytes | None, after: bytes) -> None:
    assert not newly_malformed(path, before, after)


def test_a_format_that_nobody_knows_is_told_from_one_that_is_fine() -> None:
    assert newly_malformed("notes.txt", b"a", b"(((") is None
    assert newly_malformed("a.json", JSON, JSON) == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    ),
    st.booleans(),
)
def test_whatever_json_writes_is_read(value: object, commented: bool) -> None:
    path = "tsconfig.json" if commented else "a.json"
    assert newly_malformed(path, JSON, json.dumps(value, indent=1, ensure_ascii=False).encode("utf-8", "replace")) == []


@given(st.sampled_from(["a.json", "tsconfig.json", "a.toml", "a.yml"]), st.binary(max_size=60), st.integers(0, 90))
def test_any_change_can_be_judged(path: str, piece: bytes, at: int) -> None:
    before = {"json": JSON, "toml": TOML, ".yml": YAML}[path[-4:]]
    after = before[:at] + piece + before[at:]
    for problem in newly_malformed(path, before, after) or ():
        assert 1 <= problem.line <= after.count(b"\n") + 1


@pytest.mark.parametrize(
    "piece", [b'"', b'\\"', b"/*", b"//", b'"\\', b",", b"[", b"{{", b"'", b"a.", b"\\", b"- ", b": "]
)
@pytest.mark.parametrize("path", ["a.json", "tsconfig.json", "a.toml", "a.yml"])
def test_no_repetition_makes_it_slow(path: str, piece: bytes) -> None:
    before = {"json": b"// a\n{}", "toml": TOML, ".yml": YAML}[path[-4:]]
    newly_malformed(path, before, before + piece * 100_000)
