"""Law 3 of design.md, section 2: every date, number and code in a bundle comes from the case, or from the lists here."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from servers import ROOT

from fhir_case import Case, dumps, loads
from fhir_case.case.base import Quote
from fhir_case.json import Json
from tests.generated import cases

DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?)?)?")
IN_TEXT = re.compile(r"\d{4}-\d\d(?:-\d\d)?")

SNOMED, LOINC, UCUM = "http://snomed.info/sct", "http://loinc.org", "http://unitsofmeasure.org"
HPO, HGVS = "http://human-phenotype-ontology.org", "http://varnomen.hgvs.org"
HL7 = "http://terminology.hl7.org/CodeSystem/"

TBD = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"

FIXED = {
    # what every item of a kind is
    (f"{HL7}observation-category", "laboratory"), (f"{HL7}observation-category", "imaging"),
    # a variant and its meaning, and what is said of them (https://hl7.org/fhir/uv/genomics-reporting)
    (f"{HL7}v2-0074", "GE"), (LOINC, "69548-6"), (LOINC, "LA9633-4"), (TBD, "diagnostic-implication"),
    *((LOINC, code) for code in (
        "48018-6", "48004-6", "81290-9", "48005-3", "48019-4", "53034-5", "62374-4", "48000-4", "69547-8", "69551-0",
        "81252-9", "81254-5", "92822-6", "LA30102-0", "53037-8", "81259-4",
    )),
    # what is said of a finding: how severe, from when on, and what else
    (HPO, "HP:0012824"), (HPO, "HP:0003674"), (HPO, "HP:0012823"),
    # what the model takes where nothing else is said
    (f"{HL7}observation-category", "exam"), (f"{HL7}condition-category", "problem-list-item"),
    # `absent: true`, and the two or three extents of a `size`
    (SNOMED, "2667000"), (SNOMED, "410668003"), (SNOMED, "103355008"), (SNOMED, "131197000"),
    # that nothing is known, where a profile wants a value or a section
    (f"{HL7}data-absent-reason", "unknown"), ("http://terminology.hl7.org/CodeSystem/list-empty-reason", "unavailable"),
    # the document: its type, its sections, its author's part in it
    (LOINC, "60591-5"), (LOINC, "11450-4"), (LOINC, "48765-2"), (LOINC, "10160-0"), (LOINC, "11369-6"), (LOINC, "30954-2"),
    (LOINC, "47519-4"), (LOINC, "29545-1"), (LOINC, "10157-6"), (LOINC, "29762-2"),
    (LOINC, "46264-8"), (LOINC, "18776-5"), (LOINC, "104605-1"),
    (f"{HL7}observation-category", "social-history"), (f"{HL7}provenance-participant-type", "author"),
}  # fmt: skip
"""The codes that stand in a bundle whatever the case says, or for what it does not say."""

SIDES = {"left": "7771000", "right": "24028007", "both": "51440002"}

SIGNIFICANCE = {
    "pathogenic": "LA6668-3", "likely-pathogenic": "LA26332-9", "uncertain": "LA26333-7", "likely-benign": "LA26334-5",
    "benign": "LA6675-8",
}  # fmt: skip
"""https://loinc.org/LL4034-6"""

WORDS = (
    f"{HL7}condition-clinical", f"{HL7}condition-ver-status", f"{HL7}condition-category", f"{HL7}observation-category",
    f"{HL7}allergyintolerance-clinical", f"{HL7}allergyintolerance-verification", f"{HL7}data-absent-reason",
    "http://dicom.nema.org/resources/ontology/DCM", HGVS,
)  # fmt: skip
"""The systems whose codes are words of the case; HGVS has expressions for codes."""


def leaves(value: Any) -> Iterator[Any]:
    """All that stands in a value of the model, however deep: texts, numbers, and the values they stand in."""
    yield value
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from leaves(getattr(value, name))
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from leaves(getattr(value, field.name))
    elif isinstance(value, dict):
        for held in value.values():
            yield from leaves(held)
    elif isinstance(value, list | tuple):
        for held in value:
            yield from leaves(held)


