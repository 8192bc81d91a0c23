"""What others wrote may refer to what the case model would not: it is kept, and a case that holds it can be loaded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from oracle import IPS_DOCUMENT
from scripted import BASE, answer, drive, page

from fhir_case import Case, Validator, dumps, loads
from fhir_case.api.client import pulled
from fhir_case.bundle.references import rewrite
from fhir_case.case.clinical import Diagnosis
from fhir_case.case.coded import Concept
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


# --- documents of what others wrote -----------------------------------------------------------------------------------


def test_a_document_that_was_read_keeps_its_own_composition_and_instant(shared: Path) -> None:
    for name in ("samples_validated_samples_IPS_IG-bundle-01", "samples_connectathon_archive_EU_Giorgio_Cangioli_01"):
        source = loads((shared / f"data/ips-bundles/{name}.json").read_bytes())
        made = Case.from_bundle(source).to_bundle("document")
        held = [entry["resource"] for entry in made["entry"]]
        assert [one["resourceType"] for one in held].count("Composition") == 1
        assert held[0]["title"] == source["entry"][0]["resource"]["title"]
        assert made["timestamp"] == source["timestamp"]
        validator = Validator(packages=[shared / "data/ig-packages/hl7.fhir.uv.ips-2.0.0.tgz"], profiles=[IPS_DOCUMENT])
        ours, theirs = (_errors(validator, one) for one in (made, source))
        assert not ours - theirs


def _errors(validator: Validator, bundle: Json) -> Counter[str]:
    return Counter(one.code for one in validator.validate(dumps(bundle)).issues if one.severity in ("error", "fatal"))


def test_what_was_added_to_a_document_of_others_is_led_to_by_a_section_of_its_own(shared: Path) -> None:
    case = Case.from_bundle(shared / "data/ips-bundles/samples_validated_samples_IPS_IG-bundle-01.json")
    case.diagnoses["gout"] = Diagnosis(code=Concept("Gout"))
    made = case.to_bundle("document")
    section = made["entry"][0]["resource"]["section"][-1]
    gout = next(entry for entry in made["entry"] if entry["resource"].get("code") == {"text": "Gout"})
    assert section["title"] == "Added since"
    assert section["entry"] == [{"reference": gout["fullUrl"]}]
