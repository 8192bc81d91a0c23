"""Law 8 wherever a case is told: in its items, the document and its narrative, a phenopacket, a comparison.

Each mapped type with each element of R4 that can turn it into its opposite, and phenopackets that exclude.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from fhir_case import Case, dumps
from fhir_case.bundle.registry import own
from fhir_case.case.base import Item
from fhir_case.formats.diff import differences
from fhir_case.formats.phenopacket import read_phenopacket, write_phenopacket
from fhir_case.json import canonical, copied
from fhir_case.lens.modifiers import MODIFIERS

Resource = dict[str, Any]

PATIENT: Resource = {"resourceType": "Patient", "id": "p", "name": [{"text": "A"}]}
SUBJECT = {"reference": "http://a.example/Patient/p"}
DEVICE = {"reference": "http://a.example/Device/x"}
MARK = "Zebra"
"""The word by which the fact is found wherever it is told."""
SAID = {"text": MARK}
EXTENSION = [{"url": "http://x.example/not", "valueBoolean": True}]


def _concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def _observation(category: str = "", **more: Any) -> Resource:
    held = {"category": [_concept("observation-category", category)]} if category else {}
    return {"status": "final", "code": SAID, "subject": SUBJECT, **held, **more}


BASES: dict[str, Resource] = {
    "AllergyIntolerance": {"code": SAID, "patient": SUBJECT},
    "CarePlan": {"status": "active", "intent": "plan", "title": MARK, "subject": SUBJECT},
    "CareTeam": {"status": "active", "name": MARK, "subject": SUBJECT},
    "Condition": {"code": SAID, "subject": SUBJECT},
    "Device": {"status": "active", "type": SAID, "patient": SUBJECT},
    "DeviceUseStatement": {"status": "active", "device": {"display": MARK}, "subject": SUBJECT},
    "DiagnosticReport": {"status": "final", "code": SAID, "subject": SUBJECT},
    "DocumentReference": {"status": "current", "type": SAID, "subject": SUBJECT,
                          "content": [{"attachment": {"url": "http://a.example/x"}}]},
    "Encounter": {"status": "finished", "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
                  "type": [SAID], "subject": SUBJECT},
    "FamilyMemberHistory": {"status": "completed", "relationship": {"text": "Mother"}, "condition": [{"code": SAID}],
                            "patient": SUBJECT},
    "Flag": {"status": "active", "code": SAID, "subject": SUBJECT},
    "Goal": {"lifecycleStatus": "active", "description": SAID, "subject": SUBJECT},
    "ImagingStudy": {"status": "available", "description": MARK, "subject": SUBJECT},
    "Immunization": {"status": "completed", "vaccineCode": SAID, "occurrenceDateTime": "2020", "patient": SUBJECT},
    "Location": {"status": "active", "name": MARK},
    "Medication": {"status": "active", "code": SAID},
    "MedicationAdministration": {"status": "completed", "medicationCodeableConcept": SAID, "effectiveDateTime": "2020",
                                 "subject": SUBJECT},
    "MedicationRequest": {"status": "active", "intent": "order", "medicationCodeableConcept": SAID, "subject": SUBJECT},
    "MedicationStatement": {"status": "active", "medicationCodeableConcept": SAID, "subject": SUBJECT},
    "Observation": _observation(),
    "Organization": {"name": MARK},
    "Practitioner": {"name": [{"text": MARK}]},
    "PractitionerRole": {"code": [SAID]},
    "Procedure": {"status": "completed", "code": SAID, "subject": SUBJECT},
    "Specimen": {"status": "available", "type": SAID, "subject": SUBJECT},
}  # fmt: skip
"""A fact of each type, that is so."""

LAB = _observation("laboratory", valueQuantity={"value": 5, "unit": "mg"})
SEEN = {"coding": [{"system": "http://snomed.info/sct", "code": "2667000"}]}

TURNED: list[tuple[str, Resource, str]] = [
    *((type, {key: status}, word) for type, key, statuses in (
        ("AllergyIntolerance", "verificationStatus", ()),
        ("CarePlan", "status", ("draft", "revoked", "entered-in-error")),
        ("CareTeam", "status", ("proposed", "inactive", "entered-in-error")),
        ("Device", "status", ("inactive", "entered-in-error")),
        ("DeviceUseStatement", "status", ("intended", "entered-in-error")),
        ("DiagnosticReport", "status", ("registered", "preliminary", "cancelled", "entered-in-error")),
        ("DocumentReference", "status", ("entered-in-error",)),
        ("DocumentReference", "docStatus", ("preliminary", "entered-in-error")),
        ("Encounter", "status", ("planned", "cancelled", "entered-in-error")),
        ("FamilyMemberHistory", "status", ("entered-in-error", "health-unknown")),
        ("Flag", "status", ("inactive", "entered-in-error")),
        ("Goal", "lifecycleStatus", ("proposed", "planned", "cancelled", "rejected", "entered-in-error")),
        ("ImagingStudy", "status", ("registered", "cancelled", "entered-in-error")),
        ("Immunization", "status", ("not-done", "entered-in-error")),
        ("Location", "status", ("inactive",)),
        ("Medication", "status", ("inactive", "entered-in-error")),
        ("MedicationAdministration", "status", ("not-done", "entered-in-error")),
        ("MedicationRequest", "status", ("cancelled", "draft", "entered-in-error")),
        ("MedicationStatement", "status", ("intended", "not-taken", "entered-in-error")),
        ("Observation", "status", ("registered", "preliminary", "cancelled", "entered-in-error")),
        ("Procedure", "status", ("preparation", "not-done", "entered-in-error")),
        ("Specimen", "status", ("entered-in-error",)),
    ) for status in statuses for word in [status]),
    *(("Condition", {"verificationStatus": _concept("condition-ver-status", code)}, code)
      for code in ("refuted", "entered-in-error", "differential", "unconfirmed")),
    *(("AllergyIntolerance", {"verificationStatus": _concept("allergyintolerance-verification", code)}, code)
      for code in ("refuted", "entered-in-error", "unconfirmed")),
    ("AllergyIntolerance", {"clinicalStatus": _concept("allergyintolerance-clinical", "inactive")}, "inactive"),
    ("AllergyIntolerance", {"code": {"text": f"No known allergy to {MARK}"}}, "No known allergy"),
    ("Condition", {"code": {"text": f"No {MARK}"}}, "No "),
    ("Immunization", {"isSubpotent": True}, "not of full potency"),
    ("Immunization", {"status": "not-done", "statusReason": {"text": "refused"}}, "not-done"),
    ("Procedure", {"status": "not-done", "statusReason": {"text": "refused"}}, "not-done"),
    ("MedicationRequest", {"doNotPerform": True}, "not to be given"),
    ("Observation", {"valueCodeableConcept": SEEN}, "absent"),
    ("Observation", {"valueCodeableConcept": SEEN, "focus": [SUBJECT]}, "absent"),
    ("Observation", {"valueBoolean": False}, "no"),
    *(("Observation", {"dataAbsentReason": _concept("data-absent-reason", code)}, code) for code in ("not-performed", "unknown")),
    ("Observation", {**LAB, "status": "entered-in-error"}, "entered-in-error"),
    ("Observation", {**LAB, "status": "cancelled", "valueQuantity": None}, "cancelled"),
    ("Organization", {"active": False}, "no longer active"),
    ("Practitioner", {"active": False}, "no longer active"),
    ("PractitionerRole", {"active": False}, "no longer active"),
]  # fmt: skip
"""What makes another fact of it, and the word by which a reader is told so."""

IN_PACKETS = ("No ", "no", "differential", "unconfirmed", "preliminary")
"""What a packet says of what is so: in the words of the code or value, or as a diagnosis, which is a hypothesis there."""

STATUSES = ("status", "lifecycleStatus", "verificationStatus", "active")

CARRIED: list[Resource] = [
    {"modifierExtension": EXTENSION},
    {"implicitRules": "http://x.example/rules"},
    {"status": "unheard-of", "lifecycleStatus": "unheard-of", "verificationStatus": _concept("x", "y"), "active": "no"},
    {"contact": [{"modifierExtension": EXTENSION}]},
]
"""What nobody here knows the meaning of, on any type."""


def _resource(type: str, turn: Resource) -> Resource:
    made = {"resourceType": type, "id": "x", **BASES[type], **turn}
    return copied({key: held for key, held in made.items() if held is not None})


def _case(resource: Resource) -> Case:
    """The case of the patient with this resource; its bundle comes back as it was."""
    entries = [{"fullUrl": f"http://a.example/{one['resourceType']}/{one['id']}", "resource": one}
               for one in (copied(PATIENT), resource)]  # fmt: skip
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    case = Case.from_bundle(bundle)
    assert canonical(case.to_bundle()) == canonical(bundle)
    case.recorded = "2026-01-01T00:00:00Z"
    return case


def _sections(case: Case) -> dict[str, str]:
    """The narratives of the document that tell of the fact, by the titles of their sections."""
    composition = case.to_bundle("document")["entry"][0]["resource"]
    told = {section["title"]: section["text"]["div"] for section in composition["section"]}
    return {title: text for title, text in told.items() if MARK in text}


def _item(case: Case) -> Item | None:
    return next((entry.item for entry in case.entries() if entry.id not in ("patient", "source")), None)


def test_every_mapped_type_is_in_the_table() -> None:
    types = {mapping.type for mapping in own().all if mapping.type} - {"Patient", "Composition"}
    assert types == BASES.keys()
    turned = {(type, key) for type, turn, _ in TURNED for key in turn}
    known = {(type, key) for type in BASES for key in MODIFIERS.get(type, ())}
    # An order that is a proposal, and how a disease goes on, turn nothing into its opposite; they are told all the same.
    assert known - turned == {("CarePlan", "intent"), ("MedicationRequest", "intent"), ("Condition", "clinicalStatus")}


@pytest.mark.parametrize(
    ("type", "turn", "word"), TURNED, ids=lambda one: one if isinstance(one, str) else "+".join(one)
)
def test_what_is_turned_is_told_as_turned_wherever_it_is_told(type: str, turn: Resource, word: str) -> None:
    plain, turned = _case(_resource(type, {})), _case(_resource(type, turn))
    item = _item(turned)
    assert item is not None, "the mapping knows it"
    # In the document: never without the word, and what was entered in error not among what is so.
    sections = _sections(turned)
    assert sections.keys() != set() or MARK not in str(_sections(plain))
    lines = [line for text in sections.values() for line in re.findall("<li>(.*?)</li>", text) if MARK in line]
    assert all(re.search(rf"\b{word}", line) for line in lines)
    if word == "entered-in-error":
        assert set(sections) == {"Entered in error"}
    # In a phenopacket: not at all, or as excluded, or in its own words.
    packet = dumps(write_phenopacket(turned).packet)
    assert MARK not in packet or '"excluded":true' in packet or word in IN_PACKETS
    if '"excluded":true' in packet:
        assert word in ("refuted", "absent")
    # In a comparison: another fact, and the word is there.
    found = differences(plain, turned)
    assert found
    assert any(told in str(found) for told in (word, *turn, "subpotent", "not_to_do", ".value"))


@pytest.mark.parametrize(("type", "turn"), [
    (type, {key: held for key, held in turn.items() if key not in STATUSES or key in MODIFIERS.get(type, ())})
    for turn in CARRIED for type in BASES
], ids=lambda one: one if isinstance(one, str) else "+".join(one))  # fmt: skip
def test_what_nobody_knows_the_meaning_of_is_told_of_nowhere(type: str, turn: Resource) -> None:
    if not turn:
        return  # R4 has no status for this type that could turn it
    turned = _case(_resource(type, turn))
    assert _item(turned) is None
    assert list(turned.resources) != []
    assert _sections(turned) == {}
    assert MARK not in dumps(write_phenopacket(turned).packet)
    assert differences(_case(_resource(type, {})), turned)


PACKET: Resource = {
    "id": "a", "subject": {"id": "A"},
    "metaData": {"created": "2026-01-01T00:00:00Z", "phenopacketSchemaVersion": "2.0"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("section", "name", "word"), [("phenotypicFeatures", "type", "absent"), ("diseases", "term", "refuted")]
)
def test_what_a_packet_excludes_is_told_as_excluded(section: str, name: str, word: str) -> None:
    def read(**more: Any) -> Case:
        message = {name: {"id": "HP:0001250", "label": MARK}, **more}
        return read_phenopacket({**copied(PACKET), section: [message]}, Case).case

    excluded, present = read(excluded=True), read()
    again = Case.from_bundle(excluded.to_bundle())
    assert again == excluded
    for case in (excluded, again):
        (text,) = _sections(case).values()
        assert re.search(rf"{MARK}.*\b{word}\b", text)
        assert '"excluded":true' in dumps(write_phenopacket(case).packet)
    assert differences(present, excluded)
    for odd in ("yes", 1, None):
        assert MARK not in str(_sections(read(excluded=odd)))


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_variant_that_does_not_stand_is_in_no_packet(status: str) -> None:
    text = f"""
id: a
title: A
patient: {{}}
variants: {{v: {{status: {status}, gene: hgnc HGNC:18865 | {MARK}}}}}
implications: {{i: {{variants: [v], role: causative, diagnosis: {MARK}}}}}
"""
    case = Case.loads(text)
    assert MARK not in dumps(write_phenopacket(case).packet)
    assert MARK in dumps(write_phenopacket(Case.loads(text.replace(status, "final"))).packet)


def test_what_a_plan_says_not_to_do_is_told_of_nowhere_as_to_be_done() -> None:
    def planned(**more: Any) -> Case:
        detail = {"code": SAID, "status": "scheduled", **more}
        return _case(_resource("CarePlan", {"title": "Plan", "activity": [{"detail": detail}]}))

    plain, turned = planned(), planned(doNotPerform=True)
    (plan,) = turned.care_plans.values()
    assert plan.activities[0].detail is not None
    assert plan.activities[0].detail.not_to_do is True
    assert _sections(turned) == {}
    assert "not_to_do" in str(differences(plain, turned))
    (carried,) = planned(modifierExtension=EXTENSION).resources.values()
    assert carried["resourceType"] == "CarePlan"
