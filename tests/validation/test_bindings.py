"""Codes against value sets and code systems: how strongly an element is bound, and what is known of the codes."""

from __future__ import annotations

import pytest
from defining import found
from instances import Node, claims, coding, concept, observation, patient, profile, text

STATUS = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
GENDER = coding("male", "http://hl7.org/fhir/administrative-gender")
LOCAL = coding("a", "http://my-hospital.org/codes")
LANGUAGE = "urn:ietf:bcp:47"
SNOMED = coding("55561003", "http://snomed.info/sct")
AT = "Condition.clinicalStatus"


def condition(**more: object) -> Node:
    active = concept(coding("active", STATUS))
    return {
        "resourceType": "Condition",
        "text": text(),
        "subject": {"display": "x"},
        "clinicalStatus": active,
        "code": {"text": "x"},
        **more,
    }


@pytest.mark.parametrize(
    ("status", "codes"),
    [
        (concept(coding("active", STATUS)), []),
        (concept(coding("active", STATUS, version="4.0.1")), []),
        (concept(coding("active", STATUS), LOCAL), []),
        (concept(LOCAL), ["code-not-in-value-set"]),
        (concept(GENDER), ["code-not-in-value-set"]),
        (concept(SNOMED), ["code-not-in-value-set"]),
        (concept({"code": "active"}), ["code-not-in-value-set"]),
        (concept({"system": STATUS}), ["code-missing"]),
        (concept({"display": "x"}), ["code-missing"]),
        ({"text": "x"}, ["code-missing"]),
        ({"extension": [{"url": "http://example.org/e", "valueString": "x"}]}, ["code-missing"]),
    ],
)
def test_a_required_binding_demands_a_code_of_its_value_set(status: Node, codes: list[str]) -> None:
    wrong = [(code, at) for code, at in found(condition(clinicalStatus=status)) if code != "invariant"]
    assert wrong == [(code, AT) for code in codes]


@pytest.mark.parametrize(
    ("category", "codes"),
    [
        (concept(coding("encounter-diagnosis", CATEGORY)), []),
        (concept(GENDER), ["code-not-in-extensible-value-set"]),
        (concept(LOCAL), ["code-system-unknown", "code-not-in-extensible-value-set"]),
        (concept(SNOMED), ["code-not-in-extensible-value-set"]),
        ({"text": "x"}, ["code-missing"]),
    ],
)
def test_an_extensible_binding_recommends_one(category: Node, codes: list[str]) -> None:
    assert found(condition(category=[category])) == []
    assert [code for code, _ in found(condition(category=[category]), least="warning")] == codes


@pytest.mark.parametrize("code", ["bogus", "Encounter-Diagnosis"])
def test_a_code_that_its_system_does_not_have_is_an_error_whatever_binds(code: str) -> None:
    assert found(condition(category=[concept(coding(code, CATEGORY))])) == [
        ("code-unknown", "Condition.category[0].coding[0]")
    ]


@pytest.mark.parametrize(
    ("language", "right"),
    [
        (concept(coding("en", LANGUAGE)), True),
        (concept(coding("de-AT", LANGUAGE)), True),
        (concept(coding("fr-LU", LANGUAGE)), True),
        ({"text": "x"}, True),
        (concept({"code": "en"}), True),
        (concept(coding("xx", LANGUAGE)), False),
        (concept(LOCAL), False),
    ],
)
def test_what_is_coded_is_from_the_widest_value_set_allowed(language: Node, right: bool) -> None:
    """Of fr-LU the oracle says that it is not in the *preferred* set, as an error: that is no rule."""
    assert (found(patient(communication=[{"language": language}])) == []) is right


@pytest.mark.parametrize(("version", "codes"), [("4.0.1", []), ("99", ["code-system-unknown"])])
def test_a_version_that_is_not_known_is_doubted(version: str, codes: list[str]) -> None:
    status = concept(coding("active", STATUS, version=version))
    assert [code for code, _ in found(condition(clinicalStatus=status), least="warning")] == codes


def test_the_system_of_a_code_or_unit_is_absolute() -> None:
    relative = found(condition(category=[concept(coding("x", "foo"))]))
    assert relative == [("code-system-unknown", "Condition.category[0].coding[0].system")]
    unit = observation(valueQuantity={"value": 1, "system": "foo", "code": "x"})
    assert found(unit) == [("code-system-unknown", "Observation.value.ofType(Quantity).system")]


def system(content: str, **more: object) -> Node:
    return {
        "resourceType": "CodeSystem",
        "url": "http://example.org/own",
        "status": "active",
        "content": content,
        "concept": [{"code": "a"}, {"code": "old", "property": [{"code": "inactive", "valueBoolean": True}]}],
        "property": [{"code": "inactive", "uri": "http://hl7.org/fhir/concept-properties#inactive", "type": "boolean"}],
        **more,
    }


@pytest.mark.parametrize(
    ("content", "code", "severity", "said"),
    [
        ("complete", "a", "", ""),
        ("complete", "b", "error", "code-unknown"),
        ("fragment", "b", "warning", "code-unknown"),
        ("example", "b", "warning", "code-unknown"),
        ("complete", "old", "warning", "code-inactive"),
        ("supplement", "a", "error", "code-system-unknown"),
    ],
)
def test_what_is_known_of_a_system_decides_how_grave_an_unknown_code_is(
    content: str, code: str, severity: str, said: str
) -> None:
    resource = observation(code=concept(coding(code, "http://example.org/own")))
    also = system(content, **({"supplements": "http://loinc.org"} if content == "supplement" else {}))
    assert [one for one, _ in found(resource, also)] == ([said] if severity == "error" else [])
    assert [one for one, _ in found(resource, also, least="warning")] == ([said] if said else [])


def test_a_profile_may_carry_its_value_set_with_it() -> None:
    """HL7's case patient-translated-codes: what such a value set calls a code is a display of it."""
    relation = "http://terminology.hl7.org/CodeSystem/v2-0131"
    own = {
        "resourceType": "ValueSet",
        "id": "own",
        "status": "active",
        "expansion": {
            "timestamp": "2020-01-01T00:00:00Z",
            "contains": [{"system": relation, "code": "C", "display": "call"}],
        },
    }
    bound = {"path": "Patient.contact.relationship", "binding": {"strength": "required", "valueSet": "#own"}}
    made = profile("carrying", "Patient", {"path": "Patient.contact"}, bound, contained=[own])

    def known(code: str, display: str) -> list[str]:
        contact = {"name": {"text": "x"}, "relationship": [concept(coding(code, relation, display=display))]}
        said = found(claims(patient(contact=[contact]), "carrying"), made, least="warning")
        return [one for one, _ in said if one != "code-not-in-extensible-value-set"]

    assert known("C", "call") == []
    assert known("C", "shout") == ["code-display"]
    assert known("E", "Employer") == ["code-not-in-value-set"]


def test_a_reference_beside_a_bound_concept_is_not_held_against_its_codes() -> None:
    """DataRequirement.subject[x] is a CodeableConcept, which is bound, or a Reference; found with random resources."""
    subject = {"type": "Patient", "subjectReference": {"reference": "Group/1"}}
    held = {"url": "http://example.org/e", "valueDataRequirement": subject}
    assert [code for code, _ in found(patient(extension=[held]))] == []
