def area(w, h, unit):
    """The area in square units.

    w: width
    h: height
    """
    return w * h * unit
