"""Compares what variants would have computed with what the program they come from computes, while it runs.

Values are compared as the program could tell them apart: numbers, strings and the like by type and content, new
containers by what they hold, all else by identity.
"""

import builtins
import collections
import sys
import threading
import time
import types

from devagent_pure import HELPERS, NAME, Unsafe

CONTENT = {int, bool, str, bytes, type(None), range, type(Ellipsis)}
BY_REPR = {("decimal", "Decimal"), ("fractions", "Fraction"), ("builtins", "float"), ("builtins", "complex")}
BY_REPR |= {("datetime", kind) for kind in ("date", "datetime", "time", "timedelta")}
# References to what only one container holds.
HOLDER = [[]]
SPARE = sys.getrefcount(HOLDER[0])
MOST_DEPTH, MOST_PARTS = 8, 2000
SITE_SHARE = 0.3
# What an expression raises that does not fit the values it is given.
MISFITS = (TypeError, AttributeError, NameError)


class Way:
    """A variant at a site; `text` and `usual` as in the task."""

    def __init__(self, number, text, usual):
        self.number, self.text, self.usual = number, text, usual
        self.same, self.misfit = True, False


class Site:
    """A place in a file that variants differ at. `place` is (line, column, end line, end column), or the first two."""

    def __init__(self, number, place, truth, ways):
        self.number, self.place, self.truth, self.ways = number, place, truth, ways
        self.asked = [way for way in ways if way.text is not None]
        self.open, self.spent, self.placed = list(enumerate(self.asked)), 0.0, False


class Watch:
    """Compares the ways of some sites with what a program does, for so many seconds at most."""

    def __init__(self, sites, seconds):
        self.sites, self.seconds = sites, seconds
        self.busy, self.poisoned = False, False
        self.thread = threading.get_ident()

    def install(self):
        for name, thing in {NAME: self, **HELPERS}.items():
            setattr(builtins, name, thing)

    def value(self, number, own, others):
        """What the program computes itself at a site."""
        site = self.sites[number]
        if not self.looks(site):
            return own()
        try:
            box = [own()]
        except NameError as error:
            error = as_it_was(error)
            self.compare(site, others, raised(error))
            raise error from None
        except Exception as error:
            self.compare(site, others, raised(error))
            raise
        self.compare(site, others, box)
        return box[0]

    def reached(self, number, others):
        """A statement is gone to."""
        site = self.sites[number]
        for way in site.ways:
            if way.text is None:
                way.same = False
        if self.looks(site):
            self.compare(site, others, None)

    def looks(self, site):
        if threading.get_ident() != self.thread:
            self.poisoned = True
        return bool(site.open) and not self.busy

    def compare(self, site, others, box):
        began, self.busy = time.perf_counter(), True
        try:
            own = self.own_key(site, box)
            functions = others()
            site.open = [(index, way) for index, way in site.open if self.agrees(site, way, functions[index], own)]
        except Unsafe:
            self.give_up(site)
        finally:
            self.busy = False
            took = time.perf_counter() - began
            site.spent += took
            self.seconds -= took
            if self.seconds < 0 or site.spent > SITE_SHARE * (self.seconds + site.spent):
                self.give_up(site)

    def own_key(self, site, box):
        if box is None or isinstance(box, tuple):
            return box
        return truth(box) if site.truth else key(box, 0, [0])

    def agrees(self, site, way, function, own):
        expected = way.usual if way.usual is not None else own
        try:
            found = seen(function, site.truth)
            way.same = found == expected
            way.misfit = is_misfit(found) and not is_misfit(own)
        except Unsafe:
            way.same = False
        return way.same

    def give_up(self, site):
        for _, way in site.open:
            way.same = False
        site.open = []

    def findings(self):
        """The variants that agreed with the program whenever it could be seen, and those that did not make sense."""
        placed = [site for site in self.sites if site.placed and not self.poisoned]
        ways = [way for site in placed for way in site.ways]
        return {"same": [w.number for w in ways if w.same], "misfits": [w.number for w in ways if w.misfit]}


def seen(function, as_truth):
    """What tells the value of an expression from others."""
    try:
        box = [function()]
        return truth(box) if as_truth else key(box, 0, [0])
    except Exception as error:  # noqa: BLE001 - whatever the expression raises is its value
        return raised(as_it_was(error))


def truth(box):
    try:
        return bool(box[0])
    except Exception as error:  # noqa: BLE001 - it is raised where the program asks, too
        return raised(error)


def raised(error):
    try:
        return ("raises", type(error), key([error.args], 0, [0]))
    except Unsafe:
        return ("raises", type(error), id(error))


def is_misfit(found):
    return isinstance(found, tuple) and found[0] == "raises" and issubclass(found[1], MISFITS)


def as_it_was(error):
    """An unbound local variable is unbound in another way where a function inside asks for it."""
    if type(error) is not NameError or "free variable" not in str(error):
        return error
    return UnboundLocalError(*error.args)


def key(box, at, size, depth=0):
    """What tells a value, which stands in a container at a place, from others.

    A container that nothing else refers to is as good as another one that holds the same.
    """
    size[0] += 1
    if depth > MOST_DEPTH or size[0] > MOST_PARTS:
        raise Unsafe
    new = sys.getrefcount(box[at]) <= SPARE
    value = box[at]
    kind = type(value)
    if kind in CONTENT:
        return kind, value
    if (kind.__module__, kind.__qualname__) in BY_REPR:
        return kind, repr(value)
    if kind is tuple or (new and kind in (list, collections.deque)):
        return kind, tuple(key(value, index, size, depth + 1) for index in range(len(value)))
    if new and kind in (set, frozenset):
        return kind, tuple(key((part,), 0, size, depth + 1) for part in value)
    if new and kind in (dict, collections.OrderedDict):
        return kind, tuple((key((k,), 0, size, depth + 1), key(value, k, size, depth + 1)) for k in value)
    if kind is types.MethodType:
        return kind, id(value.__self__), id(value.__func__)
    if kind is types.BuiltinMethodType:
        return kind, id(value.__self__), value.__name__
    if new and plain(kind) and not isinstance(value, type):
        inside = value.__dict__
        return kind, tuple((name, key(inside, name, size, depth + 1)) for name in inside)
    return "is", id(value)


PLAIN = {}


def plain(kind):
    """Whether all there is to an object of a class is in its dictionary."""
    if kind not in PLAIN:
        dunder = [vars(base) for base in kind.__mro__[:-1]]
        PLAIN[kind] = (
            bool(kind.__dictoffset__)
            and all(base.__flags__ & (1 << 9) for base in kind.__mro__[:-1])
            and not any("__slots__" in names or "__del__" in names for names in dunder)
            and kind.__basicsize__ <= object.__basicsize__ + 2 * tuple.__itemsize__
        )
    return PLAIN[kind]
