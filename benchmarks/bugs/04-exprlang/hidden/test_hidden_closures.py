import pytest

from exprlang import EvalError, run


def test_three_levels():
    assert run("fn a(x) = fn(y) => fn(z) => x * 100 + y * 10 + z; a(1)(2)(3)") == 123


def test_argument_names_of_the_caller_stay_private():
    with pytest.raises(EvalError, match="secret"):
        run("fn peek() = secret; fn f(secret) = peek(); f(1)")


def test_same_parameter_name_up_and_down():
    assert run("fn apply(f, x) = f(x); fn g(x) = apply(fn(y) => x + y, 100); g(1)") == 101


def test_arguments_are_evaluated_at_the_call():
    assert run("let x = 1; fn id(v) = v; fn f(x) = id(x * 2); f(21)") == 42
