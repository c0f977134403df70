"""Values a little different from those that tests use: what a boundary, a sign or an empty collection would show."""

import functools

DEEPEST, WIDEST = 3, 6


def variations(arguments):
    """Acts, each of which changes one value inside the arguments in place; their order is the same in every process."""
    positional, keywords = arguments
    yield from inside(positional, 0)
    yield from inside(keywords, 0)


def inside(holder, depth):
    """Acts on the values in a list, a dictionary, or the attributes of an object."""
    if depth > DEEPEST:
        return
    for put, value in places(holder):
        for other in others(value):
            yield functools.partial(put, other)
        yield from inside(value, depth + 1)


def places(holder):
    """(how to put another value there, the value) for what an object holds."""
    if isinstance(holder, (list, dict)):
        keys = range(len(holder)) if isinstance(holder, list) else list(holder)
        for key in list(keys)[:WIDEST]:
            yield functools.partial(put_item, holder, key), holder[key]
        return
    names = [*getattr(holder, "__dict__", ()), *slots(type(holder))]
    for name in names[:WIDEST]:
        if hasattr(holder, name):
            yield functools.partial(put_attribute, holder, name), getattr(holder, name)


def slots(kind):
    """The names for which the objects of a class have room instead of a dictionary."""
    found = [base.__dict__.get("__slots__", ()) for base in kind.__mro__]
    return [name for names in found for name in ([names] if isinstance(names, str) else names) if name[:2] != "__"]


def put_item(holder, key, value):
    holder[key] = value


def put_attribute(holder, name, value):
    object.__setattr__(holder, name, value)  # also where the class wants to be frozen


def others(value):
    """Values near this one, of the same type."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return distinct(value, [value + 1, value - 1, 0, -value, value * 2])
    if isinstance(value, float):
        return distinct(value, [value + 0.5, 0.0, -value])
    if isinstance(value, (str, bytes)):
        return distinct(value, [value[:0], value[:-1], value[1:], value + value[:1], value.swapcase(), value[::-1]])
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return [value._replace(**{name: o}) for name in value._fields[:WIDEST] for o in others(getattr(value, name))]
    if type(value) is tuple:
        inner = [(*value[:n], o, *value[n + 1 :]) for n, item in enumerate(value[:WIDEST]) for o in others(item)]
        return distinct(value, [value[:0], value[:-1], value[1:], value[::-1], *inner])
    if type(value) is list:
        return distinct(value, [value[:0], value[:-1], value[1:], value + value[-1:], value[::-1]])
    if type(value) in (set, frozenset):
        return [type(value)()] if value else []
    if type(value) is dict and value:
        return [{key: item for key, item in value.items() if key != next(iter(value))}]
    return []


def distinct(value, found):
    kept = []
    for other in found:
        if other != value and other not in kept:
            kept.append(other)
    return kept
