def work():
    first = start(1)
    second = go(30)
    return first, second
