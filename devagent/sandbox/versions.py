"""Version ranges as manifests write them: PEP 440, npm and Poetry, as far as `major.minor` decides.

A candidate such as "3.11" stands for any of its patch releases: it fits a range that some 3.11.x satisfies.
"""

import re

_COMPARATOR = re.compile(r"(>=|<=|===?|!=|~=|~>|>|<|\^|~|=)?\s*v?(\d+(?:\.(?:\d+|[*xX]))*)[^\s,|]*")
_UNBOUNDED = 10**6

Number = tuple[int, ...]


def fits(version: str, wanted: str) -> bool:
    """Whether some release of `version` ("3.11", "20") lies in the range; a range that says nothing allows all."""
    candidate = _number(version)
    return any(_all_hold(candidate, part) for part in wanted.split("||"))


def choose(preferred: tuple[str, ...], wanted: str) -> str | None:
    """The first version that fits, or `None`."""
    return next((version for version in preferred if fits(version, wanted)), None)


def _all_hold(candidate: Number, part: str) -> bool:
    spread = re.sub(r"([\d.xX*]+)\s+-\s+([\d.xX*]+)", r">=\1 <=\2", part)
    return all(_holds(candidate, operator or "=", _number(bound)) for operator, bound in _COMPARATOR.findall(spread))


def _number(text: str) -> Number:
    return tuple(int(digits) for digits in re.findall(r"\d+", text))


def _holds(candidate: Number, operator: str, bound: Number) -> bool:
    newest = candidate + (_UNBOUNDED,) * 3
    if operator in ("=", "==", "==="):
        return _same(candidate, bound)
    if operator == "!=":
        return len(bound) > len(candidate) or not _same(candidate, bound)
    if operator in (">=", ">"):
        return newest > bound
    if operator == "<":
        return candidate < bound[: len(candidate)] or (len(bound) > len(candidate) and _same(candidate, bound))
    if operator == "<=":
        return candidate <= bound[: len(candidate)]
    return newest >= bound and candidate < _ceiling(operator, bound)


def _same(candidate: Number, bound: Number) -> bool:
    length = min(len(candidate), len(bound))
    return candidate[:length] == bound[:length]


def _ceiling(operator: str, bound: Number) -> Number:
    """The first number above `^bound`, `~bound` or `~=bound`."""
    if operator == "^":
        place = next((i for i, digit in enumerate(bound) if digit), len(bound) - 1)
    elif operator in ("~=", "~>"):
        place = max(0, len(bound) - 2)
    else:
        place = min(1, len(bound) - 1)
    return (*bound[:place], bound[place] + 1)
