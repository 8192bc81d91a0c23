"""TimeElements: ages, times of life, gestational ages, dates.

An age is never turned into a date, nor a time of life into an age. An age in years and months is told in months, which
says the same (`P4Y6M`: 54 mo); one that no single unit can say, and a gestational age, is told in words of a fixed form.
https://phenopacket-schema.readthedocs.io/en/latest/time-element.html
"""

from __future__ import annotations

import calendar
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fhir_case.case.coded import Coding
from fhir_case.case.when import Date, Period, Span, When, Words, date_of
from fhir_case.formats.phenopacket.curies import coding_of, curie_of
from fhir_case.json import Json
from fhir_case.lens import UNREAD, Context, Line
from fhir_case.lens.line import Fragment, Take, compared

_NUMBER = r"(\d+(?:\.\d+)?)"
_DURATION = re.compile(
    rf"P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?)?"
)
"""https://en.wikipedia.org/wiki/ISO_8601#Durations; seconds are no age."""
_UNITS = ("a", "mo", "wk", "d", "h", "min")
_LETTERS = {"a": "P{}Y", "mo": "P{}M", "wk": "P{}W", "d": "P{}D", "h": "PT{}H", "min": "PT{}M"}
_NAMES = ("year", "month", "week", "day", "hour", "minute")
_IN_WORDS = re.compile("".join(rf"(?:(?:^| )(\d+) {name}s?)?" for name in _NAMES))
_GESTATION = re.compile(r"(\d+) weeks?(?: (\d+) days?)? of gestation")


# --- ages -------------------------------------------------------------------------------------------------------------


def age_of(duration: str) -> Span | Words | None:
    """The age that an ISO 8601 duration says; None where it says none."""
    match = _DURATION.fullmatch(duration)
    parts = [(Decimal(n), unit) for n, unit in zip(match.groups(), _UNITS, strict=True) if n] if match else []
    said = [part for part in parts if part[0]] or parts[-1:]
    if len(said) == 1:
        return Span(*said[0])
    if not said or any(value % 1 for value, _ in said):
        return None
    if [unit for _, unit in said] == ["a", "mo"]:
        return Span(said[0][0] * 12 + said[1][0], "mo")
    return Words(" ".join(_counted(int(value), _NAMES[_UNITS.index(unit)]) for value, unit in said))


def duration_of(age: Span | Words) -> str | None:
    """And back; None for words that are no age."""
    if isinstance(age, Span):
        return _duration(age.value, age.unit)
    match = _IN_WORDS.fullmatch(age.text)
    found = dict(zip(_UNITS, match.groups(), strict=True)) if match else {}
    days = "".join(found[unit] + _LETTERS[unit][-1] for unit in _UNITS[:4] if found.get(unit))
    time = "".join(found[unit] + _LETTERS[unit][-1] for unit in _UNITS[4:] if found.get(unit))
    made = f"P{days}T{time}" if time else f"P{days}"
    return made if days + time and age_of(made) == age else None


def _duration(value: Decimal, unit: str) -> str:
    if unit == "mo" and value > 12 and value % 12 and not value % 1:
        return f"P{int(value) // 12}Y{int(value) % 12}M"
    return _LETTERS[unit].format(value)


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def _age_range(held: Json) -> Any:
    low, high = (age_of(held[end]["iso8601duration"]) for end in ("start", "end"))
    if not isinstance(low, Span) or not isinstance(high, Span):
        return UNREAD
    if {low.unit, high.unit} == {"a", "mo"}:
        low, high = (Span(one.value * 12, "mo") if one.unit == "a" else one for one in (low, high))
    return Span(low.value, low.unit, high.value) if low.unit == high.unit and low.value <= high.value else UNREAD


# --- gestational ages -------------------------------------------------------------------------------------------------


def _gestation_in_words(held: Json) -> Any:
    weeks, days = held["weeks"], held.get("days")
    if type(weeks) is not int or type(days) not in (int, type(None)) or weeks < 0 or (days or 0) < 0:
        return UNREAD
    return Words(_counted(weeks, "week") + ("" if days is None else " " + _counted(days, "day")) + " of gestation")


