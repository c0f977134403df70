import pytest

from exprlang import EvalError, LexError, ParseError, Program, run


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("-2 * -3", 6),
        ("7 % 4 == 3", True),
        ("not true or true", True),
        ('"a" + "b"', "ab"),
        ("if 1 < 2 then 10 else 20", 10),
        ("max(1, min(5, 3))", 3),
        ("", None),
    ],
)
def test_expressions(text, value):
    assert run(text) == value


def test_names_from_outside():
    assert run("price * count", {"price": 2.5, "count": 4}) == 10


def test_let_and_functions():
    assert run("let rate = 2; fn gross(net) = net * rate; gross(21)") == 42


def test_recursion():
    assert run("fn fact(n) = if n < 2 then 1 else n * fact(n - 1); fact(6)") == 720


def test_functions_are_values():
    assert run("fn twice(f, x) = f(f(x)); twice(fn(x) => x * 3, 2)") == 18


def test_parameters_do_not_leak():
    with pytest.raises(EvalError):
        run("fn f(x) = x; f(1); x")


def test_a_program_can_run_again():
    program = Program("fn double(x) = x * 2; double(n)")
    assert [program.run({"n": n}) for n in (1, 2)] == [2, 4]


def test_errors():
    for text in ("1 / 0", '1 + "a"', "nope", "let f = 1; f(2)", "fn f(a) = a; f()"):
        with pytest.raises(EvalError):
            run(text)
    with pytest.raises(ParseError):
        run("1 +")
    with pytest.raises(LexError):
        run("1 ? 2")


def test_endless_recursion_is_an_error():
    with pytest.raises(EvalError, match="too deeply"):
        run("fn f(x) = f(x + 1); f(0)")
