"""The seed case says every fact of its source that is about the patient, in the element meant for it, and nothing else.

What is expected stands in facts.yaml beside the case, written by hand. Everything is read from the bundle's JSON.
"""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import yaml
from stated import ITEM, at, by_item, codings, leaves, relative, resources

from fhir_case import Case, dumps, loads

SEED = Path(__file__).resolve().parent.parent / "fixtures/cases/juvenile-dermatomyositis-calcinosis"
ID = "juvenile-dermatomyositis-calcinosis"
RECORDED = "2026-11-22T09:30:00Z"
TABLE: dict[str, Any] = yaml.safe_load((SEED / "facts.yaml").read_text(encoding="utf-8"))
IPS = "http://hl7.org/fhir/uv/ips/StructureDefinition/"

PROFILES = {
    "source": ("DocumentReference", None), "composition": ("Composition", "Composition-uv-ips"),
    "patient": ("Patient", "Patient-uv-ips"), "diagnoses": ("Condition", "Condition-uv-ips"),
    "findings": ("Observation", None), "outcomes": ("Observation", None), "timeline": ("Encounter", None),
    "labs": ("Observation", "Observation-results-laboratory-pathology-uv-ips"),
    "imaging": ("ImagingStudy", "ImagingStudy-uv-ips"),
    "imaging.findings": ("Observation", "Observation-results-radiology-uv-ips"),
    "reports": ("DiagnosticReport", "DiagnosticReport-uv-ips"), "procedures": ("Procedure", "Procedure-uv-ips"),
    "medications": ("MedicationStatement", "MedicationStatement-uv-ips"),
    "practitioners": ("Practitioner", "Practitioner-uv-ips"), "roles": ("PractitionerRole", "PractitionerRole-uv-ips"),
    "organizations": ("Organization", "Organization-uv-ips"),
}  # fmt: skip
"""Which resource and profile says facts of a section: modelling.md, section 4."""


@pytest.fixture(scope="module")
def bundle() -> dict[str, Any]:
    """The transaction, as the JSON text says it."""
    made: dict[str, Any] = loads(dumps(Case.load(SEED / "case.yaml").to_bundle("transaction")))
    return made


