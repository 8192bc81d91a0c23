"""Ages, times of life and dates of phenopackets: what each becomes, and that it comes back as it was written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_case.case.coded import Coding
from fhir_case.case.when import Date, Period, Span, When, Words
from fhir_case.formats.phenopacket.messages import context
from fhir_case.formats.phenopacket.times import age_of, duration_of, put_time, take_time
from fhir_case.json import canonical
from fhir_case.lens import UNREAD

AGE = {
    "P4Y": Span(Decimal(4), "a"), "P6M": Span(Decimal(6), "mo"), "P2W": Span(Decimal(2), "wk"),
    "P3D": Span(Decimal(3), "d"), "P0D": Span(Decimal(0), "d"), "PT5H": Span(Decimal(5), "h"),
    "P4Y6M": Span(Decimal(54), "mo"), "P1Y2M15D": Words("1 year 2 months 15 days"),
    "P1DT5H": Words("1 day 5 hours"), "P4.5Y": Span(Decimal("4.5"), "a"), "P24M": Span(Decimal(24), "mo"),
}  # fmt: skip


@pytest.mark.parametrize("duration", AGE)
def test_an_age_is_read_in_one_unit_or_in_words_and_written_again(duration: str) -> None:
    assert age_of(duration) == AGE[duration]
    assert duration_of(AGE[duration]) == duration


@given(*[st.integers(0, 120)] * 4)
def test_every_age_of_whole_numbers_is_written_with_the_length_it_had(
    years: int, months: int, weeks: int, days: int
) -> None:
    stated = "".join(f"{n}{letter}" for n, letter in ((years, "Y"), (months, "M"), (weeks, "W"), (days, "D")) if n)
    age = age_of(f"P{stated}" if stated else "P0D")
    assert age is not None
    written = duration_of(age)
    assert written is not None
    assert age_of(written) == age


@pytest.mark.parametrize("duration", ["", "P", "P-5Y-5M", "4 years", "PT5S", "P1.5Y2M", "p4y"])
def test_what_is_no_age_is_not_read(duration: str) -> None:
    assert age_of(duration) is None


TIMES: dict[str, tuple[Any, Any]] = {
    "an age": ({"age": {"iso8601duration": "P4Y6M"}}, Span(Decimal(54), "mo")),
    "a range of ages": (
        {"ageRange": {"start": {"iso8601duration": "P4Y"}, "end": {"iso8601duration": "P6Y"}}},
        Span(Decimal(4), "a", Decimal(6)),
    ),
    "a time of life": (
        {"ontologyClass": {"id": "HP:0003577", "label": "Congenital onset"}},
        Coding("http://human-phenotype-ontology.org", "HP:0003577", "Congenital onset"),
    ),
    "a gestational age": ({"gestationalAge": {"weeks": 19, "days": 1}}, Words("19 weeks 1 day of gestation")),
    "a gestational age in weeks": ({"gestationalAge": {"weeks": 1}}, Words("1 week of gestation")),
    "a moment": ({"timestamp": "2020-03-17T00:00:00Z"}, Date("2020-03-17T00:00:00Z")),
    "an interval": (
        {"interval": {"start": "2019-09-01T00:00:00Z", "end": "2020-03-01T00:00:00Z"}},
        Period(Date("2019-09-01T00:00:00Z"), Date("2020-03-01T00:00:00Z")),
    ),
}


@pytest.mark.parametrize("name", TIMES)
def test_a_time_element_is_read_as_what_it_is_and_written_again(name: str) -> None:
    held, time = TIMES[name]
    assert take_time(held, context()) == When(time)
    assert canonical(put_time(When(time))) == canonical(held)


@pytest.mark.parametrize(("date", "start", "end"), [
    ("2008", "2008-01-01T00:00:00Z", "2008-12-31T23:59:59Z"), ("2008-02", "2008-02-01T00:00:00Z", "2008-02-29T23:59:59Z"),
    ("2008-03-14", "2008-03-14T00:00:00Z", "2008-03-14T23:59:59Z"),
])  # fmt: skip
def test_a_date_without_a_time_of_day_is_written_as_the_interval_it_covers(date: str, start: str, end: str) -> None:
    assert put_time(When(Date(date))) == {"interval": {"start": start, "end": end}}


@pytest.mark.parametrize("time", ["3 a before index", "> 40 a", {"text": "in childhood"}, "from 2008"])
def test_what_a_phenopacket_has_no_room_for_is_not_made_up(time: Any) -> None:
    assert put_time(When.parse(time)) is None


@pytest.mark.parametrize(
    "held", [{}, {"age": {"iso8601duration": "P-5Y"}}, {"gestationalAge": {"weeks": -1}}, {"x": 1}]
)
def test_what_is_no_time_is_not_read(held: Any) -> None:
    assert take_time(held, context()) is UNREAD
