"""What the source of `direct` calls: JSON of the usual shape, or `Bail`."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from fhir_case.fhirpath import logic
from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.patterns import found
from fhir_case.fhirpath.times import Moment, compared, moment


class Bail(Exception):
    """The data is not of the usual shape: ask the engine."""


def _read(text: Any, kind: str) -> Moment:
    made = _moment(text, kind) if text.__class__ is str and len(text) < 60 else None
    if made is None:
        raise Bail
    return made


_moment = lru_cache(4096)(moment)


def whole(values: list[Any]) -> Any:
    """A list as it is held: None if it is empty. Raises `Bail` if it is padded with null, or has lists in it."""
    if not values:
        return None
    for value in values:
        if value is None or value.__class__ is list:
            raise Bail
    return values


def stepped(held: Any, key: str, twin: str) -> Any:
    """The elements of a name in a value or in each of a list."""
    if held.__class__ is dict:
        if twin and twin in held:
            raise Bail
        value = held.get(key)
        return whole(value) if value.__class__ is list else value
    if held.__class__ is not list:
        raise Bail
    out: list[Any] = []
    for one in held:
        if one.__class__ is not dict or (twin and twin in one):
            raise Bail
        value = one.get(key)
        if value.__class__ is list:
            out += whole(value) or ()
        elif value is not None:
            out.append(value)
    return out or None


def picked(held: dict[str, Any], keys: frozenset[str]) -> Any:
    """What a choice element holds. Raises `Bail` for extensions on it, and where there are two."""
    (key, *more) = keys.intersection(held)
    value = held[key]
    if more or key[0] == "_" or value.__class__ is list or value is None:
        raise Bail
    return value


def count(held: Any) -> int:
    """How many items are held."""
    return 0 if held is None else len(held) if held.__class__ is list else 1


def text(held: Any) -> Any:
    """A string, or None. Raises `Bail` for anything else."""
    if held is None or held.__class__ is str:
        return held
    raise Bail


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


def order(a: Any, kind: str, b: Any, other: str) -> int | None:
    """The order of two dates or times of FHIR."""
    return None if a is None or b is None else compared(_read(a, kind), _read(b, other))


def matched(pattern: str, value: str) -> bool:
    """`matches()`"""
    return found(pattern, value)


WORDS: dict[str, Any] = {
    "Bail": Bail, "FHIRPathError": FHIRPathError, "whole": whole, "stepped": stepped, "picked": picked,
    "count": count, "text": text, "only": only, "number": number, "order": order, "matched": matched,
    **{name: getattr(logic, name) for name in ("and_", "or_", "xor", "implies")},
}  # fmt: skip
"""What the source may call."""
