"""The schema of a case file: strict, and no stricter than `check`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fhir_case import Case
from fhir_case.case.reading import read_text
from fhir_case.formats.schema import case_schema, schema_text
from fhir_case.issues import CaseError
from fhir_case.json import loads

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "fixtures/cases").glob("*/case.yaml"))
SCHEMA = loads(schema_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def complaints(data: Any) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(data)]


def whole(text: str) -> str:
    """A case with nothing but the text that a case need not have."""
    return f"id: x\ntitle: X\n{'' if text.startswith('patient:') else 'patient: {}'}\n{text}"


def of(text: str) -> Any:
    return read_text(whole(text), "case.yaml").data


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_schema_beside_the_fixtures_is_current() -> None:
    """Written by `fhir-case schema > fixtures/cases/case.schema.json`."""
    assert (ROOT / "fixtures/cases/case.schema.json").read_text("utf-8") == schema_text()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_the_cases_of_the_fixtures_fit_the_schema_as_written_and_as_the_model_writes_them(path: Path) -> None:
    assert complaints(read_text(path.read_bytes(), path.name).data) == []
    assert complaints(loads(Case.load(path).to_json())) == []


SHORT_FORMS = [
    "labs: {a: {code: loinc 2160-0, value: 0.80 mg/dL, reference: [up to 1.1 mg/dL], notes: a remark}}",
    "labs: {a: {code: [loinc 2160-0, snomed 1212005], value: 5, interpretation: [High]}}",
    "labs: {a: {code: {text: A, codes: [loinc 2160-0]}, value: {boolean: yes}, quotes: []}}",
    "labs: {a: {code: A, value: {value: 3, unit: tablets}}, b: {code: B, value: {range: 3 to 5 mg}}}",
    "source: {text: seen was a rash}\nfindings: {a: {code: A, quotes: a rash}}",
    "source: {text: seen was a rash}\nfindings: {a: {code: A, absent: yes, quotes: [a rash, {text: seen, at: 0}]}}",
    "findings: {a: {code: A, size: 4 x 3 cm, when: 2008}, b: {code: B, when: 3 a before a}}",
    "findings: {a: {code: A, when: {text: in childhood}}}",
    "patient: {name: Jane Doe, sex: female, birth: 2008-03, deceased: no}",
    "patient: {name: {family: Doe, given: [Jane]}, deceased: 2020-01-01}",
    "patient: {name: [Jane, {text: J.}], addresses: [{postal_code: 11600}]}",
    "medications: {a: {code: A, dosage: {dose: 60 mg, timing: daily}, taken: from 2008 to 2009}}",
    "medications: {a: {code: A, dosage: [{timing: {frequency: 1, period: 1, unit: d, when: [PC], offset: 120}}]}}",
    "imaging: {a: {modalities: [CT], series: [{number: 1, modality: CT, side: both}], findings: {b: {code: B}}}}",
    "allergies: {a: {code: A, reactions: [{manifestations: [Rash], severity: mild}]}}",
    "family: {a: {relationship: Mother, conditions: [{code: Migraine, onset: 16 a}]}}",
    "resources: {a: {resourceType: Basic, code: {text: anything}}}",
    "diagnoses: {}",
]


@pytest.mark.parametrize("text", SHORT_FORMS)
def test_what_a_person_may_type_fits_the_schema_and_the_model(text: str) -> None:
    Case.loads(whole(text))
    assert complaints(of(text)) == []


def test_what_an_editor_types_as_numbers_and_truth_values_fits_too() -> None:
    """Editors read YAML 1.2 with its types; the project's reader keeps text."""
    typed = {
        "id": "x", "title": 2008, "patient": {"birth": 2008, "addresses": [{"postal_code": 11600}], "deceased": False},
        "findings": {"a": {"code": "A", "absent": True, "value": 7.5, "quotes": [{"text": "a", "at": 0}]}},
        "imaging": {"b": {"series": [{"number": 1, "modality": "CT"}]}},
    }  # fmt: skip
    assert complaints(typed) == []


WRONG = {
    "labs: {a: {code: A, refrence: [up to 5]}}": "$.labs.a",
    "diagnoses: {a: {code: A, status: activ}}": "$.diagnoses.a.status",
    "diagnoses: {a: {status: active}}": "$.diagnoses.a",
    "findings: {left thigh: {code: A}}": "$.findings",
    "findings: {a: {code: A, size: large}}": "$.findings.a.size",
    "findings: {a: {code: A, when: {words: then}}}": "$.findings.a.when",
    "findings: {a: {code: A, absent: perhaps}}": "$.findings.a.absent",
    "labs: {a: {code: {text: A, code: [x 1]}}}": "$.labs.a.code",
    "imaging: {a: {series: [{number: one, modality: CT}]}}": "$.imaging.a.series[0].number",
    "outcomes: {a: {code: A}}": "$.outcomes.a",
    "symptoms: {a: {code: A}}": "$",
    "labs:": "$.labs",
}


@pytest.mark.parametrize(("text", "where"), WRONG.items())
def test_what_check_refuses_for_its_shape_the_schema_refuses_too(text: str, where: str) -> None:
    with pytest.raises(CaseError):
        Case.loads(whole(text))
    assert complaints(of(text)) == [where]


def test_every_section_and_every_field_that_the_model_describes_is_described() -> None:
    schema = case_schema()
    described = [name for name, held in schema["$defs"].items() if held.get("description")]
    assert sorted(described) == sorted(schema["$defs"])
    assert (
        schema["$defs"]["Diagnosis"]["properties"]["due_to"]["description"] == "The diagnoses it is a consequence of."
    )
    assert "file" in schema["$defs"]["Source"]["properties"]
