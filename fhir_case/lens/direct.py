"""The straight way of a line: how its element is written, and how it is read where nothing of it is left over.

The functions are composed when a mapping is made, so that nothing about a line is asked again for each value. Straight
reading is exact: what it reads is written again as it is, to the last byte; anything else it leaves (`UNREAD`) to the
reading that keeps a remainder (`fhir_case.lens.slots`).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from typing import Any, Final, NamedTuple

from fhir_case.json import Json, canonical
from fhir_case.lens.context import Context
from fhir_case.lens.line import UNREAD, Fragment, Line, Take, compared, then

IMPLIED: Final = "implied"
"""The value of an entry that stands there whatever the item says: a guard, or the filler of a required element."""

Put = Callable[[Any, Fragment, Context], None]
"""Adds the element to a resource for a value of its field, which is neither None nor an empty list."""


Filler = Callable[[Any, Context], Json]
"""What stands in an element where nothing is stated, from what else is; None for nothing."""


class Straight(NamedTuple):
    """How an element is read: the field and its value; no field where the value is several of them by name."""

    field: str | None
    take: Take
    filler: Filler | None = None


def put_whole(line: Line) -> Put:
    """Writes an element that one line owns."""
    put = line.put

    def put_fragment(value: Any, out: Fragment, context: Context) -> None:
        out.update(put(value, context))

    if line.codec is None:
        return put_fragment
    key, put_value = line.key, line.codec.put

    def put_element(value: Any, out: Fragment, context: Context) -> None:
        out[key] = put_value(value, context)

    return put_element


def put_entries(line: Line) -> Put:
    """Writes a list whose entries belong to one line."""
    key, put = line.key, line.put

    def put_each(values: Any, out: Fragment, context: Context) -> None:
        out[key] = [put(value, context) for value in values]

    def put_one(value: Any, out: Fragment, context: Context) -> None:
        out[key] = [put(value, context)]

    return put_each if line.many else put_one


def take_whole(line: Line) -> dict[str, Straight]:
    """Reads an element that one line owns, by its keys."""
    fields, key = line.fields, line.key
    if not fields:
        return {key: Straight(None, _implied(line, lambda context: line.put(IMPLIED, context)[key]))}
    if len(fields) == 1:
        return {key: Straight(fields[0], take, _filler(line, key)) for key, take in line.exact.items()}

    def named(values: Any) -> Any:
        return dict(zip(fields, values, strict=True)) if told(values) is not None else UNREAD

    return {key: Straight(None, then(take, named), _filler(line, key)) for key, take in line.exact.items()}


def _implied(line: Line, made: Callable[[Context], Json]) -> Take:
    """Reads what stands there whatever the item says."""
    as_is = line.as_is

    def take(held: Json, context: Context) -> Any:
        written = made(context)
        return _NO_FIELDS if written == held and (as_is or canonical(written) == canonical(held)) else UNREAD

    return take


_NO_FIELDS: Final[dict[str, Any]] = {}


def _filler(line: Line, key: str) -> Filler | None:
    absent = line.absent
    return None if absent is None or line.required else lambda item, context: (absent(item, context) or {}).get(key)


def take_entries(lines: tuple[Line, ...]) -> Straight | None:
    """Reads a list whose entries belong to these lines; None where fillers share it, or guards other than at its head."""
    only = lines[0]
    guards = tuple(takewhile(lambda line: line.field is None, lines))
    stated = lines[len(guards) :]
    if guards:
        implied = _implied(only, lambda context: [line.put(IMPLIED, context) for line in guards])
        if not stated:
            return Straight(None, implied)
    if len(lines) > 1:
        if any(line.absent or not line.field for line in stated):
            return None
        return Straight(None, _after(len(guards), implied, _several(stated)) if guards else _several(stated))
    take, absent = _exactly(only), only.absent

    def take_each(held: Json, context: Context) -> Any:
        values = []
        for entry in held:
            value = take(entry, context)
            if value is UNREAD:
                return UNREAD
            values.append(value)
        return values if values and type(held) is list else UNREAD

    def take_one(held: Json, context: Context) -> Any:
        return take(held[0], context) if type(held) is list and len(held) == 1 else UNREAD

    filler = None if absent is None or only.required else lambda item, context: [absent(item, context)]
    return Straight(only.field, take_each if only.many else take_one, filler)


def _after(count: int, implied: Take, rest: Take) -> Take:
    """Reads a list whose first entries are guards."""

    def take(held: Json, context: Context) -> Any:
        if type(held) is not list or implied(held[:count], context) is UNREAD:
            return UNREAD
        return rest(held[count:], context) if len(held) > count else {}

    return take


def _several(lines: tuple[Line, ...]) -> Take:
    readers = [(line.claims or _any, _exactly(line), line.field, line.many) for line in lines]

    def take(held: Json, context: Context) -> Any:
        found: dict[Any, Any] = {}
        place = 0
        for entry in held:
            while not readers[place][0](entry):
                place += 1  # the lines write one after the other; past the last one is an IndexError
            _claims, read, field, many = readers[place]
            value = read(entry, context)
            if value is UNREAD or (field in found and not many):
                return UNREAD
            if many:
                found.setdefault(field, []).append(value)
            else:
                found[field] = value
        return found if found and type(held) is list else UNREAD

    return take


def _any(entry: Json) -> bool:
    return True


def _exactly(line: Line) -> Take:
    return line.codec.exactly() if line.codec is not None else compared(line.put, line.take)


def told(value: Any) -> Any:
    """The value, None where it tells nothing."""
    kind = type(value)
    if kind is tuple:
        return value if any(one is not None and one is not False and one != [] for one in value) else None
    return None if kind is list and not value else value
