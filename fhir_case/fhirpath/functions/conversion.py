"""Conversions (http://hl7.org/fhirpath/N1/#conversion): to a type, or nothing where that cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fhir_case.fhirpath.functions.signature import Function
from fhir_case.fhirpath.nodes import Items, Node, as_quantity, one_value, system, type_info
from fhir_case.fhirpath.quantities import Quantity, quantity
from fhir_case.fhirpath.times import Date, DateTime, Moment, Time, moment

_TRUE = frozenset(("true", "t", "yes", "y", "1", "1.0"))
_FALSE = frozenset(("false", "f", "no", "n", "0", "0.0"))
_INTEGER = re.compile(r"[+-]?\d{1,30}\Z", re.A)
_DECIMAL = re.compile(r"[+-]?\d{1,200}(?:\.\d{1,200})?\Z", re.A)


def to_boolean(value: Any) -> bool | None:
    """true, false, 1, 0, 1.0, 0.0, 't', 'yes', ..."""
    if value.__class__ is bool:
        return bool(value)
    if isinstance(value, str):
        low = value.lower()
        return True if low in _TRUE else False if low in _FALSE else None
    if isinstance(value, (int, Decimal)):
        return True if value == 1 else False if value == 0 else None
    return None


def to_integer(value: Any) -> int | None:
    """Integers, booleans, and text of an integer."""
    if value.__class__ is bool or value.__class__ is int:
        return int(value)
    return int(value) if isinstance(value, str) and _INTEGER.match(value) else None


def to_decimal(value: Any) -> Decimal | None:
    """Numbers, booleans, and text of a number."""
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    return Decimal(value) if isinstance(value, str) and _DECIMAL.match(value) else None


def to_string(value: Any) -> str | None:
    """Every System value as text."""
    if isinstance(value, str):
        return value
    if value.__class__ is bool:
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}" if value.__class__ is Decimal and -400 < value.adjusted() < 400 else str(value)
    if isinstance(value, (int, Moment, Quantity)):
        return str(value)
    one = as_quantity(value)
    return None if one is None else str(one)


def to_date(value: Any) -> Moment | None:
    """Dates, the day of a dateTime, and text of a date."""
    if isinstance(value, DateTime):
        return Date(value.parts[:3])
    if isinstance(value, str):
        read = moment(value, "datetime") if len(value) < 60 else None
        return None if read is None else Date(read.parts[:3])
    return value if isinstance(value, Date) else None


def to_date_time(value: Any) -> Moment | None:
    """DateTimes, dates, and text of a dateTime."""
    if isinstance(value, str):
        return moment(value, "datetime") if len(value) < 60 else None
    return DateTime(value.parts) if isinstance(value, Date) else value if isinstance(value, DateTime) else None


def to_time(value: Any) -> Moment | None:
    """Times, and text of a time."""
    if isinstance(value, str):
        return moment(value, "time") if len(value) < 60 else None
    return value if isinstance(value, Time) else None


def to_quantity(value: Any, unit: str | None = None) -> Quantity | None:
    """Quantities, numbers, booleans, and text of a quantity; in another unit where one is given."""
    if value.__class__ is bool:
        made: Quantity | None = Quantity(Decimal("1.0" if value else "0.0"))
    elif isinstance(value, str):
        made = quantity(value)
    else:
        made = as_quantity(value)
    if made is None or unit is None or made.unit == unit:
        return made
    from fhir_case.fhirpath.units import converted

    pair = converted(made.value, made.unit, Decimal(1), unit)
    return None if pair is None else Quantity(pair[0] / pair[1], unit)


_TO: dict[str, Callable[[Any], Any]] = {
    "Boolean": to_boolean, "Integer": to_integer, "Decimal": to_decimal, "String": to_string, "Date": to_date,
    "DateTime": to_date_time, "Time": to_time,
}  # fmt: skip


def _to(name: str, convert: Callable[[Any], Any]) -> Callable[[Any, Items], Items]:
    def run(_: Any, items: Items) -> Items:
        value = one_value(items, name)
        made = None if value is None else convert(value)
        return [] if made is None else [made]

    return run


def _converts(name: str, convert: Callable[[Any], Any]) -> Callable[[Any, Items], bool | None]:
    def run(_: Any, items: Items) -> bool | None:
        value = one_value(items, name)
        return None if value is None else convert(value) is not None

    return run


def _unit(unit: Items | None) -> str | None:
    value = one_value(unit, "toQuantity()") if unit else None
    return value if isinstance(value, str) else None


def _to_quantity(_: Any, items: Items, unit: Items | None = None) -> Items:
    value = one_value(items, "toQuantity()")
    made = None if value is None else to_quantity(value, _unit(unit))
    return [] if made is None else [made]


def _converts_to_quantity(_: Any, items: Items, unit: Items | None = None) -> bool | None:
    return None if not items else bool(_to_quantity(_, items, unit))


def _type(_: Any, items: Items) -> Items:
    return [type_info(item) for item in items]


def _has_value(_: Any, items: Items) -> bool:
    """http://hl7.org/fhir/R4/fhirpath.html#functions: one primitive that has a value."""
    return len(items) == 1 and (system(items[0]).__class__ is not Node)


def _get_value(_: Any, items: Items) -> Items:
    return [system(items[0])] if _has_value(_, items) else []


CONVERSION = {
    **{f"to{name}": Function(_to(f"to{name}()", convert)) for name, convert in _TO.items()},
    **{
        f"convertsTo{name}": Function(_converts(f"convertsTo{name}()", convert), logic=True)
        for name, convert in _TO.items()
    },
    "toQuantity": Function(_to_quantity, 0, 1), "convertsToQuantity": Function(_converts_to_quantity, 0, 1, True),
    "type": Function(_type), "hasValue": Function(_has_value, logic=True), "getValue": Function(_get_value),
}  # fmt: skip
