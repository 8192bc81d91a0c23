"""Numbers, and the operators of arithmetic (http://hl7.org/fhirpath/N1/#math, #math-2)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, DecimalException
from typing import Any

from fhir_case.fhirpath.arithmetic import added
from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.functions.signature import Function, shown, whole
from fhir_case.fhirpath.logic import is_number
from fhir_case.fhirpath.nodes import Items, as_quantity, one_value, system
from fhir_case.fhirpath.quantities import Quantity, in_common
from fhir_case.fhirpath.times import Moment

_EXACT = Context(prec=34)
_RESULT = Context(prec=28)
Number = int | Decimal
LARGEST = 10**40
"""Beyond every number of FHIRPath (28 digits, 8 of them decimals, are asked for)."""
LONGEST = 10_000_000
"""Characters that + and & may make."""


def _operands(left: Items, right: Items, operator: str) -> tuple[Any, Any] | None:
    a, b = one_value(left, operator), one_value(right, operator)
    if a is None or b is None:
        return None
    return (a if is_number(a) else as_quantity(a) or a), (b if is_number(b) else as_quantity(b) or b)


def plus(left: Items, right: Items) -> Items:
    """`left + right`: numbers, strings, quantities, dates and durations."""
    pair = _operands(left, right, "+")
    if pair is None:
        return []
    a, b = pair
    if isinstance(a, str) and isinstance(b, str):
        return [_bounded(a, b, "+")]
    if isinstance(a, Moment) and isinstance(b, Quantity):
        return [added(a, b, 1)]
    if isinstance(a, Quantity) or isinstance(b, Quantity):
        return _together(a, b, "+", 1)
    return [_numbers(a, b, "+", lambda x, y: x + y)]


def minus(left: Items, right: Items) -> Items:
    """`left - right`: numbers, quantities, dates less durations."""
    pair = _operands(left, right, "-")
    if pair is None:
        return []
    a, b = pair
    if isinstance(a, Moment) and isinstance(b, Quantity):
        return [added(a, b, -1)]
    if isinstance(a, Quantity) or isinstance(b, Quantity):
        return _together(a, b, "-", -1)
    return [_numbers(a, b, "-", lambda x, y: x - y)]


def _together(a: Any, b: Any, operator: str, sign: int) -> Items:
    p, q = as_quantity(a), as_quantity(b)
    if p is None or q is None:
        raise FHIRPathError(f"{operator} cannot take {shown(a)} and {shown(b)}")
    if p.unit == q.unit and p.kind == q.kind:
        return [Quantity(p.value + sign * q.value, p.unit, p.kind)]
    common = in_common(p, q)
    if common is None:
        return []
    base = in_common(p, p._replace(value=Decimal(1)))
    one = in_common(Quantity(Decimal(1), p.unit, p.kind), q)
    assert base is not None
    return [] if one is None else [Quantity((common[0] + sign * common[1]) / one[0], p.unit, p.kind)]


def _numbers(a: Any, b: Any, operator: str, run: Callable[[Any, Any], Number]) -> Number:
    if not is_number(a) or not is_number(b):
        raise FHIRPathError(f"{operator} cannot take {shown(a)} and {shown(b)}")
    try:
        made = run(a, b)
    except (DecimalException, OverflowError):
        made = LARGEST
    if not -LARGEST < made < LARGEST:
        raise FHIRPathError(f"{operator} leads out of the range of numbers")
    return made


def times(left: Items, right: Items) -> Items:
    """`left * right`"""
    pair = _operands(left, right, "*")
    if pair is None:
        return []
    if isinstance(pair[0], Quantity) or isinstance(pair[1], Quantity):
        return _product(*pair, 1, "*")
    return [_numbers(*pair, "*", lambda x, y: x * y)]


def over(left: Items, right: Items) -> Items:
    """`left / right`, always a Decimal; nothing for a division by zero."""
    pair = _operands(left, right, "/")
    if pair is None:
        return []
    if isinstance(pair[0], Quantity) or isinstance(pair[1], Quantity):
        return _product(*pair, -1, "/")
    if pair[1] == 0 and is_number(pair[0]):
        return []
    return [_numbers(*pair, "/", lambda x, y: _RESULT.divide(Decimal(x), Decimal(y)))]


def _product(a: Any, b: Any, power: int, operator: str) -> Items:
    p, q = as_quantity(a), as_quantity(b)
    if p is None or q is None:
        raise FHIRPathError(f"{operator} cannot take {shown(a)} and {shown(b)}")
    if power < 0 and not q.value:
        return []
    if q.unit == "1" and q.kind == "ucum":
        return [p._replace(value=p.value * q.value if power > 0 else _RESULT.divide(p.value, q.value))]
    from fhir_case.fhirpath.units import product

    made = product(p.value, _ucum(p), q.value, _ucum(q), power)
    return [] if made is None else [Quantity(*made)]


def _ucum(one: Quantity) -> str:
    from fhir_case.fhirpath.quantities import DEFINITE

    if one.kind == "ucum":
        return one.unit
    return DEFINITE.get(one.unit, "") if one.kind == "calendar" else ""


def div(left: Items, right: Items) -> Items:
    """`left div right`: the whole part."""
    pair = _operands(left, right, "div")
    if pair is None or (is_number(pair[1]) and pair[1] == 0):
        return []
    return [_numbers(*pair, "div", lambda x, y: int(_EXACT.divide_int(Decimal(x), Decimal(y))))]


def mod(left: Items, right: Items) -> Items:
    """`left mod right`: the rest."""
    pair = _operands(left, right, "mod")
    if pair is None or (is_number(pair[1]) and pair[1] == 0):
        return []
    made = _numbers(*pair, "mod", lambda x, y: _EXACT.remainder(Decimal(x), Decimal(y)))
    return [int(made) if all(one.__class__ is int for one in pair) else made]


def joined(left: Items, right: Items) -> Items:
    """`left & right`: nothing is an empty string."""
    a, b = one_value(left, "&"), one_value(right, "&")
    for value in (a, b):
        if value is not None and not isinstance(value, str):
            raise FHIRPathError(f"& takes Strings, found {shown(value)}")
    return [_bounded(a or "", b or "", "&")]


def _bounded(a: str, b: str, operator: str) -> str:
    if len(a) + len(b) > LONGEST:
        raise FHIRPathError(f"{operator} makes more than {LONGEST} characters")
    return a + b


def signed(items: Items, sign: str) -> Items:
    """`-x` and `+x`."""
    value = one_value(items, sign)
    if value is None:
        return []
    if is_number(value):
        return [-value if sign == "-" else value]
    one = as_quantity(value)
    if one is None:
        raise FHIRPathError(f"{sign} takes a number, found {shown(value)}")
    return [one._replace(value=-one.value) if sign == "-" else one]


def _number(items: Items, what: str) -> Number | None:
    value = one_value(items, what)
    if value is None or is_number(value):
        return value  # type: ignore[no-any-return]
    raise FHIRPathError(f"{what} takes a number, found {shown(value)}")


def _abs(_: Any, items: Items) -> Items:
    value = one_value(items, "abs()")
    one = None if is_number(value) else as_quantity(value)
    if one is not None:
        return [one._replace(value=abs(one.value))]
    number = _number(items, "abs()")
    return [] if number is None else [abs(number)]


def _towards(rounding: str, name: str) -> Callable[[Any, Items], Items]:
    def run(_: Any, items: Items) -> Items:
        number = _number(items, name)
        if number is not None and not -LARGEST < number < LARGEST:
            raise FHIRPathError(f"{name} leads out of the range of numbers")
        return [] if number is None else [int(Decimal(number).to_integral_value(rounding))]

    return run


def _round(_: Any, items: Items, digits: Items | None = None) -> Items:
    number = _number(items, "round()")
    places = 0 if digits is None else whole(digits, "round()")
    if number is None or places is None:
        return []
    if not 0 <= places <= 28:
        raise FHIRPathError("round() takes a precision from 0 to 28")
    return [Decimal(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _RESULT)]


def _real(name: str, run: Callable[..., Decimal], arguments: int = 0) -> Callable[..., Items]:
    def call(_: Any, items: Items, *more: Items) -> Items:
        numbers = [_number(one, name) for one in (items, *more)]
        if any(number is None for number in numbers):
            return []
        try:
            made = run(*(Decimal(number) for number in numbers if number is not None))
        except DecimalException:
            return []
        return [made] if made.is_finite() else []

    return call


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if abs(exponent) > 10_000:
        raise FHIRPathError("power() takes exponents up to 10000")
    return _RESULT.power(base, exponent)


def _log(value: Decimal, base: Decimal) -> Decimal:
    return _RESULT.plus(_EXACT.divide(_EXACT.ln(value), _EXACT.ln(base)))


def _power_of(_: Any, items: Items, exponent: Items) -> Items:
    made = _real("power()", _power)(_, items, exponent)
    whole_ones = all(system(one).__class__ is int for one in items + exponent)
    return [int(made[0])] if made and whole_ones and made[0] == made[0].to_integral_value() else made


MATH = {
    "abs": Function(_abs), "ceiling": Function(_towards(ROUND_CEILING, "ceiling()")),
    "floor": Function(_towards(ROUND_FLOOR, "floor()")), "truncate": Function(_towards(ROUND_DOWN, "truncate()")),
    "round": Function(_round, 0, 1), "exp": Function(_real("exp()", _RESULT.exp)),
    "ln": Function(_real("ln()", _RESULT.ln)), "log": Function(_real("log()", _log), 1, 1),
    "power": Function(_power_of, 1, 1), "sqrt": Function(_real("sqrt()", _RESULT.sqrt)),
}  # fmt: skip
