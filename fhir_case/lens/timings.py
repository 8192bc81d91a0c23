"""How often a dose is taken, as FHIR's Timing (https://hl7.org/fhir/R4/datatypes.html#timing)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fhir_case.case.timing import Timing
from fhir_case.case.when import Date, Period, When
from fhir_case.json import Json
from fhir_case.lens.coded import put_concept, take_concept
from fhir_case.lens.context import Context
from fhir_case.lens.fields import decimal
from fhir_case.lens.line import UNREAD, Codec, Line
from fhir_case.lens.places import at
from fhir_case.lens.times import put_period, take_period

_PARTS = {
    "frequency": "frequency", "period": "period", "periodUnit": "unit", "when": "when", "offset": "offset",
    "frequencyMax": "most", "periodMax": "longest", "dayOfWeek": "days", "timeOfDay": "times", "count": "count",
    "duration": "duration", "durationUnit": "length_unit",
}  # fmt: skip
"""The elements of `Timing.repeat` and the parts of a timing that they are; beside them stands `boundsPeriod`."""


def timing(field: str, element: str) -> Line:
    """A Timing; single events, and bounds that are no dates, are carried."""

    def put(value: Timing, context: Context) -> Json:
        repeat: dict[str, Json] = {}
        if value.bounds is not None and isinstance(value.bounds.time, Period):
            repeat["boundsPeriod"] = put_period(value.bounds.time, context)
        for name, part in _PARTS.items():
            held = getattr(value, part)
            if held is not None and held != ():
                repeat[name] = list(held) if type(held) is tuple else held
        made: dict[str, Json] = {"repeat": repeat} if repeat else {}
        if value.code is not None:
            made["code"] = put_concept(value.code, context)
        return made

    def take(held: Json, context: Context) -> Any:
        repeat = held.get("repeat", {})
        if held.keys() - {"repeat", "code"} or repeat.keys() - _PARTS - {"boundsPeriod"}:
            return UNREAD
        parts: dict[str, Any] = {_PARTS[name]: _part(one) for name, one in repeat.items() if name in _PARTS}
        if "boundsPeriod" in repeat:
            bounds = take_period(repeat["boundsPeriod"], context)
            if not isinstance(bounds, Period) or any(type(one) is not Date for one in When(bounds).moments()):
                return UNREAD
            parts["bounds"] = When(bounds)
        if "code" in held:
            parts["code"] = take_concept(held["code"], context)
        # What a case file could not say is not read: `of` raises `Unreadable`.
        return UNREAD if any(part is UNREAD for part in parts.values()) else Timing.of(**_typed(parts))

    return at(field, element, Codec("Timing", put, take, as_is=True))


def _part(held: Json) -> Any:
    return tuple(held) if type(held) is list and held else held


_KINDS = {
    "frequency": int, "offset": int, "most": int, "count": int, "period": Decimal, "longest": Decimal,
    "duration": Decimal, "unit": str, "length_unit": str, "when": tuple, "days": tuple, "times": tuple,
}  # fmt: skip


def _typed(parts: dict[str, Any]) -> dict[str, Any]:
    """The parts as a timing has them. Raises `ValueError` for what has the wrong type."""
    made = {name: decimal(part) if _KINDS.get(name) is Decimal else part for name, part in parts.items()}
    for name, part in made.items():
        kind = _KINDS.get(name)
        if kind is not None and (not isinstance(part, kind) or type(part) is bool):
            raise ValueError(f"{name} is no {kind.__name__}")
    return made
