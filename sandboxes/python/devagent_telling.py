"""How values are told: as plain data that is compared between processes, to a person, and as Python would read it."""

import contextlib
import functools
import itertools
import math
import operator
import re

LONGEST, LONGEST_LITERAL, DEEPEST, WIDEST = 800, 300, 6, 200
MOST_PARTS, MOST_TOLD = 5000, 400
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def plain(value):
    """A value as plain data that is equal where the value is, whichever process it is in."""
    return part(value, [MOST_PARTS])


def part(value, room, depth=0):
    room[0] -= 1
    if depth > DEEPEST or room[0] < 0:
        return "..."
    name = type(value).__name__
    if isinstance(value, (bool, int, str, type(None))):
        return [name, value if isinstance(value, str) else repr(value)]
    if isinstance(value, (list, tuple)):
        return [name, [part(item, room, depth + 1) for item in value[:WIDEST]]]
    if isinstance(value, dict):
        items = itertools.islice(value.items(), WIDEST)
        return [name, [[part(key, room, depth + 1), part(item, room, depth + 1)] for key, item in items]]
    if isinstance(value, (set, frozenset)):
        return [name, sorted(str(part(item, [WIDEST], depth + 1)) for item in value)]
    state = getattr(value, "__dict__", None)
    if isinstance(state, dict) and not callable(value):
        return [name, part(state, room, depth + 1)]
    return [name, ADDRESS.sub("", repr(value))[:1000]]


def call(name, positional, keywords, *, whole=False):
    """A call as it would be written."""
    texts = [short(value, whole=whole) for value in [*positional, *keywords.values()]]
    names = [""] * len(positional) + [f"{key}=" for key in keywords]
    return f"{name}({', '.join(map(operator.add, names, texts))})"[:LONGEST]


def short(value, *, whole=False):
    """A value on one line, for a person; `whole` with what its objects hold beside what they say of themselves."""
    with contextlib.suppress(Exception):  # whatever the program's own classes raise
        text = ADDRESS.sub("", told(value, [MOST_TOLD], whole=whole))
        return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
    return f"<{type(value).__name__}>"


def told(value, room, depth=0, *, whole=False):
    """As `repr`, but an object that does not say what it holds is told by its attributes."""
    room[0] -= 1
    if depth > DEEPEST or room[0] < 0:
        return "..."
    kind, inner = type(value), functools.partial(told, room=room, depth=depth + 1, whole=whole)
    if kind is list:
        return f"[{', '.join(map(inner, value))}]"
    if kind is tuple:
        return f"({', '.join(map(inner, value))}{',' if len(value) == 1 else ''})"
    if kind is dict:
        return f"{{{', '.join(f'{inner(key)}: {inner(item)}' for key, item in value.items())}}}"
    state = getattr(value, "__dict__", None)
    if isinstance(state, dict) and not callable(value) and (whole or kind.__repr__ is object.__repr__):
        return f"{kind.__name__}({', '.join(f'{name}={inner(item)}' for name, item in state.items())})"
    return repr(value)


def literal(value):
    """What Python reads as exactly this value; None where there is no such text, or it is too long for a person."""
    text = repr(value) if is_literal(value, 0) else None
    return text if text is not None and len(text) <= LONGEST_LITERAL else None


def is_literal(value, depth):
    kind = type(value)
    if kind in (bool, int, str, bytes, type(None)):
        return True
    if kind is float:
        return math.isfinite(value)
    if depth > DEEPEST:
        return False
    if kind in (list, tuple) or (kind is set and value):
        return all(is_literal(item, depth + 1) for item in value)
    return kind is dict and all(is_literal(item, depth + 1) for pair in value.items() for item in pair)


def arguments(positional, keywords):
    """The arguments of a call as Python reads them; None where one of them cannot be written down."""
    texts = [literal(value) for value in [*positional, *keywords.values()]]
    if None in texts:
        return None
    names = [""] * len(positional) + [f"{key}=" for key in keywords]
    return ", ".join(map(operator.add, names, texts))
