"""`descendants().name`: a walk over JSON that goes only where an element of that name can be.

Which elements may hold one, at any depth, follows from the types: of a CodeSystem, `descendants().concept` looks into its
concepts and contained resources alone. What the definitions do not have is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from fhir_case.fhirpath.elements import UNKNOWN, Type, resource_type, type_named
from fhir_case.fhirpath.nodes import MOST
from fhir_case.fhirpath.shapes import Bail


class Walk:
    """For objects of one type: `own`, whether they have the element, and `down`, the keys that lead to more of them."""

    __slots__ = ("down", "own")

    def __init__(self, own: bool) -> None:
        self.own = own
        self.down: tuple[tuple[str, Walk | None], ...] = ()
        """Each key with the walk of what it holds; None: a resource, which says its type itself."""


def inner(of: Type) -> Iterator[tuple[str, Type]]:
    """The JSON keys that hold objects, each with their type; the objects of a primitive are its twins."""
    for name in (*of.plain, *of.choices):
        for key, one in of.fields(name):
            yield ("_" + key if one.primitive else key), one


@lru_cache(256)
def reachable(of: Type) -> dict[Type, tuple[tuple[str, Type], ...]]:
    """All types of elements within a type, itself first, each with its keys; resources within are left closed."""
    found: dict[Type, tuple[tuple[str, Type], ...]] = {}
    rest = [of]
    while rest:
        one = rest.pop()
        if one not in found:
            found[one] = tuple(inner(one))
            rest += [held for _, held in found[one] if not held.resource]
    return found


@lru_cache(1024)
def found_types(of: Type, name: str) -> frozenset[Type]:
    """The types of the elements of a name within a type, but for those in resources within; `UNKNOWN` for a choice."""
    if any(name in one.choices for one in reachable(of)):
        return frozenset((UNKNOWN,))
    return frozenset(held for one in reachable(of) for _, held in one.fields(name))


@lru_cache(1024)
def walk(of: Type, name: str) -> Walk:
    """The walk for a name, from objects of a type on."""
    graph = reachable(of)
    leads = {one for one in graph if name in one.plain or any(held.resource for _, held in graph[one])}
    new = leads
    while new:
        new = {one for one in graph if one not in leads and any(held in leads for _, held in graph[one])}
        leads |= new
    walks = {one: Walk(name in one.plain) for one in (of, *leads)}
    for one, made in walks.items():
        down = ((key, held) for key, held in graph[one] if held.resource or held in leads)
        made.down = tuple((key, None if held.resource else walks[held]) for key, held in down)
    return walks[of]


def descend(held: Any, of: Type, name: str, types: frozenset[Type]) -> Any:
    """The elements of a name in all descendants, in no order; those in resources within must be of the `types`, too."""
    if held is None:
        return None
    out: list[Any] = []
    twin = "_" + name if any(one.primitive for one in types) else ""
    first = walk(of, name)
    rest: list[tuple[Any, Walk]] = [(one, first) for one in (held if held.__class__ is list else (held,))]
    while rest:
        value, here = rest.pop()
        if value.__class__ is not dict:
            raise Bail
        for key, there in here.down:
            inside = value.get(key)
            if inside is None:
                continue
            for one in inside if inside.__class__ is list else (inside,):
                if one.__class__ is not dict:
                    if one is None and key[0] == "_":
                        continue
                    raise Bail
                next_one = _opened(one, name, types) if there is None else there
                if next_one.own:
                    if twin and twin in one:
                        raise Bail
                    got = one.get(name)
                    if got.__class__ is list:
                        out += got
                    elif got is not None:
                        out.append(got)
                if next_one.down:
                    rest.append((one, next_one))
        if len(out) > MOST or len(rest) > MOST:
            raise Bail
    return out or None


def _opened(resource: dict[str, Any], name: str, types: frozenset[Type]) -> Walk:
    of = resource_type(resource)
    if not of.known:
        of = type_named("Resource")
    if not found_types(of, name) <= types:
        raise Bail
    return walk(of, name)
