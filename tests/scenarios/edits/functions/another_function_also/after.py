def f():
    return g() + 1


def g():
    return 2
