"""Names and what they stand for."""

from dataclasses import dataclass

from .errors import EvalError


class Scope:
    """A table of names inside another one."""

    def __init__(self, parent=None, names=None):
        self._parent = parent
        self._names = dict(names or {})

    def define(self, name, value):
        self._names[name] = value

    def lookup(self, name):
        scope = self
        while scope is not None:
            if name in scope._names:
                return scope._names[name]
            scope = scope._parent
        raise EvalError(f"unknown name {name!r}")


@dataclass(frozen=True)
class Function:
    """A function written in the language, with the scope it was written in."""

    name: str
    params: tuple
    body: object
    home: Scope
