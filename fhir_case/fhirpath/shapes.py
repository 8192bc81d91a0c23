"""What the source of `direct` calls: JSON of the usual shape, or `Bail`.

`held` is None, one value, or a list; the lists of a resource may be empty or padded with null, which is `Bail` wherever it
matters.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from fhir_case.fhirpath.elements import resource_type, type_named
from fhir_case.fhirpath.errors import FHIRPathError, Undecidable
from fhir_case.fhirpath.functions.conversion import to_integer
from fhir_case.fhirpath.nodes import MOST
from fhir_case.fhirpath.patterns import found, replaced
from fhir_case.fhirpath.times import Moment, compared, moment


class Bail(Exception):
    """The data is not of the usual shape: ask the engine."""


UNSET = object()
"""What is computed once in a loop, before that."""
_STRINGS = {str}
_moment = lru_cache(4096)(moment)
_plain = re.compile(
    r"(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
    r"(?:T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d))?",
    re.A,
).fullmatch
"""A date or a time that is there in every month and zone."""


def _read(text: Any, kind: str) -> Moment:
    made = _moment(text, kind) if text.__class__ is str and len(text) < 60 else None
    if made is None:
        raise Bail
    return made


# Steps


def stepped(held: Any, key: str, twin: str) -> Any:
    """The elements of a name in a value or in each of a list."""
    if held.__class__ is not list:
        held = (held,)
    try:
        out = [one.get(key) for one in held]
    except AttributeError:
        raise Bail from None
    if twin:
        for one in held:
            if twin in one:
                beside(one, key, twin)
    if len(out) == 1:
        return out[0]
    kinds = set(map(type, out))
    if list in kinds:
        out = [inner for one in out for inner in (one if one.__class__ is list else (one,))]
    if None in out:
        out = [one for one in out if one is not None]
    return bounded(out)


def beside(held: dict[str, Any], key: str, twin: str) -> None:
    """Raise `Bail` unless a primitive that has extensions has one value as well, so that they do not matter."""
    value = held.get(key)
    if value is None or value.__class__ is list or held[twin].__class__ is not dict:
        raise Bail


def bounded(out: list[Any]) -> list[Any] | None:
    """A list that was made: None if it is empty. Raises `Bail` if it has grown too long."""
    if len(out) > MOST:
        raise Bail
    return out or None


def picked(held: dict[str, Any], keys: frozenset[str]) -> Any:
    """What a choice element holds. Raises `Bail` for extensions on it, and where there are two."""
    (key, *more) = keys.intersection(held)
    value = held[key]
    if more or key[0] == "_" or value.__class__ is list or value is None:
        raise Bail
    return value


def picked_each(held: Any, keys: frozenset[str]) -> Any:
    """What a choice element holds in a value or in each of a list."""
    if held is None:
        return None
    out = []
    for one in held if held.__class__ is list else (held,):
        if one.__class__ is not dict:
            raise Bail
        if not keys.isdisjoint(one):
            out.append(picked(one, keys))
    return out or None


def is_resource(held: Any, name: str) -> bool:
    """`is` for a resource, which says its type itself."""
    if held.__class__ is not dict:
        raise Bail
    of = resource_type(held)
    return name in (of if of.known else type_named("Resource")).ancestors


def of_type(held: Any, name: str) -> Any:
    """The resources of this very type."""
    out = []
    for one in held if held.__class__ is list else (held,):
        if one.__class__ is not dict:
            raise Bail
        if one.get("resourceType") == name:
            out.append(one)
    return out or None


# Lists


def listed(held: Any) -> list[Any]:
    """The items as a list. Raises `Bail` if it is empty or padded, or has lists in it."""
    if held.__class__ is not list:
        return [held]
    if not held or None in held or held[0].__class__ is list or held[-1].__class__ is list:
        raise Bail
    return held


def count(held: list[Any]) -> int:
    """How many items a list holds."""
    if None in held:
        raise Bail
    return len(held)


def first(held: Any) -> Any:
    """`first()`"""
    return listed(held)[0]


def last(held: Any) -> Any:
    """`last()`"""
    return listed(held)[-1]


def tail(held: Any) -> Any:
    """`tail()`"""
    return listed(held)[1:] or None


def at(held: Any, place: int) -> Any:
    """`[place]`, from 0"""
    items = listed(held)
    if place >= len(items):
        return None
    if items[place].__class__ is list:
        raise Bail
    return items[place]


def together(*parts: Any) -> Any:
    """The items of all."""
    out: list[Any] = []
    for held in parts:
        if held is not None:
            out += listed(held)
    return bounded(out)


def distinct(held: list[Any]) -> bool:
    """Is every string there once?"""
    if set(map(type, held)) != _STRINGS:
        raise Bail
    return len(set(held)) == len(held)


def within(value: str, held: Any) -> bool:
    """`value in held`, for strings"""
    if held is None:
        return False
    items = listed(held)
    if set(map(type, items)) != _STRINGS:
        raise Bail
    return value in items


# Values


def only(held: Any) -> str:
    """The string of a list that has one. Raises `Bail` for anything else."""
    if held.__class__ is list and len(held) == 1 and held[0].__class__ is str:
        return str(held[0])
    raise Bail


def number(held: Any) -> Any:
    """A number, or None. Raises `Bail` for anything else."""
    if held is None or held.__class__ is int or isinstance(held, Decimal):
        return held
    raise Bail


def integer(value: str) -> int | None:
    """`toInteger()`"""
    if value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return to_integer(value)


def part(value: str, start: int, size: int | None = None) -> str | None:
    """`substring()`"""
    if not 0 <= start < len(value):
        return None
    return value[start:] if size is None else value[start : start + max(size, 0)]


def joined(a: str | None, b: str | None) -> str:
    """`a & b`"""
    made = (a or "") + (b or "")
    if len(made) > MOST:
        raise Bail
    return made


def order(a: Any, kind: str, b: Any, other: str) -> int | None:
    """The order of two dates or times of FHIR."""
    if a is None or b is None:
        return None
    # Of one precision and in one zone, as usual: the order of the texts. Days from the 29th on are looked at below.
    alike = kind == other and a.__class__ is str and b.__class__ is str and len(a) == len(b) and a[19:] == b[19:]
    if alike and (kind == "datetime" or (kind == "date" and len(a) == 10)) and _plain(a) and _plain(b):
        return int(a > b) - int(a < b)
    return compared(_read(a, kind), _read(b, other))


WORDS: dict[str, Any] = {
    **{one.__name__: one for one in (
        Bail, FHIRPathError, Undecidable, stepped, beside, bounded, picked, picked_each, is_resource, of_type, count, first, last,
        tail, at, together, distinct, within, only, number, integer, part, joined, order, found, replaced,
    )},
    "UNSET": UNSET,
}  # fmt: skip
"""What the source may call."""
