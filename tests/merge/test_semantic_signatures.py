"""What definitions ask for and calls give: as Python itself sees it, and as it is read in the other languages."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devagent.merge.semantic.signatures import Call, Signature, calls, fits, reordered, signatures

NAMES = ("a", "b", "c", "d")


def signature(path: str, text: str, name: str = "f") -> Signature:
    found = [each for (known, _), each in signatures(path, text.encode()).items() if known == name]
    assert len(found) == 1, found
    return found[0]


def call(path: str, text: str, name: str = "f") -> Call:
    (found,) = calls(path, text.encode(), frozenset([name]))
    return found


@st.composite
def parameters(draw: st.DrawFn) -> str:
    """The parameters of a Python function: some by place only, some with defaults, some by name only."""
    names = list(NAMES[: draw(st.integers(0, 4))])
    parts: list[str] = []
    optional = draw(st.integers(0, len(names)))
    named = draw(st.integers(0, len(names)))
    for number, name in enumerate(names):
        if number == named:
            parts.append(draw(st.sampled_from(["*", "*more"])))
        default = (number >= named and draw(st.booleans())) or optional <= number < named
        annotation = draw(st.sampled_from(["", ": int"]))
        parts.append(f"{name}{annotation}{' = 1' if default else ''}")
        if number == 0 and named > 1 and draw(st.booleans()):
            parts.append("/")
    return ", ".join([*parts, *(["**others"] if draw(st.booleans()) else [])])


@settings(max_examples=150, deadline=None)
@given(parameters(), st.integers(0, 5), st.lists(st.sampled_from([*NAMES, "e"]), unique=True, max_size=3))
def test_a_call_fits_where_python_takes_it(asked: str, places: int, names: list[str]) -> None:
    scope: dict[str, object] = {}
    exec(f"def f({asked}): pass", scope)
    function = scope["f"]
    assert callable(function)
    try:
        function(*range(places), **dict.fromkeys(names, 0))
        takes = True
    except TypeError:
        takes = False
    given_ = ", ".join([*map(str, range(places)), *(f"{name}=0" for name in names)])
    assert fits(signature("a.py", f"def f({asked}): pass\n"), call("a.py", f"f({given_})\n")) is takes


@pytest.mark.parametrize(
    ("asked", "given_", "fit"),
    [
        ("a: string, b?: number", "'x'", True),
        ("a: string, b?: number", "", False),
        ("a: string, b = 1", "'x', 2", True),
        ("a: string, b = 1", "'x', 2, 3", False),
        ("a: string, ...rest: number[]", "'x', 2, 3", True),
        ("{ a, b }: Options", "{ a: 1, b: 2 }", True),
        ("{ a, b }: Options", "", False),
        ("a: string, b: number", "...all", True),
        ("this: Window, a: string", "'x'", True),
        ("", "1", False),
    ],
)
def test_typescript(asked: str, given_: str, fit: bool) -> None:
    for form in (f"function f({asked}) {{}}", f"const f = ({asked}) => 1;", f"interface I {{ f({asked}): void; }}"):
        assert fits(signature("a.ts", form), call("a.ts", f"f({given_});")) is fit


@pytest.mark.parametrize(
    ("asked", "given_", "fit"),
    [("int a", "1", True), ("int a", "", False), ("int a, String... b", "1", True), ("final int a", "1, 2", False)],
)
def test_java(asked: str, given_: str, fit: bool) -> None:
    text = f"class A {{ void f({asked}) {{}} void g() {{ this.f({given_}); }} }}"
    assert fits(signature("A.java", text), call("A.java", text)) is fit


def test_only_what_is_given_by_its_place_minds_the_order() -> None:
    before, after = (signature("a.py", f"def f({asked}): pass\n") for asked in ("a, b, c=1", "b, a, c=1"))
    assert reordered(before, after, call("a.py", "f(1, 2)\n"))
    assert not reordered(before, after, call("a.py", "f(a=1, b=2)\n"))
    assert not reordered(before, signature("a.py", "def f(x, y, c=1): pass\n"), call("a.py", "f(1, 2)\n"))


def test_a_file_that_is_no_code_has_no_signatures() -> None:
    assert signatures("a.txt", b"def f(): pass") == {} and list(calls("a.txt", b"f()", frozenset(["f"]))) == []


def test_a_signature_is_shown_as_it_has_to_be_called() -> None:
    shown = str(signature("a.py", "def f(a, /, b, c=1, *, d, e=2, **more): pass\n"))
    assert shown == "(a, /, b, c?, *, d, e?, **more)"
    assert str(signature("a.py", "def f(*all, d): pass\n")) == "(*all, d)"
