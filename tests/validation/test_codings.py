"""Codings and units by their system, whatever they are bound to."""

from __future__ import annotations

import pytest
from defining import found
from instances import Node, observation

from fhir_case import validate

UCUM = "http://unitsofmeasure.org"


@pytest.mark.parametrize(
    ("element", "severity"),
    [
        ({"valueQuantity": {"value": 1, "system": UCUM, "code": "kgs"}}, "error"),
        ({"valueQuantity": {"value": 1, "system": UCUM, "code": "kg"}}, ""),
        ({"valueQuantity": {"value": 1, "system": "http://example.org/units", "code": "kgs"}}, ""),
        ({"valueQuantity": {"value": 1, "system": "http://hl7.org/fhir/ValueSet/ucum-common", "code": "kg"}}, "error"),
    ],
)
def test_a_unit_is_one_of_its_system(element: Node, severity: str) -> None:
    assert (found(observation(**element)) != []) is (severity == "error")


def test_a_wrong_unit_of_an_age_is_doubted() -> None:
    """HL7's validator does not look at the codes of an Age."""
    condition = {"resourceType": "Condition", "subject": {"display": "x"}, "clinicalStatus": {"coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
        "onsetAge": {"value": 3, "unit": "years", "system": UCUM, "code": "yrs"}}  # fmt: skip
    assert found(condition) == []
    assert ("unit-invalid", "Condition.onset.ofType(Age).code") in found(condition, least="warning")


@pytest.mark.parametrize(
    ("system", "codes"),
    [
        ("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", ["code-unknown"]),
        ("http://hl7.org/fhir/observation-status", ["code-unknown"]), ("http://snomed.info/sct", []),
    ],
)  # fmt: skip
def test_white_space_is_no_code_of_a_system_that_is_here(system: str, codes: list[str]) -> None:
    assert [code for code, _ in found(observation(method={"coding": [{"system": system, "code": " "}]}))] == codes


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("http://loinc.com", "code-system-unknown"), ("http://hospital.test/codes", "code-system-unknown"),
        ("http://www.whocc.no/atc", "code-undecided"), ("http://human-phenotype-ontology.org", "code-undecided"),
        ("http://terminology.hl7.org/CodeSystem/icd-o-3", "code-undecided"), ("http://hl7.org/fhir/sid/cvx", "code-undecided"),
    ],
)  # fmt: skip
def test_a_code_of_a_system_whose_content_is_not_here_is_undecided_and_one_of_an_unknown_system_doubted(
    system: str, code: str
) -> None:
    resource = observation(method={"coding": [{"system": system, "code": "1"}]})
    said = {(issue.code, issue.severity) for issue in validate(resource).issues if issue.code.startswith("code-")}
    assert said == {(code, "warning" if code == "code-system-unknown" else "information")}
