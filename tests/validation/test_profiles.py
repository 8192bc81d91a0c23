"""What profiles demand of elements: how many, which types and values, invariants."""

from __future__ import annotations

from typing import Any

import pytest
from defining import found
from instances import CORE, UNKNOWN, Node, claims, coding, concept, observation, patient, profile

NAMED: Node = {"name": [{"given": ["a"]}], "birthDate": "2010-01-01"}
COUNTED = profile(
    "counted", "Patient",
    {"path": "Patient.name", "min": 1, "max": "2"}, {"path": "Patient.name.given", "min": 1},
    {"path": "Patient.telecom", "max": "0"}, {"path": "Patient.birthDate", "min": 1},
    {"path": "Patient.contact.name", "min": 1},
)  # fmt: skip


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({}, []),
        ({"name": None}, [("element-missing", "Patient")]),
        ({"name": [{"given": ["a"]}, {"given": ["b"]}, {"given": ["c"]}]}, [("element-too-many", "Patient")]),
        ({"name": [{"family": "x"}]}, [("element-missing", "Patient.name[0]")]),
        ({"telecom": [{"system": "phone", "value": "1"}]}, [("element-too-many", "Patient")]),
        ({"contact": [{"telecom": [{"system": "phone", "value": "1"}]}]}, [("element-missing", "Patient.contact[0]")]),
        ({"contact": [{"name": {"text": "x"}}]}, []),
        ({"birthDate": None, "_birthDate": UNKNOWN}, []),
        ({"name": [{"_given": [UNKNOWN]}]}, []),
    ],
)
def test_a_profile_says_how_many_there_are(more: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    resource = {key: value for key, value in patient(**(NAMED | more)).items() if value is not None}
    assert found(claims(resource, "counted"), COUNTED) == wrong


A, B, C = coding("a"), coding("b"), coding("c")


@pytest.mark.parametrize(
    ("code", "right"),
    [
        (concept(A, B), True),
        (concept(B, A), True),
        (concept(C, A, B, text="t"), True),
        (concept(A), False),
        ({"text": "x"}, False),
    ],
)
def test_a_pattern_is_in_the_value_with_what_else_there_is(code: Node, right: bool) -> None:
    made = profile("pattern", "Observation", {"path": "Observation.code", "patternCodeableConcept": concept(A, B)})
    assert found(claims(observation(code=code), "pattern"), made) == (
        [] if right else [("value-pattern", "Observation.code")]
    )


FIXED = profile("fixed", "Observation", {"path": "Observation.status", "fixedCode": "final"})


@pytest.mark.parametrize(
    ("more", "right"),
    [
        ({}, True),
        ({"status": "amended"}, False),
        ({"_status": {"id": "x"}}, True),
        ({"_status": UNKNOWN}, False),
    ],
)
def test_a_fixed_value_is_just_that_without_extensions(more: Node, right: bool) -> None:
    expected = [] if right else [("value-fixed", "Observation.status")]
    assert found(claims(observation(**more), "fixed"), FIXED) == expected


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        (concept(A), ""),
        (concept(A, id="x"), ""),
        (concept(B), ".coding[0].code"),
        (concept(A, text="x"), ".text"),
        (concept({**A, "display": "x"}), ".coding[0].display"),
        (concept(A, B), "."),
        ({**concept(A), **UNKNOWN}, ".extension"),
    ],
)
def test_a_fixed_concept_is_just_that_but_for_ids(code: Node, wrong: str) -> None:
    made = profile("coded", "Observation", {"path": "Observation.code", "fixedCodeableConcept": concept(A)})
    expected = [("value-fixed", ("Observation.code" + wrong).rstrip("."))] if wrong else []
    assert found(claims(observation(code=code), "coded"), made) == expected


def test_a_profile_narrows_the_types_of_a_choice() -> None:
    made = profile(
        "number", "Observation", {"path": "Observation.value[x]", "type": [{"code": "Quantity"}, {"code": "integer"}]}
    )
    assert found(claims(observation(valueInteger=5), "number"), made) == []
    at = "Observation.value.ofType(string)"
    assert found(claims(observation(valueString="x"), "number"), made) == [("type-not-allowed", at)]


