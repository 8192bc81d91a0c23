"""The straight way of a line: how it is written, and read, where nothing of the resource is left over.

The functions are composed when a mapping is made, so that nothing about a line is asked again for each value. Reading
them makes sure of nothing: whoever calls compares what is written for the item with the resource
(`fhir_case.lens.mapping.Mapping.read`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from fhir_case.json import Json
from fhir_case.lens.context import Context
from fhir_case.lens.line import UNREAD, Fragment, Line, Take, then

IMPLIED: Final = "implied"
"""The value of an entry that stands there whatever the item says: a guard, or the filler of a required element."""

Put = Callable[[Any, Fragment, Context], None]
"""Adds the element to a resource for a value of its field."""


class Straight(NamedTuple):
    """How an element is read: the field and its value; no field where the value is several of them by name."""

    field: str | None
    take: Take
    filler: Callable[[Any, Context], Json] | None = None
    """What stands in the element where nothing is stated, from what else is."""


def put_whole(line: Line) -> Put:
    """Writes an element that one line owns."""
    put = line.put

    def put_fragment(value: Any, out: Fragment, context: Context) -> None:
        out.update(put(value, context))

    if line.codec is None:
        return put_fragment
    key, put_value = line.key, line.codec.put

    def put_element(value: Any, out: Fragment, context: Context) -> None:
        if value.__class__ is not list or value:
            out[key] = put_value(value, context)

    return put_element


def put_entries(line: Line) -> Put:
    """Writes a list whose entries belong to one line."""
    key, put = line.key, line.put

    def put_each(values: Any, out: Fragment, context: Context) -> None:
        if values:
            out[key] = [put(value, context) for value in values]

    def put_one(value: Any, out: Fragment, context: Context) -> None:
        out[key] = [put(value, context)]

    return put_each if line.many else put_one


NOTHING = Straight(None, lambda held, context: {})
"""Reads an element that holds no field: it is written by itself, and so compared."""


def take_whole(line: Line) -> dict[str, Straight]:
    """Reads an element that one line owns, by its keys."""
    fields = line.fields
    if not fields:
        return {line.key: NOTHING}
    if len(fields) == 1:
        return {key: Straight(fields[0], take, _filler(line, key)) for key, take in line.takes.items()}
    return {
        key: Straight(None, then(take, lambda values: dict(zip(fields, values, strict=True))), _filler(line, key))
        for key, take in line.takes.items()
    }


def _filler(line: Line, key: str) -> Callable[[Any, Context], Json] | None:
    absent = line.absent
    return None if absent is None else lambda item, context: (absent(item, context) or {}).get(key)


def take_entries(lines: tuple[Line, ...]) -> Straight | None:
    """Reads a list whose entries belong to these lines; None where several, one of them with a filler, share it."""
    only = lines[0]
    if len(lines) > 1:
        return Straight(None, _several(lines)) if all(line.absent is None for line in lines) else None
    if only.field is None:
        return NOTHING
    take, absent = (only.codec and only.codec.bare) or only.take, only.absent

    def take_each(held: Json, context: Context) -> Any:
        values = []
        for entry in held:
            value = take(entry, context)
            if value is UNREAD:
                return UNREAD
            values.append(value)
        return values

    def take_one(held: Json, context: Context) -> Any:
        (entry,) = held
        return take(entry, context)

    filler = None if absent is None else lambda item, context: [absent(item, context)]
    return Straight(only.field, take_each if only.many else take_one, filler)


def _several(lines: tuple[Line, ...]) -> Take:
    claimed = [(line.claims, line) for line in lines if line.claims is not None]

    def take(held: Json, context: Context) -> Any:
        found: dict[str, Any] = {}
        for entry in held:
            line = next((line for claims, line in claimed if claims(entry)), None)
            if line is None:
                return UNREAD
            if line.field is None:
                continue
            value = line.take(entry, context)
            if value is UNREAD:
                return UNREAD
            if line.many:
                found.setdefault(line.field, []).append(value)
            else:
                found[line.field] = value
        return found

    return take
