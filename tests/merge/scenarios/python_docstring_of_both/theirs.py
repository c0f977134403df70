def area(w, h):
    """The area.

    w: width
    h: height of all
    """
    check(w, h)
    return w * h
