"""The parts of a parsed program."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Literal:
    value: object


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Unary:
    op: str
    operand: object


@dataclass(frozen=True)
class Binary:
    op: str
    left: object
    right: object


@dataclass(frozen=True)
class If:
    test: object
    then: object
    otherwise: object


@dataclass(frozen=True)
class Lambda:
    params: tuple
    body: object
    name: str = "<fn>"


@dataclass(frozen=True)
class Call:
    callee: object
    args: tuple


@dataclass(frozen=True)
class Let:
    name: str
    value: object
