"""References: how they are written, what they may lead to."""

from __future__ import annotations

from typing import Any

import pytest
from defining import found
from instances import CORE, Node, claims, observation, patient, profile

AT = "Observation.subject"


@pytest.mark.parametrize(
    "address",
    [
        "Patient/1", "Patient/1/_history/3", "Patient?identifier=x", "http://x.org/Patient/1", "http://x/Bogus/1", "urn:oid:1.2",
        "mailto:x", "/Patient/1", "./Patient/1",
    ],
)  # fmt: skip
def test_an_address_is_absolute_or_a_type_and_an_id(address: str) -> None:
    assert found(observation(subject={"reference": address}), least="warning") == []


@pytest.mark.parametrize(
    "address", ["Bogus/1", "Patient/", "foo", "Patient/1/2/3", "patient/1", "Patient/a_b", "Patient/$me"]
)
def test_any_other_relative_address_is_doubted(address: str) -> None:
    assert found(observation(subject={"reference": address})) == []
    assert found(observation(subject={"reference": address}), least="warning") == [("reference-format", AT)]


@pytest.mark.parametrize("address", ["Patient/a b", "Patient 1", "http://x y/Patient/1", "Patient/1 ", " Patient/1"])
def test_an_address_with_white_space_is_an_error(address: str) -> None:
    assert ("reference-format", AT) in found(observation(subject={"reference": address}))


@pytest.mark.parametrize("query", ["", "identifier", "=x", "a=b=c"])
def test_a_conditional_reference_has_a_search(query: str) -> None:
    assert found(observation(subject={"reference": f"Patient?{query}"})) == [("reference-format", AT)]


@pytest.mark.parametrize(
    ("address", "right"),
    [("Patient/1", True), ("Patient/1/_history/2", True), ("/Patient/1", False), ("1", False), ("a/Patient/1", False)],
)
@pytest.mark.parametrize("url", ["http://x.org/fhir/Observation/o", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"])
def test_within_a_bundle_a_relative_address_is_a_type_and_an_id(address: str, right: bool, url: str) -> None:
    entry = {"fullUrl": url, "resource": observation(id="o", subject={"reference": address})}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [entry]}
    at = "Bundle.entry[0].resource.subject"
    assert found(bundle) == ([] if right else [("reference-format", at)])


@pytest.mark.parametrize(("kind", "right"), [("transaction", True), ("batch", True), ("collection", False)])
def test_a_search_stands_for_a_reference_in_transactions_and_batches(kind: str, right: bool) -> None:
    resource = observation(subject={"reference": "Patient?identifier=http://x.org|1"})
    entry = {"fullUrl": "urn:uuid:8b29ae3a-8f8c-41ee-b9d1-0242ac120002", "resource": resource}
    request = {} if kind == "collection" else {"request": {"method": "POST", "url": "Observation"}}
    errors = found({"resourceType": "Bundle", "type": kind, "entry": [{**entry, **request}]})
    assert errors == ([] if right else [("reference-format", "Bundle.entry[0].resource.subject")])


@pytest.mark.parametrize("stated", ["Bogus", "patient", CORE + "Patient", "http://x.org/y"])
def test_the_type_of_a_reference_is_the_name_of_a_resource_type(stated: str) -> None:
    assert found(observation(subject={"type": stated, "display": "x"})) == [("reference-type", AT + ".type")]


def test_the_type_of_a_reference_does_not_contradict_its_address() -> None:
    assert found(observation(subject={"reference": "Patient/1", "type": "Patient"})) == []
    assert found(observation(subject={"reference": "Patient/1", "type": "Medication"})) == [("reference-type", AT)]


def test_the_type_of_a_reference_does_not_contradict_what_is_contained() -> None:
    contained = [{"resourceType": "Patient", "id": "p"}]
    assert found(observation(subject={"reference": "#p", "type": "Patient"}, contained=contained)) == []
    wrong = observation(subject={"reference": "#p", "type": "Group"}, contained=contained)
    assert found(wrong) == [("reference-type", AT)]


def test_a_reference_to_something_contained_leads_there() -> None:
    assert found(observation(subject={"reference": "#p"}, contained=[{"resourceType": "Patient", "id": "p"}])) == []
    assert ("reference-unresolved", AT) in found(observation(subject={"reference": "#p"}))


def test_no_two_contained_resources_have_the_same_id() -> None:
    twice = [
        {"resourceType": "Patient", "id": "p"},
        {"resourceType": "Group", "id": "p", "type": "person", "actual": True},
    ]
    resource = observation(subject={"reference": "#p"}, contained=twice)
    assert found(resource) == [("contained-id-twice", "Observation.contained[1]")]


NUMBERED = profile("numbered", "Patient", {"path": "Patient.identifier", "min": 1})
ASKING = profile(
    "asking", "Observation",
    {"path": "Observation.subject", "min": 1, "type": [{"code": "Reference", "targetProfile": [NUMBERED["url"]]}]},
    {"path": "Observation.performer",
     "type": [{"code": "Reference", "targetProfile": [CORE + "Practitioner"], "aggregation": ["contained"]}]},
)  # fmt: skip
PATIENT: Node = {"resourceType": "Patient", "id": "p"}
IDENTIFIED: Node = {**PATIENT, "identifier": [{"system": "http://example.org/mrn", "value": "1"}]}
PRACTITIONER: Node = {"resourceType": "Practitioner", "id": "pr"}


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"contained": [IDENTIFIED], "subject": {"reference": "#p"}}, []),
        ({"contained": [PATIENT], "subject": {"reference": "#p"}}, [("reference-profile", AT)]),
        ({"subject": {"reference": "Patient/1"}}, []),
        (
            {
                "contained": [IDENTIFIED, PRACTITIONER],
                "subject": {"reference": "#p"},
                "performer": [{"reference": "#pr"}],
            },
            [],
        ),
        (
            {"subject": {"reference": "Patient/1"}, "performer": [{"reference": "Practitioner/1"}]},
            [("reference-aggregation", "Observation.performer[0]")],
        ),
    ],
)
def test_a_profile_says_what_a_reference_leads_to(more: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    assert found(claims(observation(**more), "asking"), ASKING, NUMBERED) == wrong


def test_a_reference_says_something() -> None:
    assert found(patient(managingOrganization={"type": "Organization"}), least="warning") == [
        ("reference-format", "Patient.managingOrganization")
    ]


def test_a_target_that_is_not_here_is_not_doubted_where_the_profile_is_not_known() -> None:
    kind = {"code": "Reference", "targetProfile": ["http://example.org/sd/nowhere"]}
    only = profile("unknown-target", "Observation", {"path": "Observation.subject", "type": [kind]})
    told = found(claims(observation(subject={"reference": "Patient/1"}), "unknown-target"), only, least="warning")
    assert told == []