RULED = profile(
    "ruled", "Patient",
    {"path": "Patient", "constraint": [
        {"key": "x-1", "severity": "error", "human": "a name", "expression": "name.exists() or active = false"},
        {"key": "x-2", "severity": "warning", "human": "never", "expression": "false"},
    ]},
    {"path": "Patient.name", "constraint": [
        {"key": "x-3", "severity": "error", "human": "a family name", "expression": "family.exists()"},
    ]},
)  # fmt: skip


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"name": [{"family": "x"}]}, []),
        ({"active": False}, []),
        ({}, [("invariant", "Patient")]),
        ({"name": [{"given": ["x"]}]}, [("invariant", "Patient.name[0]")]),
    ],
)
def test_a_profile_has_invariants_of_its_own(more: Node, wrong: list[tuple[str, str]]) -> None:
    assert found(claims(patient(**more), "ruled"), RULED) == wrong


@pytest.mark.parametrize(
    ("birth", "right"), [("2000", True), ("2010-05", True), ("1999-12-31", False), ("2021-01", False)]
)
def test_a_date_lies_between_the_least_and_the_most(birth: str, right: bool) -> None:
    limits = {"path": "Patient.birthDate", "minValueDate": "2000-01-01", "maxValueDate": "2020-12-31"}
    expected = [] if right else [("value-range", "Patient.birthDate")]
    assert found(claims(patient(birthDate=birth), "dated"), profile("dated", "Patient", limits)) == expected


HEART: Node = {
    "category": [concept(coding("vital-signs", "http://terminology.hl7.org/CodeSystem/observation-category"))],
    "code": concept(coding("8867-4", "http://loinc.org")),
    "effectiveDateTime": "2020-01-01",
}


def test_an_observation_of_a_vital_sign_meets_its_profile_without_saying_so() -> None:
    """https://hl7.org/fhir/R4/observation-vitalsigns.html; HAPI's validator, our oracle, leaves it out, HL7's own has it."""
    unit = {"value": 60, "unit": "beats", "system": "http://unitsofmeasure.org", "code": "/min"}
    assert found(observation(**HEART, valueQuantity=unit)) == []
    wrong = found(observation(**HEART, valueQuantity={"value": 60}))
    assert {at for _, at in wrong} == {"Observation.value.ofType(Quantity)"}


def test_who_claims_to_be_a_vital_sign_is_held_against_that_alone() -> None:
    resource = {**observation(**HEART, valueQuantity={"value": 60}), "meta": {"profile": [CORE + "vitalsigns"]}}
    assert found(resource) == []


def test_the_units_of_components_of_vital_signs_are_a_recommendation() -> None:
    unit = {"value": 6, "unit": "l/min", "system": "http://unitsofmeasure.org", "code": "L/min"}
    parts = [{"code": {"text": "flow"}, "valueQuantity": unit}]
    rate = {"value": 60, "unit": "beats", "system": "http://unitsofmeasure.org", "code": "/min"}
    assert found(observation(**HEART, valueQuantity=rate, component=parts)) == []


def test_what_a_resource_and_its_bundle_demand_of_it_is_told_once_wherever_it_stands() -> None:
    one = claims(patient(birthDate="2010-01-01"), "counted")
    entries = [
        {"fullUrl": f"urn:uuid:00000000-0000-0000-0000-00000000000{number}", "resource": one} for number in (1, 2)
    ]
    bundle = claims({"resourceType": "Bundle", "type": "collection", "entry": entries}, "holding")
    demanded = {"path": "Bundle.entry.resource", "type": [{"code": "Patient", "profile": [COUNTED["url"]]}]}
    assert found(bundle, COUNTED, profile("holding", "Bundle", demanded)) == [
        ("element-missing", f"Bundle.entry[{place}].resource") for place in (0, 1)
    ]
