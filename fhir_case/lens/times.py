"""Time as FHIR has it: dates, ages, periods, and times relative to another item.

A relative time stands on an element that has no value: `data-absent-reason` says that the date is unknown, and
`cqf-relativeDateTime` tells it relative to another resource (https://hl7.org/fhir/R4/extension-cqf-relativedatetime.html).
A code for a time of life (`Congenital onset`) is told in words, `originalText`, with `iso21090-SC-coding` on them
(https://hl7.org/fhir/R4/extension-iso21090-sc-coding.html), since no element that tells a time can be a code.

`relative-date` would say the same; its structure differs between R4 and the current extensions under one URL, so it is
read nowhere and written nowhere.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fhir_case.case.coded import Coding
from fhir_case.case.measured import COMPARATORS, UCUM
from fhir_case.case.when import UNITS, Date, Moment, Period, Relative, Span, When, Words, date_of
from fhir_case.json import Json
from fhir_case.lens.coded import put_coding, take_coding
from fhir_case.lens.context import Anchor, Context
from fhir_case.lens.fields import decimal
from fhir_case.lens.line import UNREAD, ChoiceCodec, Codec, Line, Take, choice, then
from fhir_case.lens.places import ABSENT_REASON, CORE, Extension, absent_reason, at, unknown

RELATIVE = CORE + "cqf-relativeDateTime"
ORIGINAL_TEXT = CORE + "originalText"
CODED_TEXT = CORE + "iso21090-SC-coding"
BIRTH = "patient"

_UNIT = {"a": "years", "mo": "months", "wk": "weeks", "d": "days", "h": "hours", "min": "minutes"}
_RELATION = {"before": "before", "at": "concurrent-with", "after": "after"}
_WORD = {
    f"{code}-{point}": (word, point == "end") for word, code in _RELATION.items() for point in ("start", "end")
}  # fmt: skip


def when(field: str, element: str | Extension, types: str = "dateTime Period", **more: Any) -> Line:
    """When something was. `types` are those that FHIR allows there: dateTime date Age Period Range string.

    With `dateTime` alone the element is no choice (`started`); `whole` as the last word puts a relative time on the
    Period itself instead of on a dateTime (for profiles whose invariants want a period).
    """
    is_choice = isinstance(element, str) and element.endswith("[x]")
    codec = time_codec(types, is_choice=is_choice)
    if is_choice or isinstance(element, Extension):
        return at(field, element, codec, **more)
    if others := set(types.split()) - {"dateTime", "date", "extension"}:
        told = f"{element} is no choice of types ([x]), so it cannot be one of {', '.join(sorted(others))}"
        raise ValueError(f"{told}: a Period is told by the word period")
    return choice(field, element, codec, **more)


def time_codec(allowed: str, *, is_choice: bool) -> ChoiceCodec:
    """How a time is written where these types are allowed."""
    types = frozenset(allowed.split())
    date = "" if not is_choice and "extension" not in types else "Date" if "date" in types else "DateTime"
    extended = "Period" if "whole" in types else f"_{date}"
    """What has the extensions where no date is known."""

    def put(value: When, context: Context) -> tuple[str, Json]:
        time = value.time
        if isinstance(time, Date):
            return date, time.text
        if isinstance(time, Period):
            return "Period", put_period(time, context)
        if isinstance(time, Words):
            if "string" in types:
                return "String", time.text
            told = [absent_reason("as-text"), {"url": ORIGINAL_TEXT, "valueString": time.text}]
            return extended, {"extension": told}
        if isinstance(time, Coding):
            coded = {"extension": [{"url": CODED_TEXT, "valueCoding": put_coding(time, context)}]}
            words = {"url": ORIGINAL_TEXT, "valueString": str(value), "_valueString": coded}
            return extended, {"extension": [absent_reason("as-text"), words]}
        if isinstance(time, Span) and "Age" in types and time.value > 0:  # age-1: an Age is more than 0
            if time.high is None:
                return "Age", put_span(time, time.value)
            if "Range" in types:
                return "Range", put_span_range(time)
        return extended, {"extension": _put_relative(time, context)}

    takes: dict[str, Take] = {
        f"_{date}": _take_extensions, "Period": take_period, "Age": take_span,
        "Range": take_span_range, "String": _take_words,
    }  # fmt: skip
    name = " | ".join(sorted(types - {"whole", "extension"}))
    takes = {suffix: then(take, When) for suffix, take in takes.items()} | {date: _take_on}
    return ChoiceCodec(name, put, takes, as_is=True, exact={date: _take_on})


@lru_cache(maxsize=4096)
def _on(text: str) -> When:
    """When something was, by its date; all that was found in one encounter mostly has the same."""
    return When(date_of(text))


def _take_on(held: Json, context: Context) -> Any:
    return _on(held)


def _date(held: Json) -> Any:
    return _on(held).time


def _take_words(held: Json, context: Context) -> Any:
    return Words(held) if type(held) is str and held else UNREAD


def asserted(field: str, element: Extension) -> Line:
    """When something was, as an extension whose value is a dateTime."""
    return at(field, element, time_codec("dateTime extension", is_choice=False))


def period(field: str, element: str) -> Line:
    """When something was, where FHIR has a Period only: one moment starts and ends it."""

    def put(value: When, context: Context) -> Json:
        time = value.time
        return put_period(time if isinstance(time, Period) else Period(time, time), context)  # type: ignore[arg-type]

    def take(held: Json, context: Context) -> Any:
        time = take_period(held, context)
        if not isinstance(time, Period):
            return UNREAD
        return When(time.start) if time.start is not None and time.start == time.end else When(time)

    return at(field, element, Codec("Period", put, take, as_is=True))


# --- periods ----------------------------------------------------------------------------------------------------------


def put_period(period: Period, context: Context) -> dict[str, Json]:
    """A Period."""
    made: dict[str, Json] = {}
    for name, moment in (("start", period.start), ("end", period.end)):
        if isinstance(moment, Date):
            made[name] = moment.text
        elif moment is not None:
            made[f"_{name}"] = {"extension": _put_relative(moment, context)}
    return made


def take_period(held: Json, context: Context) -> Any:
    """Read one; of a Period without dates, what its extensions tell."""
    if held.keys() == {"extension"}:
        return _take_extensions(held, context)
    moments: list[Any] = []
    for name in ("start", "end"):
        if name in held:
            moments.append(_date(held[name]))
        elif f"_{name}" in held:
            moments.append(_take_extensions(held[f"_{name}"], context))
        else:
            moments.append(None)
    if any(moment is UNREAD or isinstance(moment, Words | Coding) for moment in moments) or moments == [None, None]:
        return UNREAD
    return Period(*moments)


# --- lengths of time --------------------------------------------------------------------------------------------------


def put_span(span: Span, value: Json) -> dict[str, Json]:
    """An Age or a Duration."""
    comparator = {"comparator": span.comparator} if span.comparator else {}
    return {"value": value, **comparator, "unit": _UNIT[span.unit], "system": UCUM, "code": span.unit}


def put_span_range(span: Span) -> dict[str, Json]:
    """A Range of lengths of time."""
    plain = Span(span.value, span.unit)
    return {"low": put_span(plain, span.value), "high": put_span(plain, span.high)}


def take_span(held: Json, context: Context) -> Any:
    """Read one."""
    value = decimal(held["value"])
    if value is UNREAD or held.get("system") != UCUM or held.get("code") not in UNITS or value < 0:
        return UNREAD
    if held.get("comparator") not in (None, *COMPARATORS) or "e" in str(value).lower():
        return UNREAD
    return Span(value, held["code"], None, held.get("comparator"))


def take_span_range(held: Json, context: Context) -> Any:
    """Read one."""
    low, high = take_span(held["low"], context), take_span(held["high"], context)
    if UNREAD in (low, high) or low.unit != high.unit or low.comparator or high.comparator or high.value < low.value:
        return UNREAD
    return Span(low.value, low.unit, high.value)


# --- times relative to another item -----------------------------------------------------------------------------------


def _put_relative(moment: Moment, context: Context) -> list[Json]:
    if isinstance(moment, Span):  # an age where FHIR has no room for one is a time after birth
        return relative(context.anchor(BIRTH, ""), "after-start", _offset(moment))
    if not isinstance(moment, Relative):
        raise TypeError(f"{moment!r} is not relative")
    anchor = context.anchor(moment.anchor, moment.point)
    if anchor is not None and moment.end:
        anchor = anchor._replace(path=anchor.path.replace(".start", ".end"))
    if moment.offset is not None:
        offset = _offset(moment.offset)
    else:
        offset = {"valueDuration": unknown("not-applicable" if moment.relation == "at" else "unknown")}
    return relative(anchor, f"{_RELATION[moment.relation]}-{'end' if moment.end else 'start'}", offset)


def relative(anchor: Anchor | None, relationship: str, offset: dict[str, Json]) -> list[Json]:
    """The extensions of an element whose date is not known, but its distance to another item's time."""
    if anchor is None:
        return [absent_reason()]
    target = {"type": anchor.type, "identifier": {"system": anchor.system, "value": anchor.value}}
    parts = [
        {"url": "target", "valueReference": target},
        {"url": "targetPath", "valueString": anchor.path},
        {"url": "relationship", "valueCode": relationship},
        {"url": "offset", **offset},
    ]
    return [absent_reason(), {"url": RELATIVE, "extension": parts}]


