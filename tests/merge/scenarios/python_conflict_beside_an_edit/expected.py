def work():
    first = start(1, ready=True)
<<<<<<< ours
    second = go(20)
||||||| base
    second = go(2)
=======
    second = go(30)
>>>>>>> theirs
    return first, second
