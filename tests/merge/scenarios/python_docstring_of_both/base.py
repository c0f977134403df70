def area(w, h):
    """The area.

    w: width
    h: height
    """
    return w * h
