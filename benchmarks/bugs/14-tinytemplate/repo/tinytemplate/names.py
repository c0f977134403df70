"""Looking names up."""

from .errors import Undefined


def resolve(path, names):
    """The value of ``a.b.c``, or of a number or a quoted text.

    Each step is a key of a mapping, a position in a list or an attribute.
    """
    if path[:1] in "\"'" and path[-1:] == path[:1]:
        return path[1:-1]
    if path.isdigit():
        return int(path)
    first, *steps = path.split(".")
    if first not in names:
        raise Undefined(f"{first!r} is not defined")
    value = names[first]
    for step in steps:
        value = _step(value, step, path)
    return value


def _step(value, step, path):
    if isinstance(value, dict):
        if step in value:
            return value[step]
    elif step.isdigit() and isinstance(value, (list, tuple)):
        if int(step) < len(value):
            return value[int(step)]
    elif hasattr(value, step):
        return getattr(value, step)
    raise Undefined(f"there is no {step!r} in {path!r}")
