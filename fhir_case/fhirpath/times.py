"""Dates, dateTimes and times as FHIRPath has them: with a precision, and perhaps a timezone.

http://hl7.org/fhirpath/N1/#date, http://hl7.org/fhir/R4/datatypes.html#dateTime.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date as _date
from decimal import Decimal
from typing import ClassVar, Self

Part = int | Decimal

_DATE = r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?"
_CLOCK = r"(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d{1,18})?))?)?"
_MOMENT = re.compile(rf"{_DATE}(?:(T)(?:{_CLOCK}(Z|[+-]\d\d:\d\d)?)?)?\Z", re.A)
_TIME = re.compile(rf"T?{_CLOCK}\Z", re.A)
_LIMITS = (12, 31, 23, 59, 60)
"""The greatest month, day, hour, minute and second (a leap second is a second)."""


class Moment:
    """A point in time as precisely as `parts` go: year, month, day, hour, minute, second (a Decimal with its digits)."""

    __slots__ = ("parts", "zone")
    kind: ClassVar[str]

    def __init__(self, parts: tuple[Part, ...], zone: int | None = None) -> None:
        self.parts = parts
        self.zone = zone
        """Minutes east of UTC."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __str__(self) -> str:
        return _written(self.parts)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def like(self, parts: tuple[Part, ...]) -> Self:
        """The same kind of moment, with other parts."""
        return type(self)(parts, self.zone)


class Date(Moment):
    """A date; one to three parts."""

    __slots__ = ()
    kind = "Date"


class DateTime(Moment):
    """A date, with a time or without; one to six parts."""

    __slots__ = ()
    kind = "DateTime"

    def __str__(self) -> str:
        day, clock = _written(self.parts[:3]), _clock(self.parts[3:])
        if not clock:
            return day
        return f"{day}T{clock}{zone_text(self.zone)}"


class Time(Moment):
    """A time of day; one to three parts: hour, minute, second."""

    __slots__ = ()
    kind = "Time"

    def __str__(self) -> str:
        return _clock(self.parts)


def zone_text(zone: int | None) -> str:
    """`Z`, `+02:00`, or nothing."""
    if zone is None:
        return ""
    return "Z" if zone == 0 else f"{'-' if zone < 0 else '+'}{abs(zone) // 60:02}:{abs(zone) % 60:02}"


def _written(parts: tuple[Part, ...]) -> str:
    return "-".join(f"{part:0{4 if not n else 2}}" for n, part in enumerate(parts))


def _clock(parts: tuple[Part, ...]) -> str:
    return ":".join(f"{part:02}" if isinstance(part, int) else _second(part) for part in parts)


def _second(value: Decimal) -> str:
    text = f"{value:f}"
    return "0" + text if value < 10 else text


def moment(text: str, kind: str) -> Moment | None:
    """A date (kind `date`), a dateTime (`datetime`, `instant`) or a time (`time`) from its text; None: it is none."""
    if kind == "time":
        match = _TIME.match(text)
        if match is None:
            return None
        parts = _numbers(match.groups())
        return Time(parts) if _within(parts, _LIMITS[2:]) else None
    match = _MOMENT.match(text)
    if match is None or (kind == "date" and match.group(4)):
        return None
    groups = match.groups()
    parts = _numbers(groups[:3] + groups[4:7])
    if parts[0] < 1 or not _within(parts[1:], _LIMITS) or (len(parts) > 3 and len(groups[2] or "") == 0):
        return None
    if len(parts) > 2 and not 1 <= parts[2] <= days_of(int(parts[0]), int(parts[1])):
        return None
    if len(parts) > 1 and not parts[1]:
        return None
    if kind == "date":
        return Date(parts)
    zone = groups[7]
    return DateTime(parts, None if zone is None else _minutes(zone))


def _numbers(groups: tuple[str | None, ...]) -> tuple[Part, ...]:
    return tuple(
        Decimal(group) if place == len(groups) - 1 else int(group) for place, group in enumerate(groups) if group
    )


def _within(parts: tuple[Part, ...], limits: tuple[int, ...]) -> bool:
    return all(part < limit + 1 for part, limit in zip(parts, limits, strict=False))


def _minutes(zone: str) -> int:
    return 0 if zone == "Z" else int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[4:6]))


def days_of(year: int, month: int) -> int:
    """The days in a month."""
    return monthrange(year, month)[1] if 1 <= month <= 12 else 0


def compared(a: Moment, b: Moment) -> int | None:
    """-1, 0 or 1 as a is before, at or after b; None where their precisions or timezones do not let that be said.

    http://hl7.org/fhirpath/N1/#comparison. A date compares with a dateTime as far as both go.
    """
    left, right = a.parts, b.parts
    if a.zone != b.zone and len(left) > 3 and len(right) > 3:
        if a.zone is None or b.zone is None:
            return None
        left, right = in_utc(a), in_utc(b)
    for x, y in zip(left, right, strict=False):
        if x != y:
            return -1 if x < y else 1
    return 0 if len(left) == len(right) else None


def in_utc(value: Moment) -> tuple[Part, ...]:
    """The parts in UTC, as precise as they were; the first part may become 0 or 10000."""
    parts = value.parts
    if not value.zone or len(parts) < 4:
        return parts
    minutes = int(parts[3]) * 60 + (int(parts[4]) if len(parts) > 4 else 0) - value.zone
    days, minutes = divmod(minutes, 1440)
    return (*moved(int(parts[0]), int(parts[1]), int(parts[2]), days), minutes // 60, minutes % 60, *parts[5:])[
        : len(parts)
    ]


def moved(year: int, month: int, day: int, days: int) -> tuple[int, int, int]:
    """The day some days later. Years outside 1-9999 come back as 0 or 10000."""
    ordinal = _date(year, month, day).toordinal() + days
    if ordinal < 1:
        return (0, 12, 31)
    if ordinal > _date.max.toordinal():
        return (10000, 1, 1)
    made = _date.fromordinal(ordinal)
    return (made.year, made.month, made.day)
