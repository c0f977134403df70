"""The functions every program can use."""

from .errors import EvalError


def _round(value, digits=0):
    result = round(value, digits)
    return int(result) if digits == 0 else result


def _length(text):
    if not isinstance(text, str):
        raise EvalError("length needs a string")
    return len(text)


LIBRARY = {
    "min": min,
    "max": max,
    "abs": abs,
    "round": _round,
    "length": _length,
    "upper": lambda text: text.upper(),
}
