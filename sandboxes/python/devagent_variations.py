"""Values a little different from those that tests use: what a boundary, a sign or an empty collection would show."""

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
    where = holder if isinstance(holder, (list, dict)) else getattr(holder, "__dict__", {})
    keys = range(len(where)) if isinstance(where, list) else list(where)
    for key in list(keys)[:WIDEST]:
        value = where[key]
        for other in others(value):
            yield Change(where, key, other)
        if isinstance(value, (list, dict)) or hasattr(value, "__dict__"):
            yield from inside(value, depth + 1)


class Change:
    """Puts another value in a place."""

    def __init__(self, where, key, value):
        self.where, self.key, self.value = where, key, value

    def __call__(self):
        self.where[self.key] = self.value


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
    if type(value) in (list, tuple):
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
