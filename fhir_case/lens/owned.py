"""Which line owns what of a resource, and what of it that line says: asked afterwards, of what was written or read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from fhir_case.case.base import Part
from fhir_case.json import Json
from fhir_case.lens.context import Context
from fhir_case.lens.direct import IMPLIED
from fhir_case.lens.line import UNREAD, Line
from fhir_case.lens.mapping import Mapping
from fhir_case.lens.slots import MALFORMED, Entries, Whole, owned

Path = tuple[str | int, ...]
"""A way into JSON: keys, and places in lists."""


class Owned(NamedTuple):
    """An element of a resource, or an entry of a list, with the line that says it."""

    at: Path
    held: Json
    line: Line | None
    """None: no line can say what stands there; it is only carried."""
    place: int | None
    """Which of the values of the line's field it is, where the field has several; else None."""
    rendering: Json
    """What the line writes for the value, or `UNREAD` where it has none to write: the filler of a required element."""


def pieces(mapping: Mapping, item: Part, resource: dict[str, Json], context: Context) -> Iterator[Owned]:
    """All that a resource (or backbone element) of an item holds, by line; `context` is one for reading."""
    left = dict.fromkeys(key for key in resource if key != "resourceType" or mapping.type is None)
    for slot in mapping.slots:
        if isinstance(slot, Whole):
            fragment = {key: held for key, held in resource.items() if owned(slot.line, key)}
            yield from _whole(slot, fragment, item, context)
            keys = list(fragment)
        else:
            keys = [slot.key] if isinstance(resource.get(slot.key), list) else []
            yield from _entries(slot, resource[slot.key], item, context) if keys else ()
        for key in keys:
            left.pop(key, None)
    for key in left:
        yield Owned((key,), resource[key], None, None, UNREAD)


def mapping_in(line: Line) -> Mapping | None:
    """The mapping of the part that a line writes; None for a line of a plain value."""
    put = line.codec.put if line.codec is not None else line.put
    inner = getattr(put, "__self__", None)
    return inner if isinstance(inner, Mapping) else None


def _whole(slot: Whole, fragment: dict[str, Json], item: Part, context: Context) -> Iterator[Owned]:
    if not fragment:
        return
    line = slot.line
    value = slot.value(fragment, item, context)
    made = line.put(value, context) if value is not None and value is not UNREAD else {}
    for key, held in fragment.items():
        yield Owned((key,), held, None if value is UNREAD else line, None, made.get(key, UNREAD))


def _entries(slot: Entries, entries: list[Json], item: Part, context: Context) -> Iterator[Owned]:
    counts: dict[int, int] = {}
    for n, (held, (line, value)) in enumerate(zip(entries, slot.owners(entries, item, context), strict=True)):
        place = None
        rendering: Any = UNREAD
        if line is not None:
            if line.many and value is not IMPLIED:
                place = counts.get(id(line), 0)
                counts[id(line)] = place + 1
            if value is not IMPLIED or line.field is None:
                rendering = _rendered(line, value, context)
        yield Owned((slot.key, n), held, line, place, rendering)


def _rendered(line: Line, value: Any, context: Context) -> Json:
    try:
        return line.put(value, context)
    except MALFORMED:
        return UNREAD
