"""The clock, boundaries and precision (http://hl7.org/fhirpath/N1/#utility-functions, and the release after it)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fhir_case.fhirpath.arithmetic import boundary, decimal_boundary
from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.functions.signature import Function, shown, whole
from fhir_case.fhirpath.nodes import Items, as_quantity, one_value
from fhir_case.fhirpath.quantities import in_common
from fhir_case.fhirpath.scope import Env
from fhir_case.fhirpath.times import Date, Moment, Time


def _today(env: Env, _: Items) -> Items:
    return [Date(env.now().parts[:3])]


def _time_of_day(env: Env, _: Items) -> Items:
    return [Time(env.now().parts[3:])]


def _boundary(items: Items, digits: Items | None, high: bool, name: str) -> Items:
    value = one_value(items, name)
    places = None if digits is None else whole(digits, name)
    if value is None:
        return []
    made: Any
    if isinstance(value, Moment):
        made = boundary(value, high, places)
    elif value.__class__ is int or isinstance(value, Decimal):
        made = decimal_boundary(Decimal(value), high, places)
    elif (one := as_quantity(value)) is not None:
        number = decimal_boundary(one.value, high, places)
        made = None if number is None else one._replace(value=number)
    else:
        raise FHIRPathError(f"{name} takes a number, a quantity, a date or a time, found {shown(value)}")
    return [] if made is None else [made]


def _low(_: Any, items: Items, digits: Items | None = None) -> Items:
    return _boundary(items, digits, False, "lowBoundary()")


def _high(_: Any, items: Items, digits: Items | None = None) -> Items:
    return _boundary(items, digits, True, "highBoundary()")


def _precision(_: Any, items: Items) -> Items:
    value = one_value(items, "precision()")
    if isinstance(value, Moment):
        digits = sum(one.isdigit() for one in str(value).partition("+")[0])
        clock = value.parts if isinstance(value, Time) else value.parts[3:]
        return [digits - (4 if value.zone is not None and value.zone < 0 and clock else 0)]
    if value.__class__ is int or isinstance(value, Decimal):
        return [max(-int(Decimal(value).as_tuple().exponent), 0)]
    if value is None:
        return []
    raise FHIRPathError(f"precision() takes a number, a date or a time, found {shown(value)}")


def _comparable(_: Any, items: Items, other: Items) -> bool | None:
    a, b = one_value(items, "comparable()"), one_value(other, "comparable()")
    if a is None or b is None:
        return None
    p, q = as_quantity(a), as_quantity(b)
    return p is not None and q is not None and in_common(p, q) is not None


DATES = {
    "now": Function(lambda env, _: [env.now()]), "today": Function(_today), "timeOfDay": Function(_time_of_day),
    "lowBoundary": Function(_low, 0, 1), "highBoundary": Function(_high, 0, 1), "precision": Function(_precision),
    "comparable": Function(_comparable, 1, 1, True),
}  # fmt: skip
