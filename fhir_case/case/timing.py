"""How often a dose is taken: `daily`, `weekly`, `2 x per d`, `1 x per 8 h`, `2 h after meals`, and what these hide."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from fhir_case.case.coded import Concept
from fhir_case.case.measured import Clock
from fhir_case.case.problems import Unreadable, nearest, shortened
from fhir_case.case.values import Value, decimal_of, fields_of, integer_of, short_or_long, text_of
from fhir_case.case.when import Date, Period, When

UNITS = ("s", "min", "h", "d", "wk", "mo", "a")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ONCE = {"hourly": "h", "daily": "d", "weekly": "wk", "monthly": "mo", "yearly": "a"}
_TIMES = {"once": "1", "twice": "2"}

EVENTS = {
    "after meals": "PC", "after breakfast": "PCM", "after lunch": "PCD", "after dinner": "PCV",
    "before meals": "AC", "before breakfast": "ACM", "before lunch": "ACD", "before dinner": "ACV",
    "with meals": "C", "with breakfast": "CM", "with lunch": "CD", "with dinner": "CV",
    "in the morning": "MORN", "in the afternoon": "AFT", "in the evening": "EVE", "at night": "NIGHT",
    "before sleep": "HS", "after waking": "WAKE",
}  # fmt: skip
"""Words for the events of https://hl7.org/fhir/R4/valueset-event-timing.html that people write."""
_NAMES = {code: words for words, code in EVENTS.items()}
_CODES = frozenset(EVENTS.values()) | {"MORN.early", "MORN.late", "NOON", "AFT.early", "AFT.late", "EVE.early",
                                       "EVE.late", "PHS", "IMD"}  # fmt: skip

_AT_MEALS = frozenset({"C", "CM", "CD", "CV"})

_NUMBER = r"\d+(?:\.\d+)?"
_RATE = re.compile(rf"({_NUMBER}) *x +per +(?:({_NUMBER}) +)?([a-z]+)")
_EVENT = re.compile(rf"(?:({_NUMBER}) +(min|h) +)?((?:after|before|with|in|at) [a-z ]+)")


