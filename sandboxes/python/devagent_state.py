"""What tests leave behind in a process: tells whether the next ones would see that others ran before."""

import collections
import functools
import os
import sys
import threading
import types
from pathlib import Path

MOST_PARTS = 30_000
SCALARS = (int, float, complex, bool, str, bytes, type(None), range)
# What a class has that is no state of the program, or changes when one only looks at it.
HIDDEN = {"__dict__", "__weakref__", "__doc__", "__module__", "_abc_impl", "__abstractmethods__", "__annotations__"}
FOREIGN = ("_pytest", "pytest", "pluggy")


class TooMuch(Exception):
    """There is more state than can be looked at quickly."""


def fingerprint(folder):
    """A number that differs when the state of the program in a folder does; None when there is too much of it."""
    modules = [m for m in list(sys.modules.values()) if (getattr(m, "__file__", None) or "").startswith(folder)]
    walk = Walk({module.__name__ for module in modules})
    try:
        parts = [walk.mapping(vars(module)) for module in modules]
    except (TooMuch, RecursionError):
        return None
    return hash((tuple(parts), surroundings()))


def surroundings():
    """State of the process that programs share; that of `random` is another in each process anyway."""
    found = [tuple(os.environ.items()), str(Path.cwd()), sys.getrecursionlimit(), threading.active_count()]
    if "decimal" in sys.modules:
        context = sys.modules["decimal"].getcontext().copy()
        context.clear_flags()
        found.append(repr(context))
    if "logging" in sys.modules:
        root = sys.modules["logging"].root
        found += [root.level, len(root.handlers)]
    return tuple(found)


class Walk:
    """Makes hashes of all that can be reached, each object once."""

    def __init__(self, modules):
        self.modules, self.met, self.kept = modules, {}, []

    def part(self, value):
        if isinstance(value, SCALARS) and type(value) in SCALARS:
            return hash((type(value).__name__, repr(value) if isinstance(value, (float, complex)) else value))
        if id(value) in self.met:
            return self.met[id(value)]
        if len(self.met) > MOST_PARTS:
            raise TooMuch
        self.met[id(value)] = len(self.met)
        self.kept.append(value)
        return hash((type(value).__qualname__, self.inside(value)))

    def inside(self, value):
        kind = type(value)
        if isinstance(value, (list, tuple, collections.deque)):
            return tuple(self.part(part) for part in value)
        if isinstance(value, dict):
            return self.mapping(value)
        if isinstance(value, (set, frozenset)):
            return len(value), frozenset(hash(part) for part in value if type(part) in SCALARS)
        if isinstance(value, types.ModuleType) or kind.__module__.split(".")[0] in FOREIGN:
            return ()
        if isinstance(value, type):
            own = value.__module__ in self.modules
            return self.mapping({k: v for k, v in vars(value).items() if k not in HIDDEN}) if own else ()
        if isinstance(value, types.FunctionType):
            return self.function(value)
        return self.other(value)

    def mapping(self, value):
        return tuple((self.part(key), self.part(value[key])) for key in list(value) if key != "__builtins__")

    def function(self, value):
        if value.__module__ not in self.modules:
            return ()
        cells = [cell for cell in value.__closure__ or () if not is_empty(cell)]
        inside = [self.part(cell.cell_contents) for cell in cells]
        return id(value.__code__), self.part(value.__defaults__), self.part(vars(value)), tuple(inside)

    def other(self, value):
        """Objects: what they hold, and what those say of themselves that hide it."""
        kind, found = type(value), []
        if isinstance(value, (staticmethod, classmethod)):
            found.append(self.part(value.__func__))
        elif isinstance(value, property):
            found += [self.part(f) for f in (value.fget, value.fset)]
        elif isinstance(value, types.MethodType):
            found += [self.part(value.__self__), self.part(value.__func__)]
        elif kind is functools._lru_cache_wrapper:
            found += [tuple(value.cache_info()), self.part(value.__wrapped__)]
        elif kind.__module__ in ("itertools", "decimal", "datetime", "fractions"):
            found.append(repr(value))
        elif kind.__module__ in ("random", "_random"):
            found.append(value.getstate())
        if isinstance(getattr(value, "__dict__", None), dict):
            found.append(self.mapping(vars(value)))
        for base in kind.__mro__:
            names = vars(base).get("__slots__", ())
            for name in (names,) if isinstance(names, str) else names:
                slot = vars(base).get(name)
                if isinstance(slot, types.MemberDescriptorType) and name != "__dict__":
                    found.append(self.part(slot_of(slot, value)))
        return tuple(found)


def slot_of(slot, value):
    try:
        return slot.__get__(value)
    except AttributeError:  # nothing is in it
        return None


def is_empty(cell):
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return True
    return False
