"""What others wrote may refer to what the case model would not: it is kept, and a case that holds it can be loaded."""

from __future__ import annotations

from typing import Any

import pytest
from scripted import BASE, answer, drive, page

from fhir_case import Case
from fhir_case.api.client import pulled
from fhir_case.bundle.references import rewrite
from fhir_case.json import Json
from tests.same import assert_same

PATIENT = "urn:uuid:11111111-1111-4111-8111-111111111111"
OBSERVATION: Json = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
CONDITION: Json = {"resourceType": "Condition", "code": {"text": "y"}}


def to(place: int) -> Json:
    return {"reference": f"urn:uuid:22222222-1111-4111-8111-11111111111{place}"}


DUE_TO = "http://hl7.org/fhir/StructureDefinition/condition-dueTo"

ODD: dict[str, list[Json]] = {
    "a part of itself": [{**OBSERVATION, "hasMember": [to(0)]}],
    "a part of its part": [{**OBSERVATION, "hasMember": [to(1)]}, {**OBSERVATION, "hasMember": [to(0)]}],
    "due to itself": [{**CONDITION, "extension": [{"url": DUE_TO, "valueReference": to(0)}]}],
    "evidence of itself": [{**CONDITION, "evidence": [{"detail": [to(0)]}]}],
    "performed by a diagnosis": [{**OBSERVATION, "performer": [to(1)]}, CONDITION],
    "with a diagnosis as its part": [{**OBSERVATION, "hasMember": [to(1)]}, CONDITION],
}


def bundle_of(resources: list[Json]) -> Json:
    held: list[dict[str, Any]] = [{"fullUrl": PATIENT, "resource": {"resourceType": "Patient"}}]
    held += [
        {"fullUrl": to(place)["reference"], "resource": {**resource, "subject": {"reference": PATIENT}}}
        for place, resource in enumerate(resources)
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": held}


@pytest.mark.parametrize("type", [None, "transaction", "collection", "document"])
@pytest.mark.parametrize("odd", ODD)
def test_a_reference_that_no_case_file_could_have_can_be_saved_and_loaded(odd: str, type: Any) -> None:
    case = Case.from_bundle(Case.from_bundle(bundle_of(ODD[odd])).to_bundle(type))
    for text, name in ((case.to_yaml(), "case.yaml"), (case.to_json(), "case.json")):
        loaded = Case.loads(text, name)
        assert_same(loaded.dumps(), case.dumps())
        assert_same(loaded.to_bundle("transaction"), case.to_bundle("transaction"))


@pytest.mark.parametrize("odd", ODD)
def test_what_was_pulled_can_be_saved_and_loaded(odd: str) -> None:
    held = [{**one["resource"], "id": str(place)} for place, one in enumerate(bundle_of(ODD[odd])["entry"])]
    places = {
        to(place)["reference"]: f"{resource['resourceType']}/{place + 1}" for place, resource in enumerate(ODD[odd])
    }
    served = page(*rewrite(held, {PATIENT: "Patient/0", **places}.get))
    case = drive(
        pulled(BASE, "Patient/0"), lambda request: answer(served if request.url.endswith("$everything") else page())
    ).case
    assert len(list(case.entries())) == len(held)
    assert_same(Case.loads(case.to_yaml()).dumps(), case.dumps())
