"""What the short ways of writing a range stand for."""

from .bounds import Bound
from .errors import RangeError
from .partial import Partial
from .version import Version


def tilde(text):
    """``~1.2.3``: the minor version stays, or the major one if it is all there is."""
    low = Partial.parse(text)
    if low.major is None:
        return []
    if low.minor is None:
        return [Bound(">=", low.lowest()), Bound("<", Version(low.major + 1, 0, 0))]
    return [Bound(">=", low.lowest()), Bound("<", Version(low.major, low.minor + 1, 0))]


def caret(text):
    """``^1.2.3``: the first number which is not zero stays."""
    low = Partial.parse(text)
    if low.major is None:
        return []
    if low.major > 0 or low.minor is None:
        high = Version(low.major + 1, 0, 0)
    elif low.minor > 0 or low.patch is None:
        high = Version(0, low.minor + 1, 0)
    else:
        high = Version(0, 0, low.patch + 1)
    return [Bound(">=", low.lowest()), Bound("<", high)]


def plain(text):
    """``1.2.3`` is just that version; what is open may be anything."""
    version = Partial.parse(text)
    if version.patch is not None:
        return [Bound("=", version.lowest())]
    return tilde(text)


def compared(op, text):
    """``>1.2``, ``<=2``: one comparison, with a version some of which may be open."""
    version = Partial.parse(text)
    if version.patch is not None or op in ("<", ">="):
        return [Bound(op, version.lowest())] if version.major is not None else []
    above = tilde(text)
    if not above:
        return []
    return [Bound(">=" if op == ">" else "<", above[1].version)]


def hyphen(low_text, high_text):
    """``1.2.3 - 2.3.4``: from one version to the other, both included.

    Numbers that are open in the lower version count as zero. When numbers
    of the upper version are open, everything that begins with the given ones
    is still included: ``1.2.3 - 2.3`` goes up to, but not including, 2.4.0,
    and ``1.2.3 - 2`` up to 3.0.0. An upper version of ``*`` is no limit.
    """
    low = Partial.parse(low_text)
    high = Partial.parse(high_text)
    bounds = []
    if low.major is not None:
        bounds.append(Bound(">=", low.lowest()))
    if high.major is None:
        return bounds
    given = tuple(part for part in (high.major, high.minor, high.patch) if part is not None)
    if given < low.lowest().release[: len(given)]:
        raise RangeError(f"{low_text} comes after {high_text}")
    bounds.append(Bound("<=", high.lowest()))
    return bounds