@pytest.fixture(scope="module")
def items(bundle: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    return by_item(bundle)


def _places(fact: str) -> list[tuple[str, str, dict[str, Any]]]:
    """(section, item id, element -> value) of a fact."""
    made = []
    for path, elements in TABLE["facts"][fact].items():
        steps = path.split(".")
        made.append((".".join(step for step in steps[:-1:2]) or path, steps[-1], elements))
    return made


CASES = [pytest.param(fact, *place, id=f"{fact} {place[1]}") for fact in TABLE["facts"] for place in _places(fact)]


@pytest.mark.parametrize(("fact", "section", "item", "elements"), CASES)
def test_a_fact_stands_in_its_elements(
    fact: str, section: str, item: str, elements: dict[str, Any], items: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    _, resource = items[item]
    type, profile = PROFILES[section]
    assert resource["resourceType"] == type
    assert at(resource, "meta.profile") == ([IPS + profile] if profile else [])
    for path, expected in elements.items():
        found = at(resource, path)
        if isinstance(expected, dict):
            (element,) = found
            target = items[expected["to"]][1]["resourceType"]
            assert relative(element) == {**expected, "to": f"{target} {ID}/{expected['to']}"}, path
        elif isinstance(expected, list):
            assert {_said(one, items) for one in expected} <= {_said(one, items) for one in found}, path
        else:
            assert {_said(one, items) for one in found} == {_said(expected, items)}, path


def _said(value: Any, items: dict[str, tuple[str, dict[str, Any]]]) -> str:
    """A value as text; `-> id` as the address of that item."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return items[text[3:]][0] if text.startswith("-> ") else text


def test_every_fact_of_the_source_is_accounted_for(shared: Path) -> None:
    facts = {fact["id"] for fact in yaml.safe_load((shared / "seed/facts.yaml").read_text(encoding="utf-8"))["facts"]}
    assert TABLE["facts"].keys() | TABLE["nowhere"].keys() == facts
    assert TABLE["nowhere"].keys() == {"PUB-02", "OUT-03", "BKG-01", "BKG-02"}


def test_every_item_is_stated_by_the_report(items: dict[str, tuple[str, dict[str, Any]]]) -> None:
    report = (SEED / "report.md").read_text(encoding="utf-8")
    assert b64decode(at(items["source"][1], "content.attachment.data")[0]).decode() == report
    for item, (address, resource) in items.items():
        if item in ("composition", "provenance"):
            continue
        # What other cases share says nothing of this one: its quotes stand where the Composition refers to it.
        shared_here = resource["resourceType"] in ("Organization", "Practitioner", "PractitionerRole")
        assert not (shared_here and "extension" in resource)
        entries = [one for one in at(items["composition"][1], "section.entry") if one["reference"] == address]
        holders = entries if shared_here else [resource]
        quotes = [q for one in holders for q in at(one, "extension") if q["url"].endswith("/derivation-reference")]
        assert quotes, f"{item} has no quote"
        for quote in quotes:
            start, length = (
                at(quote, "extension(offset).valueInteger")[0],
                at(quote, "extension(length).valueInteger")[0],
            )
            # The source's own quotes stand in itself: a resource that refers to itself breaks HAPI's transactions.
            named = [] if item == "source" else [items["source"][0]]
            assert at(quote, "extension(reference).valueReference.reference") == named
            assert len(report[start : start + length].strip()) == length > 0, item


def test_quotes_are_whole_words_of_the_report() -> None:
    report = (SEED / "report.md").read_text(encoding="utf-8")
    for entry in Case.load(SEED / "case.yaml").entries():
        for quote in entry.item.quotes:
            assert quote.at is not None
            end = quote.at + len(quote.text)
            assert report[quote.at : end] == quote.text
            assert not re.match(r"\w\w", report[quote.at - 1 : quote.at + 1]), quote.text
            assert not re.match(r"\w\w", report[end - 1 : end + 1]), quote.text


# --- nothing else -----------------------------------------------------------------------------------------------------


def test_no_calendar_date_is_there_but_the_day_of_writing(bundle: dict[str, Any]) -> None:
    dates = re.compile(r"\d{4}-\d\d(-\d\d(T.*)?)?|\d{4}")
    coded = {"code", "data", "value", "reference", "fullUrl", "div"}
    found = {
        held for name, held in leaves(bundle) if name not in coded and isinstance(held, str) and dates.fullmatch(held)
    }
    assert found == {RECORDED}


def test_only_what_was_found_done_and_taken_is_there(bundle: dict[str, Any]) -> None:
    count: dict[str, int] = {}
    for resource in resources(bundle):
        count[resource["resourceType"]] = count.get(resource["resourceType"], 0) + 1
    # No allergy, immunization, family history, consent, specimen, device, body weight, adverse event: none is stated.
    assert count == {
        "Patient": 1, "Encounter": 1, "Condition": 4, "Observation": 39, "Procedure": 3, "ImagingStudy": 3,
        "DiagnosticReport": 5, "MedicationStatement": 7, "DocumentReference": 1, "Practitioner": 4,
        "PractitionerRole": 4, "Organization": 4, "Composition": 1, "Provenance": 1,
    }  # fmt: skip
    categories = {
        c["code"] for r in resources(bundle) for c in codings(r.get("category", [])) if "Obs" in r["resourceType"]
    }
    assert categories == {"exam", "laboratory", "imaging"}, "no vital signs, no social history"


def test_the_patient_has_no_name_identifier_or_address(items: dict[str, tuple[str, dict[str, Any]]]) -> None:
    patient = items["patient"][1]
    assert patient["name"] == [{"use": "anonymous", "text": "Anonymous case-report patient"}]
    assert {one["system"] for one in patient["identifier"]} == {ITEM}
    assert patient.keys() == {"resourceType", "meta", "identifier", "extension", "name", "gender", "_birthDate"}
    assert at(patient, "extension(us-core-race).extension.url") == ["text"], "no category was stated"


def test_nothing_is_said_of_a_laboratory_result_but_that_it_was_normal(bundle: dict[str, Any]) -> None:
    labs = [r for r in resources(bundle) if "laboratory" in at(r, "category.coding.code")]
    assert len(labs) == 7
    for lab in labs:
        assert not [
            k for k in lab if k.startswith(("value", "referenceRange", "method", "specimen", "component", "hasMember"))
        ]


def test_nobody_is_named_as_having_done_something(bundle: dict[str, Any]) -> None:
    for resource in resources(bundle):
        for element in ("performer.reference", "performer.actor", "resultsInterpreter"):
            assert not at(resource, element)
    assert not [1 for r in resources(bundle) for _ in at(r, "code") if r["resourceType"] == "PractitionerRole"]


def test_no_route_form_stop_or_number_of_meals_is_there(bundle: dict[str, Any]) -> None:
    taken = [r for r in resources(bundle) if r["resourceType"] == "MedicationStatement"]
    for one in taken:
        (dosage,) = one["dosage"]
        assert dosage.keys() == {"text", "timing", "doseAndRate"}
        assert one["effectivePeriod"].keys() == {"_start"}
        assert one["status"] in ("unknown", "active")
        assert "statusReason" not in one
    (aluminium,) = [r for r in taken if "A02AB01" in at(r, "medicationCodeableConcept.coding.code")]
    assert at(aluminium, "dosage.timing.repeat") == [{"when": ["PC"], "offset": 120}]


def test_no_condition_is_given_an_onset_or_an_end(bundle: dict[str, Any]) -> None:
    for condition in (r for r in resources(bundle) if r["resourceType"] == "Condition"):
        assert not [k for k in condition if any(n in k for n in ("onset", "abatement", "recordedDate", "stage"))]


def test_the_kind_of_visit_is_not_stated(items: dict[str, tuple[str, dict[str, Any]]]) -> None:
    index = items["index"][1]
    assert index["status"] == "unknown"
    assert "period" not in index
    absent = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
    assert index["class"] == {"extension": [absent]}


def test_no_image_uid_or_date_of_a_study_is_pretended(bundle: dict[str, Any]) -> None:
    studies = [r for r in resources(bundle) if r["resourceType"] == "ImagingStudy"]
    uids = [uid for study in studies for uid in at(study, "series.uid")]
    assert len(set(uids)) == 5
    assert all(re.fullmatch(r"2\.25\.\d{1,39}", uid) for uid in uids)
    for study in studies:
        assert {one["system"] for one in study["identifier"]} == {ITEM}
        assert not {"started", "endpoint", "numberOfInstances", "interpreter"} & study.keys()
        assert not at(study, "series.instance")


REJECTED = {
    "16217701000119102", "16217661000119109",  # a side of the deltoid
    "53715", "MONDO:0018891",  # familial tumoral calcinosis, another disease
    "4537-7",  # Westergren: the method is not stated
    "26643006", "385024007",  # oral route, suspension
    "96390006", "418832007", "3998005",  # the tracer, and how far the scan went
    "HP:6001022", "HP:0100249", "HP:0003458",  # uptake of bone, calcified muscles, the pattern of the EMG
    "remission", "completed-treatment", "413773004", "2106-3",
}  # fmt: skip


def test_no_code_says_more_than_the_report(bundle: dict[str, Any]) -> None:
    assert not {one["code"] for one in codings(bundle)} & REJECTED


IPS_SECTIONS = {"48765-2", "10160-0", "30954-2", "29762-2"}
"""Section codes that codes.yaml lists in words, read from the profile."""


@pytest.mark.parametrize("type", ["transaction", "collection", "document"])
def test_every_code_that_is_not_of_hl7_is_a_confirmed_one(type: str, shared: Path) -> None:
    table = yaml.safe_load((shared / "seed/codes.yaml").read_text(encoding="utf-8"))["rows"]
    confirmed: dict[tuple[str, str], set[str]] = {}
    for coding in codings(table):
        confirmed.setdefault((coding["system"], coding["code"]), set()).add(coding.get("display", ""))
    made = loads(dumps(Case.load(SEED / "case.yaml").to_bundle(type)))  # type: ignore[arg-type]
    for coding in codings(made):
        system, code = coding["system"], coding["code"]
        if ("hl7.org/" in system and "/sid/" not in system) or system == ITEM:
            continue
        if system == "http://loinc.org" and code in IPS_SECTIONS:
            assert "display" not in coding
            continue
        assert (system, code) in confirmed, f"{system} {code} is not in codes.yaml"
        assert coding.get("display") in {None, *confirmed[system, code]}, f"{system} {code}"


def test_every_unit_is_one_that_the_report_uses(bundle: dict[str, Any]) -> None:
    units = {held["code"] for held in _dicts(bundle) if held.get("system") == "http://unitsofmeasure.org"}
    assert units == {"cm", "mg", "mL", "a", "mo"}


def _dicts(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [one for held in value for one in _dicts(held)]
    return [value, *(one for held in value.values() for one in _dicts(held))] if isinstance(value, dict) else []