def _offset(span: Span) -> dict[str, Json]:
    if span.high is not None:
        return {"valueRange": put_span_range(span)}
    return {"valueDuration": put_span(span, span.value)}


def _take_extensions(element: Json, context: Context) -> Any:
    """The time that the extensions of an element without a value tell."""
    found = {one["url"]: one for one in element["extension"]}
    if element.keys() != {"extension"} or len(found) != 2 or ABSENT_REASON not in found:
        return UNREAD
    reason = found.pop(ABSENT_REASON)["valueCode"]
    url, extension = found.popitem()
    if url == ORIGINAL_TEXT and reason == "as-text":
        words = extension["valueString"]
        if "_valueString" in extension:
            coding = _take_code(extension["_valueString"], context)
            return coding if coding and str(When(coding)) == words else UNREAD
        return Words(words) if type(words) is str and words else UNREAD
    return _take_relative(extension, context) if url == RELATIVE else UNREAD


def taken(extension: Json, context: Context) -> tuple[Anchor, str, dict[str, Json]]:
    """Anchor, relationship and offset of a relative time."""
    parts = {one["url"]: one for one in extension["extension"]}
    target = parts["target"]["valueReference"]
    identifier = target["identifier"]
    anchor = Anchor(target["type"], identifier["system"], identifier["value"], parts["targetPath"]["valueString"])
    return anchor, parts["relationship"]["valueCode"], parts["offset"]


def _take_code(element: Json, context: Context) -> Any:
    (extension,) = element["extension"]
    if element.keys() != {"extension"} or extension.keys() != {"url", "valueCoding"} or extension["url"] != CODED_TEXT:
        return UNREAD
    coding = take_coding(extension["valueCoding"], context)
    # What has no name of its own could not be told from words.
    return coding if isinstance(coding, Coding) and (coding.display or coding.code) else UNREAD


def _take_relative(extension: Json, context: Context) -> Any:
    anchor, relationship, offset = taken(extension, context)
    if relationship not in _WORD:
        return UNREAD
    word, end = _WORD[relationship]
    found = context.anchored(anchor._replace(path=anchor.path.replace(".end", ".start")) if end else anchor)
    if found is None:
        return UNREAD
    item, point = found
    span: Any = None
    if "valueRange" in offset:
        span = take_span_range(offset["valueRange"], context)
    elif offset.get("valueDuration", {}).keys() != {"extension"}:
        span = take_span(offset["valueDuration"], context)
    if span is UNREAD or (word == "at" and span is not None):
        return UNREAD
    if item == BIRTH and word == "after" and span is not None and not end:
        return span
    return Relative(word, item, point, span, end)  # type: ignore[arg-type]
