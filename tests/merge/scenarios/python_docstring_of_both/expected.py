def area(w, h, unit):
    """The area in square units.

    w: width
    h: height of all
    """
    check(w, h)
    return w * h * unit
