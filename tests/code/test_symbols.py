"""Symbols and where they stand."""

from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st

from devagent.code.symbol import Symbol, calls_in, enclosing, identifiers_in, symbols, test_functions


def _names(path: str, source: str) -> dict[str, Symbol]:
    return {s.name: s for s in symbols(path, dedent(source).encode())}


def test_python_names_are_qualified_and_extents_hold_the_decorators() -> None:
    found = _names(
        "a.py",
        '''\
        @first
        @second(1)
        async def outer(x: int,
                        y=2) -> int:
            """Doc."""
            def inner(): pass
            return x

        class A(B):
            @property
            def m(self):
                return 1
        ''',
    )
    assert list(found) == ["outer", "outer.inner", "A", "A.m"]
    assert (found["outer"].start_line, found["outer"].end_line) == (1, 7)
    assert found["outer"].signature == "async def outer(x: int, y=2) -> int"
    assert (found["A.m"].kind, found["A.m"].start_line) == ("method", 10)
    assert found["outer.inner"].kind == "function"


def test_every_javascript_way_to_define_a_function_is_known() -> None:
    found = _names(
        "a.js",
        """\
        export default function declared(a) { return a }
        export const arrow = async (x) => x;
        const object = { method() {}, key: function () {}, nested: { deep() {} } };
        class A { static s() {} #p() {} field = () => 1; constructor() {} }
        module.exports.common = function () {};
        exports.short = () => 1;
        A.prototype.old = function () {};
        module.exports = { bare() {} };
        const wrapped = memo(async (a) => { a() });
        function* generator() {}
        """,
    )
    assert list(found) == [
        *["declared", "arrow", "object.method", "object.key", "object.nested.deep"],
        *["A", "A.s", "A.#p", "A.field", "A.constructor", "common", "short", "A.old", "bare", "wrapped", "generator"],
    ]
    assert found["arrow"].signature == "export const arrow = async (x)"
    assert found["A.s"].kind == "method"


def test_of_two_declared_together_each_has_only_its_own_text() -> None:
    source = "const a = () => 1, b = () => 2;\n"
    assert [s.text(source.encode()) for s in symbols("a.js", source.encode())] == ["a = () => 1", "b = () => 2"]


def test_typescript_methods_keep_their_decorators_and_modifiers() -> None:
    source = b"export class A<T> { @log()\n private async m(x: T): Promise<T> { return x } }\n"
    method = symbols("a.ts", source)[1]
    assert (method.name, method.start_line) == ("A.m", 1)
    assert "private async m(x: T): Promise<T>" in method.signature


def test_the_innermost_function_encloses_a_line() -> None:
    found = symbols(
        "a.py", b"class A:\n    x = 1\n    def f(self):\n        def g():\n            pass\n        return g\n"
    )
    names = [symbol.name if (symbol := enclosing(found, line)) else "" for line in range(1, 8)]
    assert names == ["A", "A", "A.f", "A.f.g", "A.f.g", "A.f", ""]


def test_calls_are_plain_names_in_order_and_comments_do_not_call() -> None:
    source = b"def f(self):\n    # nothing()\n    a.b.c(d(1), 'e()')\n    return c(Thing())\n"
    (symbol,) = symbols("a.py", source)
    assert calls_in(symbol, source) == ("c", "d", "Thing")
    assert "nothing" not in identifiers_in(symbol, source)


def test_tests_are_found_by_name_in_python_and_by_title_in_javascript() -> None:
    python = b"def test_a(): pass\nclass TestB:\n    def test_c(self): pass\ndef helper(): pass\n"
    script = b"test('adds up', () => { f() });\ndescribe('x', () => { it(`takes ${n}`, () => {}) });\n"
    assert [t.name for t in test_functions("test_a.py", python)] == ["test_a", "test_c"]
    assert [t.name for t in test_functions("a.test.js", script)] == ["adds up", "takes ${n}"]


def test_a_file_in_no_known_language_has_no_symbols() -> None:
    assert symbols("notes.txt", b"def f(): pass") == ()


@given(st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")) | st.binary(max_size=200))
def test_symbols_of_any_bytes_lie_inside_them(content: bytes) -> None:
    for path in ("a.py", "a.js", "a.ts"):
        for symbol in symbols(path, content):
            assert 0 <= symbol.start_byte < symbol.end_byte <= len(content)
            assert 1 <= symbol.start_line <= symbol.end_line <= content.count(b"\n") + 1