class Stated:
    """What a case states: its texts, its numbers, its codes."""

    def __init__(self, case: Case) -> None:
        found = list(leaves(case))
        self.texts = {one for one in found if isinstance(one, str)}
        self.all_text = "\n".join(self.texts)
        self.numbers = {str(one) for one in found if isinstance(one, int | Decimal) and not isinstance(one, bool)}
        for quote in (one for one in found if isinstance(one, Quote)):
            self.numbers |= {str(quote.at), str(len(quote.text))}
        if case.patient is not None and case.patient.age is not None:
            self.numbers.add(str(case.patient.age.time.value + 1))  # nineteen years old: not yet twenty
        self.codes = {
            (one.system, one.code) for one in found if {"system", "code"} <= set(getattr(one, "__slots__", ()))
        }
        self.codes |= {(UCUM, one.unit) for one in found if hasattr(one, "unit") and one.unit}
        self.codes |= {(system, word) for system in WORDS for word in self.texts}
        self.codes |= {(SNOMED, code) for side, code in SIDES.items() if side in self.texts}
        self.codes |= {(LOINC, code) for word, code in SIGNIFICANCE.items() if word in self.texts}


def objects(value: Json) -> Iterator[dict[str, Json]]:
    if isinstance(value, dict):
        yield value
        for held in value.values():
            yield from objects(held)
    elif isinstance(value, list):
        for held in value:
            yield from objects(held)


def scalars(value: Json, name: str = "") -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        for key, held in value.items():
            yield from scalars(held, key)
    elif isinstance(value, list):
        for held in value:
            yield from scalars(held, name)
    else:
        yield name, value


def assert_nothing_is_invented(case: Case, type: str) -> None:
    stated = Stated(case)
    bundle = loads(dumps(case.to_bundle(type)))  # type: ignore[arg-type]
    for name, value in scalars(bundle):
        if isinstance(value, str):
            if DATE.fullmatch(value):
                assert value in stated.all_text, f"{name}: {value} is no date of the case"
            for date in IN_TEXT.findall(value) if name == "div" else ():
                assert date in stated.all_text, f"{date} in a narrative is no date of the case"
        elif isinstance(value, int | Decimal) and not isinstance(value, bool):
            assert str(value) in stated.numbers, f"{name}: {value} is no number of the case"
    for one in objects(bundle):
        if isinstance(one.get("code"), str) and "system" in one and not str(one["system"]).startswith("urn:fhir-case:"):
            pair = (one["system"], one["code"])
            assert pair in stated.codes | FIXED, f"{pair} is no code of the case"


@pytest.mark.parametrize("type", ["transaction", "collection", "document"])
@pytest.mark.parametrize(
    "path", sorted((ROOT / "fixtures/cases").glob("*/case.yaml")), ids=lambda path: path.parent.name
)
def test_nothing_is_invented_for_a_case_of_the_fixtures(path, type) -> None:
    assert_nothing_is_invented(Case.load(path), type)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), st.sampled_from(["transaction", "document"]))
def test_nothing_is_invented_for_any_case(case: Case, type: str) -> None:
    assert_nothing_is_invented(case, type)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), st.sampled_from(["transaction", "document"]))
def test_what_the_standard_forces_a_build_to_add_stands_in_its_report(case: Case, type: str) -> None:
    build = case.build(type)  # type: ignore[arg-type]
    added = [issue for issue in build.report.issues if issue.code == "required-unknown"]
    assert all(issue.path and issue.message for issue in added)
    assert len(added) == added_to(build.bundle, case)


UNKNOWN = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}


def added_to(bundle: Json, case: Case) -> int:
    """How much of a bundle no field of the case says: elements that say nothing but `unknown`, and what stands for others.

    A `valueDuration` of that kind is how `before index` is told, without a length of time.
    """
    held = list(objects(bundle))
    unknown = sum(one == UNKNOWN for each in held for one in values_of(each))
    values = sum(
        "dataAbsentReason" in one and one["dataAbsentReason"]["coding"][0]["code"] == "unknown" for one in held
    )
    stated = sum(getattr(one, "missing", None) == "unknown" for one in leaves(case))
    sections = sum("emptyReason" in one for one in held)
    names = int(case.patient is not None and not case.patient.name)
    series = sum(one.uid is None for study in case.imaging.values() for one in study.series)
    return unknown + values - stated + sections + names + series


def values_of(held: dict[str, Json]) -> Iterator[Json]:
    """The values of an object, its lists' entries one by one."""
    for name, value in held.items():
        if name != "valueDuration":
            yield from value if isinstance(value, list) else [value]
