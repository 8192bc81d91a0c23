"""The invariants of R4 on a resource: a plain walk, the slow twin of what the validator does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from fhir_case.definitions import r4
from fhir_case.fhirpath.elements import UNKNOWN, Type, resource_type, type_named


class Met(NamedTuple):
    """An element of a resource: where, its JSON, its twin, its type, and the invariants that apply to it."""

    path: str
    value: Any
    twin: Any
    type: Type
    constraints: tuple[tuple[str, str, str], ...]
    """(key, severity, expression)"""
    resource: Any
    root: Any


@cache
def of_path(path: str) -> tuple[tuple[str, str, str], ...]:
    """The invariants that stand at an element of a definition."""
    definition = r4().type(path.partition(".")[0])
    if definition is None:
        return ()
    for element in definition["snapshot"]["element"]:
        if element["path"] == path:
            held = element.get("constraint", ())
            return tuple((one["key"], one["severity"], one["expression"]) for one in held if "expression" in one)
    return ()


def walk(resource: Any) -> Iterator[Met]:
    """All elements of a resource, the contained ones too."""
    yield from _walk(resource, None, resource_type(resource), resource["resourceType"], (), resource, resource)


def _walk(value: Any, twin: Any, of: Type, path: str, more: Any, resource: Any, root: Any) -> Iterator[Met]:
    own = of_path(of.name) if of.known else ()
    yield Met(path, value, twin, of, tuple(dict.fromkeys((*own, *more))), resource, root)
    held = twin if of.primitive else value
    if not isinstance(held, dict):
        return
    for key in dict.fromkeys(name.removeprefix("_") for name in held if name != "resourceType"):
        kind = of.key(key)
        inner = held.get(key)
        beside = held.get("_" + key) if kind.primitive else None
        many = isinstance(inner, list) or isinstance(beside, list)
        values = inner if isinstance(inner, list) else [inner]
        twins = beside if isinstance(beside, list) else [beside]
        stem = next((stem for stem, keys in of.choices.items() if key in keys), None)
        more = of_path(f"{of.name}.{stem}[x]" if stem else f"{of.name}.{key}")
        for n in range(max(len(values), len(twins))):
            one, other = (values[n] if n < len(values) else None), (twins[n] if n < len(twins) else None)
            if one is None and other is None:
                continue
            at = f"{path}.{key}[{n}]" if many else f"{path}.{key}"
            if kind.resource:
                real = resource_type(one)
                if real is UNKNOWN:
                    continue
                inside = one if key != "contained" else resource if path.count("contained") else one
                whole = root if key == "contained" else one
                yield from _walk(one, None, real, at, more, inside, whole)
            elif kind.known:
                yield from _walk(one, other, kind if kind.name else of, at, more, resource, root)


__all__ = ["Met", "of_path", "type_named", "walk"]
