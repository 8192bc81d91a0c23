"""The field kinds of measured values: quantities, ranges, the value of an observation."""

from __future__ import annotations

from typing import Any

from fhir_case.case.coded import Concept
from fhir_case.case.measured import COMPARATORS, Clock, Quantity, Range, Ratio, Result
from fhir_case.case.when import Date, Period, When, date_of
from fhir_case.json import Json
from fhir_case.lens.coded import exact_concept, put_concept, take_concept
from fhir_case.lens.context import Context
from fhir_case.lens.fields import BOOLEAN, INTEGER, TEXT, decimal
from fhir_case.lens.line import UNREAD, ChoiceCodec, Codec, Line, Take, choice, then
from fhir_case.lens.places import Extension, at, each
from fhir_case.lens.times import put_period, take_period


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
    names = (held.get("unit"), held.get("code"), held.get("system"), held.get("comparator"))
    for name in names:
        if name is not None and (type(name) is not str or not name):
            return UNREAD
    value = decimal(held["value"]) if "value" in held else None
    if value is UNREAD or (names[3] is not None and names[3] not in COMPARATORS) or (value is None and not any(names)):
        return UNREAD
    return Quantity(value, *names)


_QUANTITY_KEYS = frozenset({"value", "unit", "code", "system", "comparator"})


def exact_quantity(held: Json, context: Context) -> Any:
    """Read a Quantity that has nothing else; a float is not written as it is."""
    if not held.keys() <= _QUANTITY_KEYS or None in held.values() or type(held.get("value")) is float:
        return UNREAD
    return take_quantity(held, context)


QUANTITY = Codec("Quantity", put_quantity, take_quantity, exact=exact_quantity)


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
    if value.type is not None:
        made["type"] = put_concept(value.type, context)
    return made


def take_range(held: Json, context: Context) -> Any:
    """Read one; a range for some patients only says more than we can."""
    if held.keys() - {"low", "high", "text", "type", "id", "extension"}:
        return UNREAD
    low, high = (take_quantity(held[k], context) if k in held else None for k in ("low", "high"))
    if low is UNREAD or high is UNREAD or (held.get("text") is not None and type(held["text"]) is not str):
        return UNREAD
    kind = take_concept(held["type"], context) if "type" in held else None
    if kind is UNREAD:
        return UNREAD
    return Range(low, high, held.get("text"), kind) if low or high or held.get("text") else UNREAD


RANGE = Codec("Range", put_range, take_range, as_is=True)


def ranges(field: str, element: str) -> Line:
    """Reference ranges."""
    return each(at(field, element, RANGE))


MEASURED_RANGE = Codec("Range", put_range, lambda held, context: _take_measured_range(held, context), as_is=True)


def measured_range(field: str, element: str | Extension, **more: Any) -> Line:
    """An amount between two others."""
    return at(field, element, MEASURED_RANGE, **more)


def put_ratio(value: Ratio, context: Context) -> Json:
    """A Ratio."""
    parts = (("numerator", value.numerator), ("denominator", value.denominator))
    return {name: put_quantity(part, context) for name, part in parts if part is not None}


def take_ratio(held: Json, context: Context) -> Any:
    """Read one."""
    parts = [take_quantity(held[name], context) if name in held else None for name in ("numerator", "denominator")]
    return UNREAD if UNREAD in parts or parts == [None, None] else Ratio(*parts)


RATIO = Codec("Ratio", put_ratio, take_ratio, as_is=True)


def ratio(field: str, element: str, **more: Any) -> Line:
    """One amount per another."""
    return at(field, element, RATIO, **more)


def put_result(value: Result, context: Context) -> tuple[str, Json]:
    """The value of an observation, of whichever type it is, after that type."""
    held = value.value
    if isinstance(held, Quantity):
        return "Quantity", put_quantity(held, context)
    if isinstance(held, Concept):
        return "CodeableConcept", put_concept(held, context)
    if isinstance(held, Range):
        return "Range", put_range(held, context)
    if isinstance(held, Ratio):
        return "Ratio", put_ratio(held, context)
    if isinstance(held, Clock):
        return "Time", held.text
    if isinstance(held, When):
        time = held.time
        return ("Period", put_period(time, context)) if isinstance(time, Period) else ("DateTime", str(time))
    return "Boolean" if isinstance(held, bool) else "Integer" if isinstance(held, int) else "String", held


def _take_measured_range(held: Json, context: Context) -> Any:
    return UNREAD if "text" in held or "type" in held else take_range(held, context)


def _take_dates(held: Json, context: Context) -> Any:
    period = take_period(held, context)
    if not isinstance(period, Period) or any(type(one) is not Date for one in When(period).moments()):
        return UNREAD
    return When(period)


_PLAIN: dict[str, Take] = {"Boolean": BOOLEAN.take, "Integer": INTEGER.take, "String": TEXT.take}
_RESULTS: dict[str, Take] = _PLAIN | {
    "Quantity": take_quantity, "CodeableConcept": take_concept, "Range": _take_measured_range, "Ratio": take_ratio,
    "Period": _take_dates, "DateTime": lambda held, context: When(date_of(held)),
    "Time": lambda held, context: Clock.parse(held),
}  # fmt: skip
_EXACT_RESULTS: dict[str, Take] = _PLAIN | {"Quantity": exact_quantity, "CodeableConcept": exact_concept}

RESULT = ChoiceCodec(
    "value", put_result, {type: then(take, Result) for type, take in _RESULTS.items()}, as_is=True,
    exact={type: then(take, Result) for type, take in _EXACT_RESULTS.items()},
)  # fmt: skip
"""Sampled data are carried."""


def result(field: str, element: str, **more: Any) -> Line:
    """The value of an observation."""
    return choice(field, element, RESULT, **more)
