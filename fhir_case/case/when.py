"""Time in a case: calendar dates of any precision, ages, times relative to another item, and periods of these.

A time is never made more precise than it was written: `2008` stays a year, `3 a before index` stays relative.

    2008   2008-03   2008-03-14   2008-03-14T10:30:00+01:00          (https://hl7.org/fhir/R4/datatypes.html#dateTime)
    16 a   3 d   > 40 a                                              age, in UCUM: a mo wk d h min
    at index   before index   3 a before index   4 mo after warfarin   2 to 3 wk after jdm.diagnosed   at end of warfarin
    from 2008-03 to 2009   from 4 mo after warfarin   until 2010     periods
    16 to 17 a                                                       an age between
    {text: in early childhood}                                       words
    hpo HP:0003577 | Congenital onset                                a code for a time of life
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator

from fhir_case.case.coded import Coding
from fhir_case.case.mistimed import meant
from fhir_case.case.problems import Unreadable, nearest, shortened
from fhir_case.case.values import Value, decimal_of, fields_of, short_or_long, text_of
from fhir_case.terminology import systems

UNITS = ("a", "mo", "wk", "d", "h", "min")
"""UCUM units of ages and offsets."""

_WORDS = {
    "years": "a", "year": "a", "y": "a", "yr": "a", "months": "mo", "month": "mo", "weeks": "wk", "week": "wk",
    "days": "d", "day": "d", "hours": "h", "hour": "h", "minutes": "min", "minute": "min",
}  # fmt: skip

_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(?:\.\d+)?"
    r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00))?)?)?",
    re.ASCII,
)
_LOOKS_DATED = re.compile(r"\d{4}(\D.*)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}")


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar date or time with FHIR's partial precision, exactly as written."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in one UCUM unit: `16 a`, `2 to 3 wk`, `> 40 a`."""

    value: Decimal
    unit: str
    high: Decimal | None = None
    comparator: str | None = None

    def __str__(self) -> str:
        upper = "" if self.high is None else f" to {self.high}"
        return f"{self.comparator + ' ' if self.comparator else ''}{self.value}{upper} {self.unit}"


@dataclass(frozen=True, slots=True)
class Relative:
    """A time before, at or after (the start or end of) another item's time: `3 a before index`."""

    relation: Literal["before", "at", "after"]
    anchor: str
    point: str = ""
    """Which time of the anchor: `diagnosed` in `before jdm.diagnosed`; empty for its main one."""
    offset: Span | None = None
    end: bool = False

    def __str__(self) -> str:
        anchor = f"{self.anchor}.{self.point}" if self.point else self.anchor
        offset = f"{self.offset} " if self.offset else ""
        return f"{offset}{self.relation} {'end of ' if self.end else ''}{anchor}"


Moment = Date | Span | Relative


@dataclass(frozen=True, slots=True)
class Period:
    """From one moment to another, either of which may be unknown."""

    start: Moment | None = None
    end: Moment | None = None

    def __str__(self) -> str:
        if self.start is None:
            return f"until {self.end}"
        return f"from {self.start}" + ("" if self.end is None else f" to {self.end}")


@dataclass(frozen=True, slots=True)
class Words:
    """A time that is only told in words."""

    text: str

    def __str__(self) -> str:
        return self.text


_NUMBER = r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
_SPAN = re.compile(rf"(<=|>=|<|>)? *({_NUMBER})(?: *(?:to|-|–) *({_NUMBER}))? *([A-Za-z]+)")
_RELATIVE = re.compile(r"(?:(.+?) +)?(before|at|after) +(end of +)?([A-Za-z0-9][A-Za-z0-9-]*)(?:\.([a-z]+))?")


