"""What a template is made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Value:
    """``{{ path|filter|filter }}``"""

    path: str
    filters: tuple = ()


@dataclass(frozen=True)
class If:
    path: str
    negated: bool
    body: tuple
    otherwise: tuple


@dataclass(frozen=True)
class For:
    name: str
    path: str
    body: tuple
    otherwise: tuple


@dataclass(frozen=True)
class Set:
    name: str
    path: str


@dataclass(frozen=True)
class Include:
    template: str
