"""Dates and times plus a quantity of time, and the boundaries of what is only partly known."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.quantities import Quantity
from fhir_case.fhirpath.times import Date, DateTime, Moment, Part, Time, days_of, moved

_UNITS = {
    "year": 0, "month": 1, "week": 2, "day": 2, "hour": 3, "minute": 4, "second": 5, "millisecond": 5,
    "wk": 2, "d": 2, "h": 3, "min": 4, "s": 5, "ms": 5,
}  # fmt: skip
"""Units of time and the part that they move. Above weeks, UCUM's are no calendar durations: 1 'a' is 365.25 days."""
_SMALLER = {0: Decimal(12), 1: Decimal(30), 2: Decimal(24), 3: Decimal(60), 4: Decimal(60)}
"""How many of the next smaller unit make one, when a partial date has no such part (365 days for a year, below)."""


def added(value: Moment, quantity: Quantity, sign: int) -> Moment:
    """`value + quantity`, or minus; calendar arithmetic (http://hl7.org/fhirpath/N1/#datetime-arithmetic)."""
    unit = quantity.unit
    if quantity.kind == "ucum" and unit.rstrip("s") in ("year", "month", "week", "day", "hour", "minute", "second"):
        unit = unit.rstrip("s")
    if unit not in _UNITS or (unit in ("year", "month") and quantity.kind not in ("calendar", "ucum")):
        raise FHIRPathError(f"{quantity} is no duration that a {value.kind} can be moved by")
    part = _UNITS[unit]
    amount = quantity.value * sign
    if unit in ("week", "wk"):
        amount = Decimal(int(amount)) * 7
    elif unit in ("millisecond", "ms"):
        amount /= 1000
    elif part < 5:
        amount = amount.to_integral_value(ROUND_DOWN)
    if abs(amount) > 10**12:
        raise FHIRPathError(f"{quantity} leads out of the calendar")
    if isinstance(value, Time):
        return _time_moved(value, part - 3, amount)
    finest = len(value.parts) - 1
    if part > finest:
        amount, part = _coarser(amount, part, finest), finest
    return _moved(value, part, amount)


def _coarser(amount: Decimal, part: int, finest: int) -> Decimal:
    while part > finest:
        if part == 2 and finest == 0:
            return (amount / 365).to_integral_value(ROUND_DOWN)
        part -= 1
        amount = (amount / _SMALLER[part]).to_integral_value(ROUND_DOWN)
    return amount


def _time_moved(value: Time, part: int, amount: Decimal) -> Time:
    if part < 0:
        raise FHIRPathError("a time can only be moved by hours, minutes, seconds or milliseconds")
    finest = len(value.parts) - 1
    while part > finest:
        amount, part = (amount / 60).to_integral_value(ROUND_DOWN), part - 1
    hour, minute, second = (*value.parts, 0, 0)[:3]
    seconds = hour * 3600 + minute * 60 + second + amount * (3600, 60, 1)[part]
    return Time(_clock(seconds % 86400, value.parts[2:])[: len(value.parts)])


