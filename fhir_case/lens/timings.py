"""How often a dose is taken, as FHIR's Timing (https://hl7.org/fhir/R4/datatypes.html#timing)."""

from __future__ import annotations

from typing import Any

from fhir_case.case.timing import Timing
from fhir_case.json import Json
from fhir_case.lens.context import Context
from fhir_case.lens.line import UNREAD, Codec, Line
from fhir_case.lens.measured import decimal
from fhir_case.lens.places import at

_PARTS = ("frequency", "period", "periodUnit", "when", "offset")


def timing(field: str, element: str) -> Line:
    """A Timing that repeats; bounds, days of the week and times of day are carried."""

    def put(value: Timing, context: Context) -> Json:
        parts = (value.frequency, value.period, value.unit, list(value.when) or None, value.offset)
        return {"repeat": {name: part for name, part in zip(_PARTS, parts, strict=True) if part is not None}}

    def take(held: Json, context: Context) -> Any:
        repeat = held["repeat"]
        if held.keys() - {"repeat", "code"} or repeat.keys() - _PARTS or not repeat:
            return UNREAD
        period = decimal(repeat["period"]) if "period" in repeat else None
        whole = [repeat.get("frequency"), repeat.get("offset")]
        if period is UNREAD or any(n is not None and type(n) is not int for n in whole):
            return UNREAD
        # What a case file could not say is not read: `of` raises `Unreadable`.
        return Timing.of(whole[0], period, repeat.get("periodUnit"), tuple(repeat.get("when", ())), whole[1])

    return at(field, element, Codec("Timing", put, take, as_is=True))
