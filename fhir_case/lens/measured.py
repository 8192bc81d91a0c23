"""The field kinds of measured values: quantities, ranges, the value of an observation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fhir_case.case.coded import Concept
from fhir_case.case.measured import COMPARATORS, Quantity, Range, Result
from fhir_case.json import Json, number
from fhir_case.lens.coded import put_concept, take_concept
from fhir_case.lens.context import Context
from fhir_case.lens.fields import BOOLEAN, INTEGER, TEXT
from fhir_case.lens.line import UNREAD, ChoiceCodec, Codec, Line, choice, then
from fhir_case.lens.places import Extension, at, each


def decimal(held: Json) -> Any:
    """A JSON number as Decimal; a float, which has lost its digits, as it prints."""
    if type(held) is int:
        return Decimal(held)
    if type(held) is float:
        return number(repr(held))
    return held if isinstance(held, Decimal) else UNREAD


def put_quantity(quantity_: Quantity, context: Context) -> Json:
    """A Quantity."""
    made: dict[str, Json] = {}
    if quantity_.value is not None:
        made["value"] = quantity_.value
    for name in ("comparator", "unit", "system", "code"):
        part = getattr(quantity_, name)
        if part is not None:
            made[name] = part
    return made


def take_quantity(held: Json, context: Context) -> Any:
    """Read a Quantity."""
    value = decimal(held["value"]) if "value" in held else None
    names = [held.get(name) for name in ("unit", "code", "system", "comparator")]
    if value is UNREAD or any(name is not None and (type(name) is not str or not name) for name in names):
        return UNREAD
    if (names[3] is not None and names[3] not in COMPARATORS) or (value is None and not any(names)):
        return UNREAD
    return Quantity(value, *names)


QUANTITY = Codec("Quantity", put_quantity, take_quantity, as_is=True)


def quantity(field: str, element: str | Extension, **more: Any) -> Line:
    """An amount with its unit."""
    return at(field, element, QUANTITY, **more)


def put_range(value: Range, context: Context) -> Json:
    """A Range, or an `Observation.referenceRange` (which can be told in words)."""
    made: dict[str, Json] = {}
    if value.low is not None:
        made["low"] = put_quantity(value.low, context)
    if value.high is not None:
        made["high"] = put_quantity(value.high, context)
    if value.text is not None:
        made["text"] = value.text
    return made


def take_range(held: Json, context: Context) -> Any:
    """Read one; a range for some patients only, or one that is not the normal one, says more than we can."""
    if held.keys() - {"low", "high", "text", "id", "extension"}:
        return UNREAD
    low, high = (take_quantity(held[k], context) if k in held else None for k in ("low", "high"))
    if low is UNREAD or high is UNREAD or (held.get("text") is not None and type(held["text"]) is not str):
        return UNREAD
    return Range(low, high, held.get("text")) if low or high or held.get("text") else UNREAD


RANGE = Codec("Range", put_range, take_range, as_is=True)


def ranges(field: str, element: str) -> Line:
    """Reference ranges."""
    return each(at(field, element, RANGE))


def put_result(value: Result, context: Context) -> tuple[str, Json]:
    """The value of an observation, of whichever type it is, after that type."""
    held = value.value
    if isinstance(held, Quantity):
        return "Quantity", put_quantity(held, context)
    if isinstance(held, Concept):
        return "CodeableConcept", put_concept(held, context)
    if isinstance(held, Range):
        return "Range", put_range(held, context)
    return "Boolean" if isinstance(held, bool) else "Integer" if isinstance(held, int) else "String", held


def _take_measured_range(held: Json, context: Context) -> Any:
    return UNREAD if "text" in held else take_range(held, context)


RESULT = ChoiceCodec("value", put_result, {
    type: then(take, Result) for type, take in {
        "Quantity": take_quantity, "CodeableConcept": take_concept, "Range": _take_measured_range,
        "Boolean": BOOLEAN.take, "Integer": INTEGER.take, "String": TEXT.take,
    }.items()
}, as_is=True)  # fmt: skip
"""Sampled data, ratios, times and periods are carried."""


def result(field: str, element: str, **more: Any) -> Line:
    """The value of an observation."""
    return choice(field, element, RESULT, **more)