def _clock(seconds: Part, like: tuple[Part, ...]) -> tuple[Part, ...]:
    whole = int(seconds)
    rest = Decimal(whole % 60) + (seconds - whole)
    if like and isinstance(like[0], Decimal):
        digits = max(-int(like[0].as_tuple().exponent), -int(rest.normalize().as_tuple().exponent), 0)
        rest = rest.quantize(Decimal(1).scaleb(-digits))
    return (whole // 3600, whole // 60 % 60, rest)


def _moved(value: Moment, part: int, amount: Decimal) -> Moment:
    parts = value.parts
    year, month, day = int(parts[0]), *(int(p) for p in parts[1:3]), *(1,) * (3 - len(parts[:3]))
    clock = parts[3:]
    if part < 2:
        months = year * 12 + month - 1 + int(amount) * (12, 1)[part]
        year, month = divmod(months, 12)
        month += 1
        if 1 <= year <= 9999:
            day = min(day, days_of(year, month))
    elif part == 2:
        year, month, day = moved(year, month, day, int(amount))
    else:
        hour, minute, second = (*clock, 0, 0)[:3]
        seconds = hour * 3600 + minute * 60 + second + amount * (3600, 60, 1)[part - 3]
        days, seconds = divmod(seconds, 86400)
        if seconds < 0:  # Decimal's divmod goes towards zero
            days, seconds = days - 1, seconds + 86400
        year, month, day = moved(year, month, day, int(days))
        clock = _clock(seconds, clock[2:])[: len(clock)]
    if not 1 <= year <= 9999:
        raise FHIRPathError(f"{value} moved by {amount} leads out of the calendar")
    return value.like((*(year, month, day)[: len(parts[:3])], *clock))


_DIGITS = {4: 1, 6: 2, 8: 3, 10: 4, 12: 5, 14: 6, 17: 7}
"""Precision in digits, as parts of a dateTime; 17 is with milliseconds."""
_TIME_DIGITS = {2: 1, 4: 2, 6: 3, 9: 4}
_LOW: tuple[Part, ...] = (1, 1, 1, 0, 0, Decimal("0.000"))
_HIGH: tuple[Part, ...] = (9999, 12, 31, 23, 59, Decimal("59.999"))


def boundary(value: Moment, high: bool, digits: int | None) -> Moment | None:
    """The earliest or latest moment that `value` may mean, in a precision; None: there is no such precision."""
    time = isinstance(value, Time)
    if digits is None:
        digits = 9 if time else 8 if isinstance(value, Date) else 17
    count = (_TIME_DIGITS if time else _DIGITS).get(digits)
    if count is None or (isinstance(value, Date) and count > 3):
        return None
    filled = list(value.parts)
    limits = (_HIGH if high else _LOW)[3 if time else 0 :]
    for place in range(len(filled), min(count, len(limits))):
        if place == 2 and not time and high:
            filled.append(days_of(int(filled[0]), int(filled[1])))
        else:
            filled.append(limits[place])
    seconds = len(limits) - 1
    if count > seconds and len(filled) > seconds:
        last = Decimal(filled[seconds])
        have = -int(last.as_tuple().exponent)
        want = 3 if count > len(limits) else 0
        if have < want:
            rest = (Decimal(1).scaleb(-have) - Decimal(1).scaleb(-want)) if high and len(value.parts) > seconds else 0
            filled[seconds] = (last + (rest if have else Decimal("0.999") if rest else 0)).quantize(
                Decimal(1).scaleb(-want)
            )
        elif have > want:
            filled[seconds] = last.quantize(Decimal(1).scaleb(-want), ROUND_DOWN)
    parts = tuple(filled[: min(count, len(limits))])
    if isinstance(value, DateTime):
        # http://hl7.org/fhirpath/#lowboundaryprecision-integer-decimal--date--datetime--time: without a timezone, the
        # earliest is in the easternmost one and the latest in the westernmost one.
        zone = value.zone if value.zone is not None or len(parts) < 4 else (-720 if high else 840)
        return DateTime(parts, zone if len(parts) > 3 else None)
    return value.like(parts)


def decimal_boundary(value: Decimal, high: bool, digits: int | None) -> Decimal | None:
    """The least or greatest number that is written as `value`, to so many decimals (8 unless told, 31 at most)."""
    digits = 8 if digits is None else digits
    if not 0 <= digits <= 31:
        return None
    half = Decimal(5).scaleb(int(value.as_tuple().exponent) - 1)
    edge = value + half if high else value - half
    # Away from zero it is rounded, towards zero cut: 1.587 is from 1.58 to 1.59.
    rounding = ROUND_HALF_UP if (edge >= 0) == high else ROUND_DOWN
    return edge.quantize(Decimal(1).scaleb(-digits), rounding)
