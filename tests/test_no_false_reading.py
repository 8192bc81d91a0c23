"""Law 8: what is refuted, absent, excluded, entered in error or modified is never read as its opposite."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_case import Case
from fhir_case.json import canonical, copied

PATIENT = {"resourceType": "Patient", "id": "p"}
SUBJECT = {"reference": "Patient/p"}
ABSENT = {"system": "http://snomed.info/sct", "code": "2667000"}

CONDITION = {"resourceType": "Condition", "id": "x", "code": {"text": "Gout"}, "subject": SUBJECT}
FINDING = {"resourceType": "Observation", "id": "x", "status": "final", "code": {"text": "Fever"}, "subject": SUBJECT}
DRUG = {"resourceType": "MedicationStatement", "id": "x", "status": "active", "subject": SUBJECT,
        "medicationCodeableConcept": {"text": "Aspirin"}}  # fmt: skip
VACCINE = {"resourceType": "Immunization", "id": "x", "status": "completed", "patient": SUBJECT,
           "vaccineCode": {"text": "MMR"}, "occurrenceDateTime": "2020"}  # fmt: skip
PROCEDURE = {
    "resourceType": "Procedure",
    "id": "x",
    "status": "completed",
    "code": {"text": "Biopsy"},
    "subject": SUBJECT,
}
ALLERGY = {"resourceType": "AllergyIntolerance", "id": "x", "code": {"text": "Nuts"}, "patient": SUBJECT}
FAMILY = {"resourceType": "FamilyMemberHistory", "id": "x", "status": "completed", "patient": SUBJECT,
          "relationship": {"text": "Mother"}, "condition": [{"code": {"text": "Gout"}}]}  # fmt: skip
EXTENSION = [{"url": "http://x.example/not", "valueBoolean": True}]


def _status(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def _read(resource: dict[str, Any]) -> Any:
    """The item that the resource became, or None where it is carried; and it is given back whatever it became."""
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [
        {"fullUrl": f"http://a.example/{one['resourceType']}/{one['id']}", "resource": one}
        for one in (copied(PATIENT), copied(resource))]}  # fmt: skip
    case = Case.from_bundle(bundle)
    assert canonical(case.to_bundle()) == canonical(bundle)
    entry = next((entry for entry in case.entries() if entry.id not in ("patient", "source")), None)
    assert (entry is None) == (len(case.resources) == 1)
    return entry.item if entry else None


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param({**CONDITION, "modifierExtension": EXTENSION}, id="modifier extension"),
        pytest.param({**CONDITION, "implicitRules": "http://x.example/rules"}, id="implicit rules"),
        pytest.param(
            {**CONDITION, "evidence": [{"modifierExtension": EXTENSION, "code": [{"text": "a"}]}]}, id="inside"
        ),
        pytest.param(
            {**CONDITION, "verificationStatus": _status("condition-ver-status", "unheard-of")}, id="unknown code"
        ),
        pytest.param({**CONDITION, "verificationStatus": {"text": "surely not"}}, id="certainty in words"),
        pytest.param({**CONDITION, "clinicalStatus": {"coding": [{"system": "x:y", "code": "active"}]}}, id="foreign"),
        pytest.param({**CONDITION, "subject": {"reference": "Patient/another"}}, id="another patient"),
        pytest.param({**CONDITION, "subject": {"display": "her sister"}}, id="a subject in words"),
        pytest.param({**FINDING, "status": "unheard-of"}, id="unknown status"),
        pytest.param({**FINDING, "_status": {"extension": EXTENSION}, "status": None}, id="status that is no status"),
        pytest.param({**DRUG, "status": "never"}, id="drug of unknown status"),
        pytest.param({**DRUG, "dosage": [{"text": "1", "modifierExtension": EXTENSION}]}, id="dosage with a modifier"),
        pytest.param({**VACCINE, "isSubpotent": "yes"}, id="subpotent, told badly"),
        pytest.param({**PROCEDURE, "status": "nearly"}, id="procedure of unknown status"),
        pytest.param({**ALLERGY, "verificationStatus": _status("allergyintolerance-verification", "x")}, id="allergy"),
        pytest.param({**FAMILY, "status": "x"}, id="family"),
    ],
)
def test_what_has_a_modifier_that_is_not_known_is_only_carried(resource: dict[str, Any]) -> None:
    assert _read({k: v for k, v in resource.items() if v is not None}) is None


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        ({**CONDITION, "verificationStatus": _status("condition-ver-status", "refuted")}, {"certainty": "refuted"}),
        (
            {**CONDITION, "verificationStatus": _status("condition-ver-status", "entered-in-error")},
            {"certainty": "entered-in-error"},
        ),
        (CONDITION, {"certainty": None, "status": None, "category": None}),
        ({**FINDING, "status": "entered-in-error"}, {"status": "entered-in-error"}),
        ({**FINDING, "status": "cancelled"}, {"status": "cancelled"}),
        ({**FINDING, "valueCodeableConcept": {"coding": [ABSENT]}}, {"absent": True, "value": None}),
        ({**FINDING, "valueCodeableConcept": {"coding": [{"system": "x:y", "code": "0"}, ABSENT]}}, {"absent": True}),
        ({**FINDING, "valueCodeableConcept": {"coding": [ABSENT], "text": "none seen"}}, {"absent": True}),
        ({**FINDING, "dataAbsentReason": _status("data-absent-reason", "not-performed")}, {"missing": "not-performed"}),
        ({**DRUG, "status": "not-taken"}, {"status": "not-taken"}),
        ({**DRUG, "status": "entered-in-error"}, {"status": "entered-in-error"}),
        ({**VACCINE, "status": "not-done"}, {"status": "not-done"}),
        ({**VACCINE, "isSubpotent": True}, {"subpotent": True}),
        ({**PROCEDURE, "status": "not-done"}, {"status": "not-done"}),
        (
            {**ALLERGY, "verificationStatus": _status("allergyintolerance-verification", "refuted")},
            {"certainty": "refuted"},
        ),
        ({**FAMILY, "status": "entered-in-error"}, {"status": "entered-in-error"}),
    ],
)
def test_a_negation_that_is_known_is_read_as_one(resource: dict[str, Any], says: dict[str, Any]) -> None:
    item = _read(resource)
    assert item is not None
    assert {name: getattr(item, name) for name in says} == says


def test_a_false_value_is_kept_as_the_value_it_is() -> None:
    item = _read({**FINDING, "valueBoolean": False})
    assert item.absent is False
    assert item.value.value is False


@pytest.mark.parametrize(("comparator", "text"), [("<", "< 5 mg/L"), (">=", ">= 5 mg/L"), (None, "5 mg/L")])
def test_a_comparator_stays_with_its_number(comparator: str | None, text: str) -> None:
    value = {"value": 5, "unit": "mg/L", "system": "http://unitsofmeasure.org", "code": "mg/L"}
    item = _read({**FINDING, "valueQuantity": {**value, **({"comparator": comparator} if comparator else {})}})
    assert item.value.plain() == text


def test_a_comparator_that_is_not_known_leaves_the_value_unread() -> None:
    item = _read({**FINDING, "valueQuantity": {"value": 5, "comparator": "~"}})
    assert item.value is None
    assert item.absent is False


def test_an_age_with_a_comparator_is_no_plain_age() -> None:
    age = {"value": 40, "comparator": ">", "system": "http://unitsofmeasure.org", "code": "a"}
    assert _read({**CONDITION, "onsetAge": age}).onset.plain() == "> 40 a"


@pytest.mark.parametrize("link", ["replaced-by", "refer"])
def test_a_patient_record_that_was_replaced_is_only_carried(link: str) -> None:
    patient = {"resourceType": "Patient", "link": [{"other": {"reference": "Patient/q"}, "type": link}]}
    assert Case.from_bundle(patient).patient is None


@pytest.mark.parametrize(("key", "value"), [("active", False), ("deceasedBoolean", True), ("deceasedDateTime", "2020")])
def test_what_changes_the_meaning_of_a_patient_record_is_read(key: str, value: Any) -> None:
    patient = Case.from_bundle({"resourceType": "Patient", key: value}).patient
    said = patient.active if key == "active" else patient.deceased
    assert said is value or str(said) == value


def test_a_range_for_some_patients_only_is_not_read_as_the_normal_one() -> None:
    low = {"value": 1, "unit": "mg/L"}
    item = _read({**FINDING, "referenceRange": [{"low": low, "appliesTo": [{"text": "women"}]}]})
    assert item.reference == []


def test_a_guard_does_not_take_what_is_another_kinds() -> None:
    category = [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}
    ]
    assert type(_read({**FINDING, "category": category})).__name__ == "Lab"
    assert type(_read({**FINDING, "focus": [SUBJECT]})).__name__ == "Outcome"
    assert type(_read(FINDING)).__name__ == "Finding"
