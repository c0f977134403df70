from exprlang import run


def test_a_parameter_hides_an_outer_name():
    assert run("let x = 1; fn f(x) = x + 1; f(10) + x") == 12


def test_callers_parameters_are_not_seen():
    text = """
        let rate = 10;
        fn with_rate(net) = net + rate;
        fn report(rate) = with_rate(1);
        report(500)
    """
    assert run(text) == 11


def test_a_returned_function_remembers_its_home():
    assert run("fn adder(n) = fn(x) => x + n; let add5 = adder(5); add5(2)") == 7


def test_two_closures_are_independent():
    text = """
        fn scale(k) = fn(x) => x * k;
        let double = scale(2);
        let triple = scale(3);
        double(triple(7))
    """
    assert run(text) == 42


def test_compose():
    text = """
        fn compose(f, g) = fn(x) => f(g(x));
        fn inc(x) = x + 1;
        fn square(x) = x * x;
        compose(inc, square)(4)
    """
    assert run(text) == 17


def test_names_defined_later_at_the_same_place_are_seen():
    assert run("fn f(x) = x + late; let late = 5; f(1)") == 6
