"""``${...}`` within values."""

import re

from .errors import BadValue, MissingKey
from .sections import TOP

_REFERENCE = re.compile(r"\$\{([^}]*)\}")


def expand(sections, name, value, depth=0):
    """Replace every ``${key}`` and ``${section.key}`` in a value.

    A key without a section is looked for in the own section, then at the top.
    """
    if depth > 10:
        raise BadValue(f"references go round in circles: {value!r}")

    def replace(match):
        section, dot, key = match[1].rpartition(".")
        places = [section] if dot else [name, TOP]
        for place in places:
            items = sections.get(place, {})
            if key.strip().lower() in items:
                return expand(sections, place, items[key.strip().lower()], depth + 1)
        raise MissingKey(f"{match[0]} stands for nothing")

    return _REFERENCE.sub(replace, value)
