"""Bundles that are no case of ours are read as far as they can be, and the rest is reported."""

from __future__ import annotations

import pytest

from fhir_case import Case, CaseError
from fhir_case.json import canonical, loads


def _bundle(*resources: dict) -> dict:
    entries = [{"fullUrl": f"http://a.example/fhir/{r['resourceType']}/{r['id']}", "resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _finding(id: str, patient: str) -> dict:
    return {
        "resourceType": "Observation", "id": id, "status": "final", "code": {"text": "Fever"},
        "subject": {"reference": patient},
    }  # fmt: skip


def test_of_two_patients_the_first_is_the_cases_and_what_is_about_the_other_is_not_read():
    bundle = _bundle(
        {"resourceType": "Patient", "id": "1", "gender": "male"}, {"resourceType": "Patient", "id": "2", "gender": "female"},
        _finding("a", "Patient/1"), _finding("b", "Patient/2"),
    )  # fmt: skip
    reading = Case.read(bundle)
    assert reading.case.patient.sex == "male"
    assert [item.code.label for item in reading.case.findings.values()] == ["Fever"]
    assert set(reading.case.resources) == {"patient-2", "observation-b"}
    told = {issue.path: issue.message for issue in reading.report.issues}
    assert "one patient, and this is another" in told["resources.patient-2"]
    assert "resources.observation-b" in told
    assert canonical(reading.case.to_bundle()) == canonical(bundle)


def test_without_a_patient_the_one_that_most_resources_name_is_the_cases():
    bundle = _bundle(_finding("a", "Patient/9"), _finding("b", "Patient/9"), _finding("c", "Patient/7"))
    reading = Case.read(bundle)
    assert reading.case.patient is None
    assert len(reading.case.findings) == 2
    assert set(reading.case.resources) == {"observation-c"}
    assert canonical(reading.case.to_bundle()) == canonical(bundle)


def test_references_that_lead_nowhere_are_reported_with_their_item_and_stay():
    finding = {**_finding("a", "Patient/1"), "hasMember": [{"reference": "Observation/gone"}],
               "performer": [{"reference": "urn:uuid:00000000-0000-0000-0000-000000000000"}]}  # fmt: skip
    reading = Case.read(_bundle({"resourceType": "Patient", "id": "1"}, finding))
    outside = [issue for issue in reading.report.issues if issue.code == "reference-outside"]
    assert [(issue.path, "Observation" in issue.message) for issue in outside] == [
        ("observation-a", True), ("observation-a", False),
    ]  # fmt: skip
    assert "gone" not in "".join(map(str, reading.report.issues)), "ids of others are nobody's business in a log"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"{", "not-json"),
        ("[]", "not-fhir"),
        ("{}", "not-fhir"),
        ('{"a": 1, "a": 2}', "not-json"),
        ({"x": 1}, "not-fhir"),
    ],
)
def test_what_is_no_fhir_is_refused_with_its_place(source, code):
    with pytest.raises(CaseError) as error:
        Case.from_bundle(source)
    assert [issue.code for issue in error.value.issues] == [code]


@pytest.mark.parametrize(
    "odd",
    [
        '{"resourceType": "Bundle"}',
        '{"resourceType": "Bundle", "entry": []}',
        '{"resourceType": "Bundle", "entry": "x"}',
        '{"resourceType": "Bundle", "entry": [7]}',
        '{"resourceType": "Bundle", "entry": [{"request": {"method": "DELETE"}}]}',
        '{"resourceType": "Bundle", "entry": [{"resource": 7}, {"resource": {"resourceType": 7}}]}',
        '{"resourceType": "Nothing", "id": 7}',
        '{"resourceType": "Observation", "status": ["final"], "code": 7, "note": "x"}',
        '{"resourceType": "Bundle", "id": 7, "entry": [{"fullUrl": 7, "resource": {"resourceType": "Patient", "id": []}}]}',
    ],
)
def test_odd_bundles_come_back_as_they_were(odd):
    found = Case.from_bundle(odd).to_bundle()
    given = loads(odd)
    if given["resourceType"] != "Bundle":
        found = found["entry"][0]["resource"]
    assert canonical(found) == canonical(given) or found["entry"][0]["resource"] == given