def date_of(text: str) -> Date:
    """A calendar date that exists. Raises `Unreadable`."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise Unreadable(
            f"{shortened(text)} is no date: expected YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with its zone",
            meant(text), "time-invalid",
        )  # fmt: skip
    year, month, day = (int(part) if part else None for part in match.groups()[:3])
    if year == 0:
        raise Unreadable("there is no year 0000", code="time-invalid")
    if month is not None and not 1 <= month <= 12:
        raise Unreadable(f"{text} is no date: there is no month {month:02}", "months go from 01 to 12", "time-invalid")
    if day is not None and month is not None and year is not None:
        last = calendar.monthrange(year, month)[1]
        if not 1 <= day <= last:
            raise Unreadable(
                f"{text} is no date: {year}-{month:02} has {last} days", f"the last is {year}-{month:02}-{last}",
                "time-invalid",
            )  # fmt: skip
    return Date(text)


def span_of(text: str) -> Span:
    """A length of time. Raises `Unreadable`."""
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise Unreadable(f"expected a length of time such as '16 a', found {shortened(text)}", code="time-invalid")
    comparator, low, high, unit = match.groups()
    if unit not in UNITS:
        known = _WORDS.get(unit.lower())
        fix = f"write {low} {known}" if known else nearest(unit, UNITS) or f"use one of {', '.join(UNITS)}"
        raise Unreadable(f"{unit!r} is no unit of time", fix, "unit-unknown")
    value = decimal_of(low)
    if high is not None and decimal_of(high) < value:
        raise Unreadable(f"{shortened(text)} ends before it starts", "the lower number comes first", "time-invalid")
    return Span(value, unit, None if high is None else decimal_of(high), comparator)


def moment_of(text: str) -> Moment:
    """A date, an age, or a time relative to another item. Raises `Unreadable`."""
    text = text.strip()
    relative = _RELATIVE.fullmatch(text)
    if relative:
        offset, relation, end, anchor, point = relative.groups()
        if offset is None and relation == "at":
            span = None
        elif relation == "at":
            raise Unreadable(f"{shortened(text)}: 'at' takes no length of time", "use before or after", "time-invalid")
        else:
            span = span_of(offset) if offset else None
        if (relation, anchor, end, point) == ("after", "patient", None, None) and span is not None:
            return span  # so long after birth: an age
        return Relative(relation, anchor, point or "", span, bool(end))  # type: ignore[arg-type]
    if _SPAN.fullmatch(text):
        return span_of(text)
    if _LOOKS_DATED.fullmatch(text):
        return date_of(text)
    raise Unreadable(
        f"{shortened(text)} is no time",
        meant(text) or "write a date (2008-03), an age (16 a), or a relation (3 a before index); words go as {text: …}",
        "time-invalid",
    )


def _period_of(text: str) -> Period | None:
    if text.startswith("until "):
        return Period(None, moment_of(text[6:]))
    if not text.startswith("from "):
        return None
    body = text[5:]
    # A range of offsets has a `to` of its own (`from 2 to 3 wk after x to 2009`): the first reading that holds is it.
    cuts = [match.start() for match in re.finditer(r" to ", body)]
    for cut in cuts:
        try:
            return Period(moment_of(body[:cut]), moment_of(body[cut + 4 :]))
        except Unreadable as error:
            if len(cuts) == 1 and not _SPAN.match(body):
                raise error
    return Period(moment_of(body))


def _code_of(raw: Any) -> Coding:
    coding = Coding.parse(raw)
    if not coding.code and not coding.display:
        raise Unreadable("expected a code for a time, found only its system", "name the code, or its display")
    return coding


_KINDS: dict[type, str] = {
    Date: "a date", Span: "an age", Relative: "a time relative to another item", Period: "a period", Words: "words",
    Coding: "a code",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class When(Value):
    """When something was: `2008-03`, `16 a`, `3 a before index`, `from 2008 to 2009`, or `{text: in childhood}`.

    A time of life can be a code: `hpo HP:0003577 | Congenital onset`, in full as other codes.
    """

    time: Date | Span | Relative | Period | Words | Coding

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": False, "required": ["text"],
                  "properties": {"text": {"type": "string"}}}, *Coding.SCHEMA["anyOf"][1:]]
    }  # fmt: skip

    @classmethod
    def parse(cls, raw: Any) -> When:
        """Read any of the forms above. Raises `Unreadable`."""
        if isinstance(raw, dict):
            if raw.keys() & {"system", "code", "display", "version"} and "text" not in raw:
                return cls(_code_of(raw))
            return cls(Words(text_of(fields_of(raw, "a time", ("text",)).get("text"), "a text")))
        if isinstance(raw, int) and not isinstance(raw, bool):
            raw = str(raw)
        text = text_of(raw, "a time such as 2008-03, '16 a' or '3 a before index'").strip()
        if " | " in text or systems.uri_of(text.partition(" ")[0]) is not None:
            return cls(_code_of(text))
        return cls(_period_of(text) or moment_of(text))

    def plain(self) -> Any:
        """The time as written."""
        if isinstance(self.time, Coding):
            short = self.time.plain()
            return short_or_long(self, short, self.time.in_full()) if isinstance(short, str) else short
        return {"text": self.time.text} if isinstance(self.time, Words) else str(self.time)

    def __str__(self) -> str:
        return self.time.display or str(self.time.code) if isinstance(self.time, Coding) else str(self.time)

    def moments(self) -> tuple[Moment, ...]:
        """The moments that this time is made of."""
        if isinstance(self.time, Period):
            return tuple(moment for moment in (self.time.start, self.time.end) if moment is not None)
        return () if isinstance(self.time, Words | Coding) else (self.time,)


def told_as(*kinds: type) -> AfterValidator:
    """Only these kinds of time: those for which FHIR has room in an element."""

    def check(when: When) -> When:
        if not isinstance(when.time, kinds):
            expected = " or ".join(_KINDS[kind] for kind in kinds)
            raise Unreadable(f"expected {expected}, found {_KINDS[type(when.time)]}", code="time-invalid")
        return when

    return AfterValidator(check)


Point = Annotated[When, told_as(Date, Span, Relative, Words)]
"""One moment, no period."""


def _lived(when: When) -> When:
    if isinstance(when.time, Span) and when.time.high is None and when.time.value == 0:
        raise Unreadable(
            "an age of 0 cannot be told of a relative: FHIR's Age is more than 0 (age-1)", "use days, or words: {text: …}",
            "time-invalid",
        )  # fmt: skip
    return when


LIVED = AfterValidator(_lived)
"""An age where FHIR has room for no other time: it cannot be 0."""
