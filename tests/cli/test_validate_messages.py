"""What a person reads who made a mistake: what is wrong, where, what would do. Read these with your own eyes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from running import run
from syrupy.assertion import SnapshotAssertion

LOINC = "http://loinc.org"
PRESSURES = {
    "resourceType": "StructureDefinition", "url": "http://hospital.test/blood-pressure", "name": "BloodPressure",
    "status": "draft", "fhirVersion": "4.0.1", "kind": "resource", "abstract": False, "type": "Observation",
    "derivation": "constraint", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Observation",
    "differential": {"element": [
        {"id": "Observation", "path": "Observation"},
        {"id": "Observation.component", "path": "Observation.component", "min": 2,
         "slicing": {"discriminator": [{"type": "pattern", "path": "code"}], "rules": "open"}},
        *({"id": f"Observation.component:{name}{rest}", "path": f"Observation.component{rest}", **more}
          for name, code in (("systolic", "8480-6"), ("diastolic", "8462-4"))
          for rest, more in (("", {"sliceName": name, "min": 1, "max": "1"}),
                             (".code", {"patternCodeableConcept": {"coding": [{"system": LOINC, "code": code}]}})))]},
}  # fmt: skip
SYSTOLIC = {
    "code": {"coding": [{"system": LOINC, "code": "8480-6"}]},
    "valueQuantity": {"value": 120, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"},
}
SMOKING = {
    "resourceType": "Questionnaire", "id": "smoking", "url": "http://hospital.test/smoking", "status": "active",
    "item": [{"linkId": "1", "text": "Do you smoke?", "type": "boolean", "required": True},
             {"linkId": "2", "text": "How many a day?", "type": "integer",
              "enableWhen": [{"question": "1", "operator": "=", "answerBoolean": True}]},
             {"linkId": "3", "text": "Since", "type": "date"}],
}  # fmt: skip
PATIENT = {"resourceType": "Patient", "name": [{"family": "Chalmers"}]}
URN = "urn:uuid:11111111-1111-4111-8111-11111111111"


def observation(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **more}


BROKEN: dict[str, Any] = {
    "a typo in an element": {"resourceType": "Patient", "name": [{"family": "Chalmers", "givn": ["Peter"]}],
                             "birthdate": "1974-12-25"},
    "a wrong code": {**PATIENT, "gender": "f"},
    "bad dates": {**PATIENT, "birthDate": "25.12.1974", "deceasedDateTime": "2015-02-14T13:42:00"},
    "wrong types": {"resourceType": "Patient", "name": {"family": "Chalmers", "given": "Peter"}, "active": "true"},
    "elements missing": {"resourceType": "Observation", "valueQuantity": {"value": 0.7, "unit": "mg/dL"}},
    "an unknown extension": {**PATIENT, "extension": [{"url": "http://hospital.test/importance", "valueString": "high"}]},
    "a slice missing": observation(meta={"profile": [PRESSURES["url"]]}, component=[SYSTOLIC]),
    "references to nothing": {
        "resourceType": "Bundle", "type": "collection",
        "entry": [{"fullUrl": f"{URN}1", "resource": PATIENT},
                  {"fullUrl": f"{URN}2",
                   "resource": observation(subject={"reference": f"{URN}3"}, specimen={"reference": "#s"})}],
    },
    "fullUrls": {
        "resourceType": "Bundle", "type": "collection",
        "entry": [{"resource": PATIENT}, {"fullUrl": "http://x.test/fhir/Patient/7", "resource": {**PATIENT, "id": "8"}}],
    },
    "answers of a questionnaire": {
        "resourceType": "QuestionnaireResponse", "contained": [SMOKING], "questionnaire": "#smoking", "status": "completed",
        "item": [{"linkId": "1", "answer": [{"valueBoolean": False}]}, {"linkId": "2", "answer": [{"valueInteger": 5}]},
                 {"linkId": "3", "answer": [{"valueString": "yesterday"}]}, {"linkId": "33", "answer": [{"valueBoolean": True}]}],
    },
    "invariants": observation(valueString="a", dataAbsentReason={"text": "b"},
                              effectivePeriod={"start": "2026-11-02", "end": "2026-11-01"}),
    "the wrong kind of target": observation(subject={"reference": "Practitioner/1"}, encounter={"reference": "the visit"}),
    "a unit": observation(
        valueQuantity={"value": 1, "unit": "mg per dl", "system": "http://unitsofmeasure.org", "code": "mg per dl"}),
    "a narrative": {**PATIENT, "text": {"status": "generated",
                                        "div": '<div xmlns="http://www.w3.org/1999/xhtml"><script>x()</script><p>Hi<br></p></div>'}},
    "nearly JSON": '{\n  "resourceType": "Patient",\n  "active": true,\n  "active": false,\n  "name": [{"family": "A",}]\n'
                   '  "gender": "male"\n}\n',
    "two of one choice": {**PATIENT, "deceasedBoolean": True, "deceasedDateTime": "2020-01-01"},
    "a resource nobody knows": {"resourceType": "Pateint", "name": [{"family": "A"}]},
    "no resource type": {"name": [{"family": "A"}]},
    "a code and its display": observation(interpretation=[{"coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": "H", "display": "Hoch"}]}],
        category=[{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "lab"}]}]),
    "nothing in it": {"resourceType": "Patient", "name": [], "telecom": [{}], "gender": "", "birthDate": None},
}  # fmt: skip

CASE = """\
id: one-visit
title: A case with two slips
recorded: 2026-11-22T09:30:00Z
source: {text: A woman of 40 years with fever.}
patient: {age: 40 a, sex: female}
timeline:
  index: {types: [Visit], when: 2026-11}
findings:
  fever:
    code: Fever
    when: at index
    method: http://hl7.org/fhir/administrative-gender femal | Female
    quotes: [fever]
resources:
  note: {resourceType: Basic, code: {text: note}, created: 2026-02-30}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without settings, so that names are short."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(name: str, resource: Any) -> str:
    """What the command prints."""
    file = Path(f"{name.replace(' ', '-')}.json")
    file.write_text(resource if isinstance(resource, str) else json.dumps(resource, indent=2) + "\n", "utf-8")
    Path("profiles").mkdir()
    Path("profiles/pressures.json").write_text(json.dumps(PRESSURES), "utf-8")
    return run("validate", file, "--definitions", "profiles").output


@pytest.mark.parametrize("name", BROKEN)
def test_it_reads_like_this(name: str, snapshot: SnapshotAssertion) -> None:
    assert shown(name, BROKEN[name]) == snapshot


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_has_a_line_and_what_to_do_or_who_demands_it(name: str) -> None:
    report = shown(name, BROKEN[name])
    heads = re.findall(r"^ +\d+:\d+  (?:error|warning)  ", report, re.M)
    assert heads, report
    assert len(re.findall(r"^ +(?:fix|demanded by|see): ", report, re.M)) >= len(heads)


def test_no_value_is_shown_unless_asked_for() -> None:
    report = shown("bad dates", BROKEN["bad dates"])
    assert "1974" not in report
    assert "Chalmers" not in report


def test_a_case_file_is_shown_with_its_own_lines(snapshot: SnapshotAssertion) -> None:
    Path("case.yaml").write_text(CASE, "utf-8")
    report = run("validate", "case.yaml").output
    assert report == snapshot
    assert " 12:13  error  " in report
    assert " 15:60  error  " in report
    assert "Female" not in report
