"""What every element of R4 must be, whatever the profile: each row breaks one rule of the specification."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_case import validate

PATIENT = {"resourceType": "Patient", "id": "p"}
OBSERVATION = {"resourceType": "Observation", "status": "final", "code": {"text": "weight"}}

WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("an element that does not exist", {**PATIENT, "gendre": "male"}, "element-unknown", "Patient"),
    ("one that exists in another type", {**PATIENT, "valueString": "x"}, "element-unknown", "Patient"),
    ("a twin of an object", {**PATIENT, "_name": [{"id": "n"}]}, "element-unknown", "Patient"),
    ("a missing element", {"resourceType": "Observation", "code": {"text": "x"}}, "element-missing", "Observation"),
    ("one value where an array belongs", {**PATIENT, "name": {"family": "X"}}, "element-type", "Patient.name"),
    ("an array where one value belongs", {**PATIENT, "gender": ["male"]}, "element-type", "Patient.gender"),
    ("an object where a value belongs", {**PATIENT, "gender": {"code": "male"}}, "element-type", "Patient.gender"),
    ("a value where an object belongs", {**PATIENT, "maritalStatus": "M"}, "element-type", "Patient.maritalStatus"),
    ("text where a boolean belongs", {**PATIENT, "active": "true"}, "element-type", "Patient.active"),
    ("a number where a boolean belongs", {**PATIENT, "active": 1}, "value-format", "Patient.active"),
    ("an empty object", {**PATIENT, "maritalStatus": {}}, "element-empty", "Patient.maritalStatus"),
    ("an id beside no value", {**PATIENT, "_birthDate": {"id": "x"}}, "element-empty", "Patient.birthDate"),
    ("an empty array", {**PATIENT, "name": []}, "element-empty", "Patient.name"),
    ("an empty string", {**PATIENT, "birthDate": ""}, "element-empty", "Patient.birthDate"),
    ("null", {**PATIENT, "birthDate": None}, "element-empty", "Patient.birthDate"),
    ("null without an extension beside it", {**PATIENT, "name": [{"given": ["A", None]}]}, "element-empty",
     "Patient.name[0].given[1]"),
    ("two values of one choice", {**PATIENT, "deceasedBoolean": True, "deceasedDateTime": "2020"}, "choice-several",
     "Patient"),
    ("a type that the choice does not have", {**PATIENT, "deceasedString": "yes"}, "element-unknown", "Patient"),
    ("a day that the calendar does not have", {**PATIENT, "birthDate": "2021-02-30"}, "value-format",
     "Patient.birthDate"),
    ("29 February of a common year", {**PATIENT, "birthDate": "2021-02-29"}, "value-format", "Patient.birthDate"),
    ("a time without a zone", {**OBSERVATION, "effectiveDateTime": "2020-01-01T10:00:00"}, "value-format",
     "Observation.effective.ofType(dateTime)"),
    ("an instant without seconds", {**OBSERVATION, "issued": "2020-01-01T10:00Z"}, "value-format",
     "Observation.issued"),
    ("a code with a space before it", {**PATIENT, "gender": " male"}, "value-format", "Patient.gender"),
    ("a uri with a space", {**PATIENT, "implicitRules": "http://a b"}, "value-whitespace", "Patient.implicitRules"),
    ("an id with an underscore", {"resourceType": "Patient", "id": "a_b"}, "value-format", "Patient.id"),
    ("an id of 65 characters", {"resourceType": "Patient", "id": "a" * 65}, "value-format", "Patient.id"),
    ("an extension on the id of a resource", {**PATIENT, "_id": {"extension": [{"url": "http://x.org/y"}]}},
     "element-not-allowed-here", "Patient"),
    ("a positiveInt of 0", {**PATIENT, "telecom": [{"rank": 0}]}, "value-range", "Patient.telecom[0].rank"),
    ("an integer with a fraction", {**PATIENT, "multipleBirthInteger": 1.5}, "value-format",
     "Patient.multipleBirth.ofType(integer)"),
    ("an integer of 2147483648", {**PATIENT, "multipleBirthInteger": 2**31}, "value-range",
     "Patient.multipleBirth.ofType(integer)"),
    ("text where a decimal belongs", {**OBSERVATION, "valueQuantity": {"value": "3"}}, "element-type",
     "Observation.value.ofType(Quantity).value"),
    ("base64 with a stray sign", {**PATIENT, "photo": [{"contentType": "image/png", "data": "AAA%"}]}, "value-format",
     "Patient.photo[0].data"),
    ("base64 of five characters", {**PATIENT, "photo": [{"contentType": "image/png", "data": "AAAAA"}]}, "value-format",
     "Patient.photo[0].data"),
    ("a urn:uuid that is none", {**PATIENT, "photo": [{"url": "urn:uuid:123"}]}, "value-format",
     "Patient.photo[0].url"),
    ("a relative canonical", {**PATIENT, "meta": {"profile": ["Profile/x"]}}, "value-format",
     "Patient.meta.profile[0]"),
    ("two elements with one id", {**PATIENT, "name": [{"id": "a", "text": "A"}, {"id": "a", "text": "B"}]},
     "element-id-twice", "Patient.name[1].id"),
    ("two values with one id", {**PATIENT, "active": True, "_active": {"id": "a"}, "gender": "male", "_gender": {"id": "a"}},
     "element-id-twice", "Patient.gender.id"),
    ("an id again further down", {**PATIENT, "name": [{"id": "a", "text": "A", "period": {"id": "a", "start": "2000"}}]},
     "element-id-twice", "Patient.name[0].period.id"),
    ("a security label twice", {**PATIENT, "meta": {"security": [
        {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}] * 2}},
     "security-label-twice", "Patient.meta.security[1]"),
    ("a resource type that R4 does not have", {"resourceType": "Pateint"}, "type-unknown", "Pateint"),
    ("no resource type", {"id": "x"}, "resource-type-missing", ""),
    ("a contained resource in a contained one",
     {**PATIENT, "managingOrganization": {"reference": "#o"},
      "contained": [{"resourceType": "Organization", "id": "o", "name": "x",
                     "contained": [{"resourceType": "Organization", "id": "i", "name": "y"}]}]},
     "contained-nested", "Patient.contained[0]"),
    ("a contained resource that nothing refers to",
     {**PATIENT, "contained": [{"resourceType": "Organization", "id": "o", "name": "x"}]},
     "contained-unused", "Patient.contained[0]"),
]  # fmt: skip

RIGHT: list[tuple[str, dict[str, Any]]] = [
    ("29 February of a leap year", {**PATIENT, "birthDate": "2020-02-29"}),
    ("a year alone", {**PATIENT, "birthDate": "2020"}),
    ("a leap second", {**OBSERVATION, "issued": "2016-12-31T23:59:60Z"}),
    ("a zone of 14 hours", {**OBSERVATION, "effectiveDateTime": "2020-01-01T10:00:00.123456+14:00"}),
    ("a value that is only an extension",
     {**PATIENT, "_birthDate": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                                               "valueCode": "unknown"}]}}),
    ("null with an extension beside it",
     {**PATIENT, "name": [{"given": ["A", None],
                           "_given": [None, {"extension": [
                               {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                                "valueCode": "masked"}]}]}]}),
    ("an integer as large as it may be", {**PATIENT, "multipleBirthInteger": 2**31 - 1}),
    ("an id of 64 characters", {"resourceType": "Patient", "id": "a" * 64}),
    ("text with line breaks and letters of all kinds", {**PATIENT, "name": [{"text": "Ægir\n\t山田"}]}),
    ("a urn:oid", {**PATIENT, "identifier": [{"system": "urn:oid:2.16.840.1.113883.4.1", "value": "1"}]}),
    ("a control character", {**PATIENT, "name": [{"family": "A\x01"}]}),
    ("a contained resource with the element ids of its container",
     {**PATIENT, "name": [{"id": "a", "text": "A"}], "managingOrganization": {"reference": "#o"},
      "contained": [{"resourceType": "Organization", "id": "o", "name": "n",
                     "contact": [{"id": "a", "name": {"text": "x"}}]}]}),
]  # fmt: skip

DOUBTED: list[tuple[str, dict[str, Any], str, str]] = [
    ("an object with nothing but an id", {**PATIENT, "maritalStatus": {"id": "x"}}, "element-empty",
     "Patient.maritalStatus"),
    ("an empty array of values", {**PATIENT, "address": [{"text": "x", "line": []}]}, "element-empty",
     "Patient.address[0].line"),
]  # fmt: skip
"""Against the specification, and no error for HL7's validator."""


