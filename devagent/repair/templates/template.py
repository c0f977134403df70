"""The register of templates: which nodes each one looks at, and how likely it is."""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene

if TYPE_CHECKING:
    from tree_sitter import Node

Propose = Callable[[Scene, "Node"], Iterable[Change]]
STATEMENT, EXPRESSION = "a statement", "an expression"


@dataclass(frozen=True)
class Template:
    """One kind of edit. It sees nodes with one of its `roles`; STATEMENT and EXPRESSION are roles by place."""

    name: str
    roles: tuple[str, ...]
    propose: Propose

    @property
    def prior(self) -> float:
        """How likely this template holds the fix, relative to the others."""
        return _priors()[self.name]

    def sees(self, scene: Scene, node: "Node", *, statement: bool) -> bool:
        """Whether this template looks at a node."""
        if STATEMENT in self.roles and statement:
            return True
        if EXPRESSION in self.roles and scene.grammar.position(node):
            return True
        return any(scene.grammar.plays(node, role) for role in self.roles if role not in (STATEMENT, EXPRESSION))


_known: list[Template] = []


def template(name: str, *roles: str) -> Callable[[Propose], Propose]:
    """Register a function as (part of) the template `name`, which sees nodes with one of `roles`."""

    def register(propose: Propose) -> Propose:
        _known.append(Template(name, roles, propose))
        return propose

    return register


@lru_cache(maxsize=1)
def templates() -> tuple[Template, ...]:
    """All templates there are."""
    from devagent.repair.templates import (  # noqa: F401
        absent,
        arithmetic,
        calls,
        carrying,
        collecting,
        conditions,
        cycles,
        depth,
        elsewhere,
        explicit,
        files,
        foremost,
        guards,
        javascript_async,
        javascript_checks,
        javascript_conditions,
        javascript_dates,
        javascript_flow,
        javascript_functions,
        javascript_objects,
        javascript_text,
        javascript_values,
        letting,
        moves,
        names,
        operators,
        ordering,
        outcomes,
        parallel,
        passing,
        patterns,
        python,
        ranges,
        remembering,
        resets,
        statements,
        stored,
        texts,
        together,
        turning,
        twofold,
        values,
    )

    return tuple(_known)


@lru_cache(maxsize=1)
def _priors() -> dict[str, float]:
    raw = tomllib.loads((Path(__file__).parent / "priors.toml").read_text("utf-8"))
    return {name: float(entry["prior"]) for name, entry in raw.items()}