@dataclass(frozen=True, slots=True)
class Timing(Value):
    """How often: `daily`, `weekly`, `twice daily`, `3 x per d`, `1 x per 8 h`, `2 h after meals`, `daily, at night`.

    In full: `{frequency: 2, period: 1, unit: d, when: [PC], offset: 120}` (offset in minutes), and `most` (times),
    `longest` (period), `days: [mon]`, `times: [08:00:00]`, `count`, `duration` with its `length_unit`, `bounds` (the
    dates from and to which it goes on) and `code` (how it is called, such as BID).
    """

    frequency: int | None = None
    period: Decimal | None = None
    unit: str | None = None
    when: tuple[str, ...] = ()
    offset: int | None = None
    most: int | None = None
    longest: Decimal | None = None
    days: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    count: int | None = None
    duration: Decimal | None = None
    length_unit: str | None = None
    bounds: When | None = None
    code: Concept | None = None

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": False, "properties": {
            "frequency": {"type": ["integer", "string"]}, "period": {"type": ["number", "string"]},
            "unit": {"enum": list(UNITS)}, "when": {"type": "array", "items": {"enum": sorted(_CODES)}},
            "offset": {"type": ["integer", "string"]}, "most": {"type": ["integer", "string"]},
            "longest": {"type": ["number", "string"]}, "days": {"type": "array", "items": {"enum": list(DAYS)}},
            "times": {"type": "array", "items": {"type": "string"}}, "count": {"type": ["integer", "string"]},
            "duration": {"type": ["number", "string"]}, "length_unit": {"enum": list(UNITS)},
            "bounds": When.SCHEMA, "code": Concept.SCHEMA}}]
    }  # fmt: skip

    @classmethod
    def parse(cls, raw: Any) -> Timing:
        """Read the short form or the long one. Raises `Unreadable`."""
        if isinstance(raw, dict):
            return cls._long(raw)
        made = cls()
        for part in text_of(raw, "a timing such as 'daily'").strip().split(", "):
            made = made._with(part.strip(), str(raw))
        return made

    @classmethod
    def _long(cls, raw: dict[str, Any]) -> Timing:
        fields = fields_of(raw, "a timing", tuple(_PARTS))
        return cls.of(**{name: read(fields[name]) for name, read in _PARTS.items() if fields.get(name) is not None})

    @classmethod
    def of(
        cls,
        frequency: int | None = None,
        period: Decimal | None = None,
        unit: str | None = None,
        when: tuple[str, ...] = (),
        offset: int | None = None,
        *,
        days: tuple[str, ...] = (),
        times: tuple[str, ...] = (),
        **more: Any,
    ) -> Timing:
        """The timing with these parts. Raises `Unreadable` for what FHIR does not allow together.

        The invariants of https://hl7.org/fhir/R4/datatypes.html#Timing.
        """
        made = cls(frequency, period, unit, when, offset, days=days, times=times, **more)
        for one in (unit, made.length_unit):
            if one is not None and one not in UNITS:
                raise Unreadable(f"{shortened(one)} is no unit of a timing", nearest(str(one), UNITS), "unit-unknown")
        for given, known, what in ((when, _CODES, "event of a timing"), (days, DAYS, "day of the week")):
            for event in given:
                if event not in known:
                    raise Unreadable(f"{shortened(event)} is no {what}", nearest(event, known))
        for time in times:
            Clock.parse(time)
        if (period is None) != (unit is None):
            raise Unreadable("a timing needs a period and its unit together (tim-2)", "give both, or neither")
        if (made.duration is None) != (made.length_unit is None):
            raise Unreadable("a timing needs a duration and its unit together (tim-1)", "give both, or neither")
        if made.longest is not None and period is None:
            raise Unreadable("a longest period needs a period (tim-6)", "give period and unit, too")
        if offset is not None and (not when or _AT_MEALS.intersection(when)):
            raise Unreadable("an offset goes with an event that it is before or after (tim-9)", "name it: when: [PC]")
        if times and when:
            raise Unreadable("times of day and events cannot stand together (tim-10)", "leave one of them out")
        if made == cls():
            raise Unreadable("expected at least one part of a timing, found none")
        return made

    def _with(self, part: str, whole: str) -> Timing:
        """This timing and what one part of the text adds."""
        words = part.split()
        if words and words[-1] in _ONCE and (len(words) == 1 or (len(words) == 2 and words[0] in _TIMES)):
            times = _TIMES[words[0]] if len(words) == 2 else "1"
            return replace(self, frequency=int(times), period=Decimal(1), unit=_ONCE[words[-1]])
        rate = _RATE.fullmatch(part)
        if rate:
            times, period, unit = rate.groups()
            return Timing.of(integer_of(times), decimal_of(period or "1"), unit, self.when, self.offset)
        event = _EVENT.fullmatch(part)
        if event and event[3] in EVENTS and not self.when:
            minutes = None if event[1] is None else decimal_of(event[1]) * (60 if event[2] == "h" else 1)
            if minutes is not None and minutes % 1:
                raise Unreadable(f"expected whole minutes before or after, found {shortened(part)}")
            offset = None if minutes is None else int(minutes)
            return Timing.of(self.frequency, self.period, self.unit, (EVENTS[event[3]],), offset)
        known = nearest(part, (*_ONCE, *EVENTS, "2 x per d"))
        raise Unreadable(f"{shortened(whole)} is no timing", known or "write e.g. daily, 2 x per d, 2 h after meals")

    def plain(self) -> Any:
        """The short form where it says all."""
        long = {name: _told(getattr(self, name)) for name in _PARTS if getattr(self, name) not in (None, ())}
        text = self._text()
        return long if text is None else short_or_long(self, text, long)

    def _text(self) -> str | None:
        parts = []
        if self.frequency is not None and self.unit is not None and self.period is not None:
            once = next((word for word, unit in _ONCE.items() if unit == self.unit), None)
            if once and self.frequency in (1, 2) and str(self.period) == "1":
                parts.append(once if self.frequency == 1 else f"twice {once}")
            else:
                per = "" if str(self.period) == "1" else f"{self.period} "
                parts.append(f"{self.frequency} x per {per}{self.unit}")
        if len(self.when) == 1 and self.when[0] in _NAMES:
            offset = ""
            if self.offset is not None:
                offset = f"{self.offset // 60} h " if self.offset and self.offset % 60 == 0 else f"{self.offset} min "
            parts.append(offset + _NAMES[self.when[0]])
        return ", ".join(parts) or None


def _texts(raw: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in raw) if isinstance(raw, list | tuple) else (text_of(raw),)


def _bounds(raw: Any) -> When:
    """From and to which dates."""
    when = When.parse(raw)
    moments = when.moments()
    if not isinstance(when.time, Period) or not all(isinstance(moment, Date) for moment in moments):
        raise Unreadable(f"expected dates such as 'from 2024-01-02 to 2024-02-01', found {shortened(raw)}")
    return when


_PARTS: dict[str, Callable[[Any], Any]] = {
    "frequency": integer_of, "period": decimal_of, "unit": text_of, "when": _texts, "offset": integer_of,
    "most": integer_of, "longest": decimal_of, "days": _texts, "times": _texts, "count": integer_of,
    "duration": decimal_of, "length_unit": text_of, "bounds": _bounds, "code": Concept.parse,
}  # fmt: skip
"""The parts of a timing in the order in which they are written, and how they are read."""


def _told(part: Any) -> Any:
    if isinstance(part, Value):
        return part.plain()
    return list(part) if isinstance(part, tuple) else str(part) if isinstance(part, Decimal) else part
