"""How a function of the library is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.nodes import Items, one_value


class Function(NamedTuple):
    """`run(env, items, *arguments)`: collections in, a collection out, or a truth value where `logic` is set."""

    run: Callable[..., Any]
    least: int = 0
    most: int = 0
    logic: bool = False


def text(items: Items, what: str) -> str | None:
    """The only item as a String, None for none. Raises `FHIRPathError` for what is none."""
    value = one_value(items, what)
    if value is None or value.__class__ is str:
        return value
    raise FHIRPathError(f"{what} takes a String, found {shown(value)}")


def whole(items: Items, what: str) -> int | None:
    """The only item as an Integer, None for none. Raises `FHIRPathError` for what is none."""
    value = one_value(items, what)
    if value is None or value.__class__ is int:
        return value
    raise FHIRPathError(f"{what} takes an Integer, found {shown(value)}")


def shown(value: Any) -> str:
    """A value's type, for messages: values are clinical data."""
    from fhir_case.fhirpath.nodes import type_info

    return type_info(value).name or "an element of unknown type"
