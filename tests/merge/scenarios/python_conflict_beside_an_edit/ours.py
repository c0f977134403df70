def work():
    first = start(1, ready=True)
    second = go(20)
    return first, second
