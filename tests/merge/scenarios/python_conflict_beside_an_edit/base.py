def work():
    first = start(1)
    second = go(2)
    return first, second
