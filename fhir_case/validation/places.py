"""Where in a resource a check stands: cheap to make for each element, written out only for what is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Step:
    """One element on the way down."""

    key: str
    """Its key in JSON: `valueQuantity`, `_birthDate`."""
    path: str
    """Its FHIRPath: `value.ofType(Quantity)`, `birthDate`."""
    element: str = ""
    """The path of the element in the type that defines it: `Observation.value[x]`, `HumanName.given`."""
    kind: str = ""
    """The type of its value: `Quantity`, `BackboneElement`, `Patient`."""


At: TypeAlias = "tuple[At | None, Step, int | None]"
"""A place: the place it is in, the element, and which of a list (None: the element is no list)."""


def root(kind: str) -> At:
    """The place of a resource that stands alone."""
    return (None, Step(kind, kind, kind, kind), None)


def path_of(at: At | None) -> str:
    """The place as FHIRPath: `Bundle.entry[0].resource.name[1].given[0]`."""
    steps = []
    while at is not None:
        at, step, index = at
        steps.append(step.path if index is None else f"{step.path}[{index}]")
    return ".".join(reversed(steps))


def keys_of(at: At | None) -> tuple[str | int, ...]:
    """The place as keys and indices of the JSON, from the outermost resource."""
    keys: list[str | int] = []
    while at is not None:
        outer, step, index = at
        if outer is not None:
            if index is not None:
                keys.append(index)
            keys.append(step.key)
        at = outer
    return tuple(reversed(keys))
