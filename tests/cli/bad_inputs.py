"""Inputs that are not what they should be, each with one thing wrong with it."""

from __future__ import annotations

import json
from typing import Any

PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-01-01"}


def address(place: int) -> str:
    """The fullUrl of an entry."""
    return f"urn:uuid:00000000-0000-4000-8000-{place:012d}"


def condition(id: str, text: str = "Asthma", **more: Any) -> dict[str, Any]:
    """A valid Condition of the first entry's patient."""
    code = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    return {
        "resourceType": "Condition", "id": id, "clinicalStatus": code, "code": {"text": text},
        "subject": {"reference": address(0)}, **more,
    }  # fmt: skip


def bundle(*resources: Any) -> dict[str, Any]:
    """A collection of the patient and these."""
    entries = [{"fullUrl": address(place), "resource": one} for place, one in enumerate((PATIENT, *resources))]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def deep(levels: int) -> dict[str, Any]:
    """The patient with extensions in one another."""
    made: dict[str, Any] = {"url": "http://example.org/x", "valueBoolean": True}
    for _ in range(levels):
        made = {"url": "http://example.org/x", "extension": [made]}
    return {**PATIENT, "id": "q", "extension": [made]}


def observation(id: str, member: str) -> dict[str, Any]:
    """An Observation with another as its member."""
    return {
        "resourceType": "Observation", "id": id, "status": "final", "code": {"text": id},
        "subject": {"reference": address(0)}, "hasMember": [{"reference": member}],
    }  # fmt: skip


def text(value: Any) -> str:
    """As a person would have it in a file."""
    return json.dumps(value, indent=1)


TWICE = bundle(condition("a"), condition("b", "Gout"))
TWICE["entry"][2]["fullUrl"] = address(1)

WHOLE = text(bundle(condition("a")))

INPUTS: dict[str, str | bytes] = {
    "unknown-type.json": text(bundle({"resourceType": "Pateint", "id": "x"}, condition("a"))),
    "r5.json": text(bundle({"resourceType": "DeviceUsage", "id": "x", "status": "active"}, condition("a"))),
    "r4b.json": text(bundle({"resourceType": "NutritionProduct", "id": "x", "status": "active"}, condition("a"))),
    "dstu2.xml": """<Bundle xmlns="http://hl7.org/fhir">
  <type value="collection"/>
  <entry>
    <fullUrl value="http://a.b/MedicationOrder/m"/>
    <resource>
      <MedicationOrder>
        <id value="m"/>
      </MedicationOrder>
    </resource>
  </entry>
</Bundle>""",
    "r5-elements.json": text(bundle(condition("a", participant=[{"actor": {"display": "x"}}]))),
    "no-fhir.json": text({"diagnosis": "influenza", "severity": "mild"}),
    "phenopacket-v1.json": text({"subject": {"id": "p"}, "genes": [{"id": "HGNC:1"}], "metaData": {"created": "2020"}}),
    "list.json": "[1, 2]",
    "page.xml": "<!DOCTYPE html>\n<html><body>404</body></html>",
    "cda.xml": '<ClinicalDocument xmlns="urn:hl7-org:v3"/>',
    "cut.json": WHOLE[: len(WHOLE) // 2],
    "cut.xml": '<Patient xmlns="http://hl7.org/fhir">\n  <active value="true"/>\n  <name>\n    <fam',
    "cut.ndjson": f"{json.dumps(PATIENT)}\n{json.dumps(condition('a'))[:40]}\n{json.dumps({**PATIENT, 'id': 'q'})}\n",
    "keys-twice.json": '{"resourceType": "Patient",\n "gender": "male",\n "gender": "female"}',
    "ids-twice.json": text(bundle(condition("a"), condition("a", "Gout"))),
    "addresses-twice.json": text(TWICE),
    "circle.json": text(bundle(observation("a", address(2)), observation("b", address(1)))),
    "broken-entry.json": text({**bundle(condition("a")), "entry": [*bundle(condition("a"))["entry"], 7]}),
    "deep.json": json.dumps(bundle(deep(220))),
    "deeper.json": '{"resourceType": "Patient", "extension": ' + '[{"extension": ' * 20_000,
    "latin-1.json": '{"resourceType": "Patient",\n "name": [{"text": "Zoë"}]}'.encode("latin-1"),
    "empty.json": "",
}  # fmt: skip
"""Each by the name of its file."""
