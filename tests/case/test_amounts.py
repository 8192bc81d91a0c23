"""An amount is read as what it says, or not at all: what is nearly one is an error that says how to write it."""

from __future__ import annotations

import pytest

from fhir_case.case.measured import Quantity, Result, Size
from fhir_case.case.problems import Unreadable

AMOUNTS = {
    "0.70 mg/dL": ("0.70", "mg/dL"), "0.70mg/dL": ("0.70", "mg/dL"), "5%": ("5", "%"), "-5 mg": ("-5", "mg"),
    "5 10*9/L": ("5", "10*9/L"), "5 /100{WBC}": ("5", "/100{WBC}"), "12 /min": ("12", "/min"), "5 1/d": ("5", "1/d"),
    "1e5 /uL": ("1e5", "/uL"), "5 1": ("5", "1"),
}  # fmt: skip

NO_AMOUNTS = {
    "0,70 mg/dL": "write 0.70 mg/dL",
    "10 000": "write 10000",
    "50 000/uL": "write 50000/uL",
    "1.000.000/uL": "write 1000000/uL",
    "1,000 /uL": "write a decimal point, and nothing between thousands: the comma could be either",
    "120/80 mm[Hg]": "write {ratio: 120 mm[Hg] per 80 mm[Hg]}, or each number in one of the components",
    "1:160": "write {ratio: 1 per 160}, or each number in one of the components",
    "0.7-0.9 mg/dL": "write {range: 0.7 to 0.9 mg/dL}",
    "≤ 5 mg/dL": "write <=5 mg/dL",
    "+5 mg": "write 5 mg",
    "05 mg": "write 5 mg",
    ".5 mg": "write 0.5 mg",
    "2026-03-01": "write {when: 2026-03-01}",
    "3+": "what is no amount stands as {string: '3+'}",
    "5 12": "what is no amount stands as {string: '5 12'}",
    "8 out of 10": "what is no amount stands as {string: '8 out of 10'}",
    "5 mg/dL (high)": "write interpretation: high",
}


@pytest.mark.parametrize("text", AMOUNTS)
def test_a_number_with_its_unit_is_an_amount(text: str) -> None:
    value = Result.parse(text).value
    assert isinstance(value, Quantity)
    assert (str(value.value), value.code) == AMOUNTS[text]


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_what_is_nearly_an_amount_is_an_error_that_says_how_to_write_it(text: str) -> None:
    with pytest.raises(Unreadable) as error:
        Result.parse(text)
    assert error.value.fix == NO_AMOUNTS[text]
    with pytest.raises(Unreadable):
        Quantity.parse(text)
    assert Result.parse(Result(text).plain()) == Result(text)  # said to be text, it is kept


@pytest.mark.parametrize("digits", ["+5", "05", "5.", ".5", "1_000", "٣", "NaN"])
def test_a_number_that_json_could_not_hold_is_none_in_the_long_form_either(digits: str) -> None:
    with pytest.raises(Unreadable):
        Quantity.parse({"value": digits, "unit": "tablets"})


@pytest.mark.parametrize("text", ["4 x 3 cm", "4x3cm", "4 × 3 cm"])
def test_a_size_may_be_typed_with_or_without_spaces(text: str) -> None:
    assert Size.parse(text).plain() == "4 x 3 cm"
