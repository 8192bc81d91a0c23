"""Field kinds of people: birth date or age, death, race."""

from __future__ import annotations

from typing import Any

from fhir_case.case.coded import Coding, Concept
from fhir_case.case.when import Relative, Span, When
from fhir_case.json import Json
from fhir_case.lens.coded import put_coding, take_coding
from fhir_case.lens.context import Context
from fhir_case.lens.fields import BOOLEAN, TEXT
from fhir_case.lens.line import UNREAD, ChoiceCodec, Line, choice, then
from fhir_case.lens.places import Extension, unknown
from fhir_case.lens.times import time_codec

INDEX = "index"
"""The event of the timeline at which the patient has the stated age."""


def birth(field: str, element: str) -> Line:
    """The birth date, or the age at the index visit; `field` is `"birth|age"`.

    An age of 19 years says that the birth lies 19 to 20 years before the index visit: never a birth year.
    """
    dates = time_codec("dateTime", is_choice=False)

    def put(value: tuple[When | None, When | None], context: Context) -> tuple[str, Json]:
        born, age = value
        if born is None and age is not None and isinstance(age.time, Span):
            years = age.time
            born = When(Relative("before", INDEX, "", Span(years.value, years.unit, years.value + 1)))
        return dates.put(born, context)

    def born_or_aged(born: When) -> tuple[When | None, When | None]:
        time = born.time
        if isinstance(time, Relative) and (time.relation, time.anchor, time.point, time.end) == (
            "before", INDEX, "", False,
        ):  # fmt: skip
            span = time.offset
            if span is not None and span.high is not None and str(span.high) == str(span.value + 1):
                return (None, When(Span(span.value, span.unit)))
        return (born, None)

    takes = {type: then(take, born_or_aged) for type, take in dates.takes.items()}
    made = {f"_{element}": unknown()}
    plain = ChoiceCodec("date, or age at the index visit", put, takes, as_is=True)
    return choice(field, element, plain, absent=lambda item, context: made)


def deceased(field: str, element: str, types: str) -> Line:
    """Whether somebody died, or when."""
    times = time_codec(types, is_choice=True)

    def put(value: When | bool, context: Context) -> tuple[str, Json]:
        return ("Boolean", value) if isinstance(value, bool) else times.put(value, context)

    takes = {**times.takes, "Boolean": BOOLEAN.take}
    return choice(field, element, ChoiceCodec(f"boolean | {times.name}", put, takes, as_is=True))


def race(field: str, element: Extension) -> Line:
    """Race or ethnicity as US Core has it: OMB categories where they are given, and always a text."""

    def put(value: Concept, context: Context) -> Json:
        parts = [{"url": "ombCategory", "valueCoding": put_coding(coding, context)} for coding in value.codings]
        return {"url": element.url, "extension": [*parts, {"url": "text", "valueString": value.text or value.label}]}

    def take(entry: Json, context: Context) -> Any:
        parts = entry["extension"]
        codings = [take_coding(one["valueCoding"], context) for one in parts if one["url"] == "ombCategory"]
        texts = [TEXT.take(one["valueString"], context) for one in parts if one["url"] == "text"]
        if (
            len(texts) != 1
            or not texts[0]
            or len(codings) + 1 != len(parts)
            or not all(isinstance(c, Coding) for c in codings)
        ):
            return UNREAD
        return Concept(texts[0], tuple(codings))

    name = element.url.rsplit("/", 1)[-1]
    return Line(field, f"extension:{name}", put, take, "race", False, lambda e: e.get("url") == element.url)
