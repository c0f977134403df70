"""Options that come in groups: a parameter of a command that is a dataclass stands for the options that it holds."""

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature
from typing import Any, get_type_hints


def grouped(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """A command for Typer, which knows no groups: it sees their fields, the command gets them put together."""
    given = inspect.signature(function, eval_str=True).parameters.values()
    groups: dict[str, Any] = {each.name: each.annotation for each in given if is_dataclass(each.annotation)}
    spread = [
        option.replace(kind=Parameter.KEYWORD_ONLY)
        for each in given
        for option in (_options(groups[each.name]) if each.name in groups else (each,))
    ]

    @wraps(function)
    def wrapped(**values: Any) -> int | None:
        for name, group in groups.items():
            values[name] = group(**{field.name: values.pop(field.name) for field in fields(group)})
        return function(**values)

    wrapped.__annotations__ = {option.name: option.annotation for option in spread}
    wrapped.__signature__ = Signature(spread)  # type: ignore[attr-defined]
    return wrapped


def _options(group: Any) -> list[Parameter]:
    kinds = get_type_hints(group, include_extras=True)
    return [
        Parameter(field.name, Parameter.KEYWORD_ONLY, default=field.default, annotation=kinds[field.name])
        for field in fields(group)
    ]
