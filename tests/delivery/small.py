"""A small transaction bundle of the shape that `bundle/` makes, written by hand."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fhir_case.bundle.identity import ITEM, TAGGED, Identity
from fhir_case.json import loads

RELATIVE = "http://hl7.org/fhir/StructureDefinition/cqf-relativeDateTime"


def identity(case: str, type_: str, item: str) -> Identity:
    return Identity(type_, ITEM, f"{case}/{item}")


def entry(case: str, item: str, type_: str, content: dict[str, Any], *, shared: bool = False) -> dict[str, Any]:
    one = identity(case, type_, item)
    resource: dict[str, Any] = {"resourceType": type_, **content}
    if type_ in TAGGED:
        resource["meta"] = {"tag": [{"system": ITEM, "code": one.value}]}
        query = f"_tag={quote(ITEM, safe='')}|{quote(one.value, safe='')}"
    else:
        resource["identifier"] = [{"system": ITEM, "value": one.value}]
        query = f"identifier={quote(ITEM, safe='')}|{quote(one.value, safe='')}"
    request = (
        {"method": "POST", "url": type_, "ifNoneExist": query}
        if shared
        else {"method": "PUT", "url": f"{type_}?{query}"}
    )
    return {"fullUrl": one.address, "resource": resource, "request": request}


def to(case: str, type_: str, item: str) -> dict[str, str]:
    return {"reference": identity(case, type_, item).address}


def bundle(case: str, numbers: str = '{"a": 7.20, "b": 3.50, "c": 60}') -> dict[str, Any]:
    """Eight entries: Patient and Organization are shared, Composition and Provenance tagged, one time is relative."""
    patient, hospital = to(case, "Patient", "patient"), to(case, "Organization", "hospital")
    condition = to(case, "Condition", "dm")
    number = loads(numbers)
    relative = {
        "url": RELATIVE,
        "extension": [
            {
                "url": "target",
                "valueReference": {
                    "type": "Patient",
                    "identifier": {"system": ITEM, "value": f"{case}/patient"},
                },
            },
            {"url": "targetPath", "valueString": "birthDate"},
            {"url": "relationship", "valueCode": "after"},
            {
                "url": "offset",
                "valueDuration": {
                    "value": number["b"], "unit": "a", "system": "http://unitsofmeasure.org", "code": "a",
                },
            },
        ],
    }  # fmt: skip
    div = (
        '<div xmlns="http://www.w3.org/1999/xhtml"><p>Skin of '
        f'<a href="{patient["reference"]}">the patient</a> &amp; <b>muscle</b></p></div>'
    )
    entries = [
        entry(case, "patient", "Patient", {"gender": "female"}, shared=True),
        entry(case, "hospital", "Organization", {"name": "Children's Hospital"}, shared=True),
        entry(case, "stay", "Encounter", {
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
            "subject": patient,
            "serviceProvider": hospital,
        }),
        entry(case, "dm", "Condition", {
            "text": {"status": "generated", "div": div},
            "code": {"text": "Juvenile dermatomyositis"},
            "subject": patient,
            "encounter": to(case, "Encounter", "stay"),
        }),
        entry(case, "ck", "Observation", {
            "status": "final",
            "code": {"text": "Creatine kinase"},
            "subject": patient,
            "_effectiveDateTime": {"extension": [relative]},
            "valueQuantity": {"value": number["a"], "unit": "U/L"},
        }),
        entry(case, "drug", "MedicationStatement", {
            "status": "active",
            "medicationCodeableConcept": {"text": "Diltiazem"},
            "subject": patient,
            "reasonReference": [condition],
            "dosage": [{"doseAndRate": [{"doseQuantity": {"value": number["c"], "unit": "mg"}}]}],
        }),
        entry(case, "case", "Composition", {
            "status": "final",
            "type": {"text": "Case report"},
            "subject": patient,
            "date": "2024-03-01T10:00:00+01:00",
            "author": [hospital],
            "title": "A case",
            "section": [{"title": "Problems", "entry": [condition]}],
        }),
        entry(case, "source", "Provenance", {
            "target": [condition],
            "recorded": "2024-03-01T10:00:00.000+01:00",
            "agent": [{"who": hospital}],
        }),
    ]  # fmt: skip
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}