@pytest.mark.parametrize(("what", "resource", "code", "path"), DOUBTED, ids=[row[0] for row in DOUBTED])
def test_it_is_a_warning(what: str, resource: dict[str, Any], code: str, path: str) -> None:
    found = [(one.code, one.path, one.severity) for one in validate(resource).issues]
    assert (code, path, "warning") in found
    assert "error" not in {severity for _, _, severity in found}


@pytest.mark.parametrize(("what", "resource", "code", "path"), WRONG, ids=[row[0] for row in WRONG])
def test_it_is_named_with_its_place(what: str, resource: dict[str, Any], code: str, path: str) -> None:
    errors = [one for one in validate(resource).issues if one.severity in ("error", "fatal")]
    assert (code, path) in [(one.code, one.path) for one in errors]


@pytest.mark.parametrize(("what", "resource", "code", "path"), WRONG, ids=[row[0] for row in WRONG])
def test_one_defect_is_one_error(what: str, resource: dict[str, Any], code: str, path: str) -> None:
    errors = [one for one in validate(resource).issues if one.severity in ("error", "fatal")]
    assert len(errors) == 1, [str(one) for one in errors]


@pytest.mark.parametrize(("what", "resource"), RIGHT, ids=[row[0] for row in RIGHT])
def test_it_is_allowed(what: str, resource: dict[str, Any]) -> None:
    assert [str(one) for one in validate(resource).issues if one.severity in ("error", "fatal")] == []


def test_the_nearest_element_is_named() -> None:
    (issue,) = validate({**PATIENT, "gendre": "male"}).issues
    assert issue.fix == "did you mean gender?"


def test_text_gives_line_and_column() -> None:
    (issue,) = validate('{\n  "resourceType": "Patient",\n  "birthDate": "2021-02-30"\n}').issues
    assert issue.place is not None
    assert (issue.place.line, issue.place.column) == (3, 16)
