"""Values in order: numbers, dates, times, quantities and texts, with None where it cannot be said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fhir_case.fhirpath.times import compared, moment
from fhir_case.fhirpath.units import converted
from fhir_case.validation.run import Node

UCUM = "http://unitsofmeasure.org"


def number(value: Any) -> Decimal | None:
    """A number as Decimal; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    made = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    return made if made.is_finite() else None


def numbers(one: Any, other: Any) -> int | None:
    """-1, 0 or 1 as a number is below, at or above another."""
    left, right = number(one), number(other)
    return None if left is None or right is None else (left > right) - (left < right)


def moments(one: Any, other: Any) -> int | None:
    """-1, 0 or 1 as a date or dateTime is before, at or after another; None where one is less precise and may be either."""
    if not isinstance(one, str) or not isinstance(other, str):
        return None
    left, right = moment(one, "datetime"), moment(other, "datetime")
    return compared(left, right) if left is not None and right is not None else None


def times(one: Any, other: Any) -> int | None:
    """-1, 0 or 1 as a time of day is before, at or after another."""
    if not isinstance(one, str) or not isinstance(other, str):
        return None
    left, right = moment(one, "time"), moment(other, "time")
    return compared(left, right) if left is not None and right is not None else None


def quantities(one: Node, other: Node) -> int | None:
    """-1, 0 or 1 as a quantity is less, equal or more; None where their units do not let that be said.

    Units are compared by system and code, those of UCUM also by what they measure.
    """
    x, y = number(one.get("value")), number(other.get("value"))
    if x is None or y is None:
        return None
    unit, unit_of_other = one.get("code"), other.get("code")
    if one.get("system") != other.get("system"):
        return None
    if unit != unit_of_other:
        if one.get("system") != UCUM or not isinstance(unit, str) or not isinstance(unit_of_other, str):
            return None
        pair = converted(x, unit, y, unit_of_other)
        if pair is None:
            return None
        x, y = pair
    return (x > y) - (x < y)