def _gestation(text: str) -> Json | None:
    match = _GESTATION.fullmatch(text)
    if match is None:
        return None
    return {"weeks": int(match[1])} if match[2] is None else {"weeks": int(match[1]), "days": int(match[2])}


# --- dates ------------------------------------------------------------------------------------------------------------


def _covered(text: str) -> tuple[str, str]:
    """The first and the last moment of a date (in UTC, where it names no zone), as a packet's timestamps need them."""
    if "T" in text:
        return text, text
    year, month, day = [*text.split("-"), "", ""][:3]
    last = day or f"{calendar.monthrange(int(year), int(month or 12))[1]:02}"
    return f"{year}-{month or '01'}-{day or '01'}T00:00:00Z", f"{year}-{month or '12'}-{last}T23:59:59Z"


# --- TimeElement ------------------------------------------------------------------------------------------------------


def put_time(value: When) -> Json | None:
    """A TimeElement; None where it has no room for such a time (one relative to another item, words)."""
    time = value.time
    if isinstance(time, Coding):
        curie = curie_of(time)
        label = {} if time.display is None else {"label": time.display}
        return None if curie is None else {"ontologyClass": {"id": curie, **label}}
    if isinstance(time, Words):
        age, gestation = duration_of(time), _gestation(time.text)
        return {"age": {"iso8601duration": age}} if age else gestation and {"gestationalAge": gestation}
    if isinstance(time, Span):
        if time.comparator is not None:
            return None
        ages = [{"iso8601duration": _duration(one, time.unit)} for one in (time.value, time.high) if one is not None]
        return {"age": ages[0]} if len(ages) == 1 else {"ageRange": {"start": ages[0], "end": ages[1]}}
    if isinstance(time, Date):
        start, end = _covered(time.text)
        return {"timestamp": start} if start == end else {"interval": {"start": start, "end": end}}
    if isinstance(time, Period) and isinstance(time.start, Date) and isinstance(time.end, Date):
        return {"interval": {"start": _covered(time.start.text)[0], "end": _covered(time.end.text)[1]}}
    return None


def take_time(held: Json, context: Context) -> Any:
    """Read one."""
    if len(held) != 1:
        return UNREAD
    ((kind, said),) = held.items()
    time: Any = UNREAD
    if kind == "age":
        time = age_of(said["iso8601duration"]) or UNREAD
    elif kind == "ageRange":
        time = _age_range(said)
    elif kind == "gestationalAge":
        time = _gestation_in_words(said)
    elif kind == "ontologyClass" and type(said["id"]) is str and said["id"].strip():
        time = coding_of(said["id"], said.get("label") or None)
    elif kind == "timestamp":
        time = date_of(said)
    elif kind == "interval" and said.keys() == {"start", "end"}:
        time = Period(date_of(said["start"]), date_of(said["end"]))
    return time if time is UNREAD else When(time)


def time(field: str, element: str, *kinds: type) -> Line:
    """When something was; `kinds` are those that the field has room for, where it has not for all."""

    def put(value: Any, context: Context) -> Fragment:
        made = put_time(value) if isinstance(value, When) else None
        if made is None:
            context.note("phenopacket-left-out", "a phenopacket has no room for such a time", element)
        return {} if made is None else {element: made}

    def take(held: Json, context: Context) -> Any:
        value = take_time(held, context)
        return value if not kinds or (isinstance(value, When) and isinstance(value.time, kinds)) else UNREAD

    return Line(
        field, element, put, lambda fragment, context: take(fragment[element], context), "TimeElement",
        exact={element: compared(lambda value, context: put_time(value), take)},
    )  # fmt: skip


def single(line: Line) -> Line:
    """The same line for a field that has no room for a range of ages."""

    def one(take: Take) -> Take:
        def taken(held: Json, context: Context) -> Any:
            value = take(held, context)
            return UNREAD if isinstance(value, When) and getattr(value.time, "high", None) is not None else value

        return taken

    return replace(line, take=one(line.take), exact={key: one(take) for key, take in line.exact.items()})
