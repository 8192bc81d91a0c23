"""Every case becomes an IPS document: what it was read from may be in error, the document adds no error of its own."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from examples import examples

from fhir_case import Case, Validator, dumps, loads
from fhir_case.bundle.searches import without_searches
from fhir_case.formats.phenopacket import read_phenopacket
from fhir_case.json import Json

RECORDED = "2026-01-01T00:00:00Z"
NO_PATIENTS = ("hospital", "practitioner")
"""What Synthea brings beside its patients."""


@pytest.fixture(scope="module")
def validator(shared: Path) -> Validator:
    return Validator(packages=[str(shared / "data/ig-packages/hl7.fhir.uv.ips-2.0.0.tgz")])


def document(case: Case) -> dict[str, Any]:
    if case.recorded is None:
        case.recorded = RECORDED
    build = case.build("document")
    assert build.report.ok
    return build.bundle


def errors(validator: Validator, resource: Json) -> Counter[tuple[str, str]]:
    """The errors, whatever the place, and whatever the addresses of the resources they speak of."""
    found = validator.validate(dumps(resource)).issues
    return Counter(
        (one.code, re.sub(r"urn:uuid:[0-9a-f-]{36}", "", one.message)) for one in found if one.severity == "error"
    )


def led_to(bundle: dict[str, Any]) -> set[str]:
    """The entries that the Composition leads to, directly or by way of others, or that lead to one of these."""
    named = {
        entry["fullUrl"]: set(re.findall(r'"(urn:uuid:[^"]+)"', dumps(entry["resource"]))) for entry in bundle["entry"]
    }
    reached, ahead = set[str](), [bundle["entry"][0]["fullUrl"]]
    while ahead:
        address = ahead.pop()
        if address not in reached:
            reached.add(address)
            ahead += named.get(address, ())
    return reached | {address for address, names in named.items() if names & reached}


def test_every_patient_of_synthea_becomes_a_document_without_errors(shared: Path, validator: Validator) -> None:
    files = [path for path in sorted((shared / "data/synthea").glob("*.json")) if path.stem not in NO_PATIENTS]
    assert len(files) == 8
    for path in files:
        case = Case.from_bundle(path)
        without = case.build("document").report
        assert [issue.code for issue in without.issues if issue.severity == "error"] == ["document-timestamp"]
        made = document(case)
        assert errors(validator, made) == Counter()
        assert {entry["fullUrl"] for entry in made["entry"]} <= led_to(made)
        assert "?identifier=" not in dumps(made)


@pytest.mark.parametrize("name", NO_PATIENTS)
def test_what_is_about_no_patient_is_no_summary_and_the_report_says_so(shared: Path, name: str) -> None:
    case = Case.from_bundle(shared / f"data/synthea/{name}.json")
    case.recorded = RECORDED
    assert [issue.code for issue in case.build("document").report.issues if issue.severity == "error"] == [
        "document-patient"
    ]


def test_every_ips_document_made_anew_has_no_error_that_it_came_without(shared: Path, validator: Validator) -> None:
    files = sorted((shared / "data/ips-bundles").glob("*.json"))
    assert len(files) == 19
    added = {path.stem: errors(validator, document(Case.from_bundle(path))) - errors(validator, loads(path.read_bytes()))
             for path in files}  # fmt: skip
    assert {name: found for name, found in added.items() if found} == {}


def test_every_phenopacket_becomes_a_document_without_errors(shared: Path, validator: Validator) -> None:
    files = [*(shared / "data").glob("phenopackets/*/*.json"), *(shared / "data").glob("phenopackets-rich/*.json")]
    assert len(files) == 155
    wrong = {
        path.stem: found
        for path in files
        if (found := errors(validator, document(read_phenopacket(loads(path.read_bytes()), Case).case)))
    }
    assert wrong == {}


def _patients(value: Json) -> list[str]:
    """The ids of the patients that a resource refers to."""
    return re.findall(r'"reference":\s?"Patient/([^"/]+)"', dumps(value))


def test_the_examples_of_r4_become_documents_without_errors_of_their_own(validator: Validator) -> None:
    patient = loads(examples()["Patient-example.json"])
    wrong: dict[str, Any] = {}
    for name, text in examples().items():
        resource = loads(text)
        if resource["resourceType"] in ("Patient", "Composition"):
            continue
        who = {**patient, "id": next(iter(_patients(resource)), "example")}
        entries = [
            {"fullUrl": f"http://a.example/{one['resourceType']}/{one['id']}", "resource": one}
            for one in (who, resource)
        ]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        if added := errors(validator, document(Case.from_bundle(bundle))) - errors(validator, bundle):
            wrong[name] = added
    assert wrong == {}


def test_a_section_that_ips_requires_and_nobody_tells_of_says_that_it_is_not_to_be_had() -> None:
    made = document(Case.loads("id: a\ntitle: A"))
    sections = {section["title"]: section for section in made["entry"][0]["resource"]["section"]}
    assert set(sections) == {"Problems", "Allergies and Intolerances", "Medications"}
    for section in sections.values():
        assert section["emptyReason"]["coding"][0]["code"] == "unavailable"
        assert "entry" not in section


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            {"reference": "Practitioner?identifier=http://a.b/npi|9", "display": "D"},
            {"type": "Practitioner", "identifier": {"system": "http://a.b/npi", "value": "9"}, "display": "D"},
            id="system and value",
        ),
        pytest.param(
            {"reference": "Location?identifier=http%3A%2F%2Fa.b%2Fl%7C9"},
            {"type": "Location", "identifier": {"system": "http://a.b/l", "value": "9"}},
            id="escaped for the URL",
        ),
        pytest.param(
            {"reference": "Location?identifier=9"}, {"type": "Location", "identifier": {"value": "9"}}, id="any system"
        ),
        pytest.param({"reference": "Patient?name=x"}, None, id="another search"),
        pytest.param({"reference": "Patient?identifier=a|1,a|2"}, None, id="one of two"),
        pytest.param({"reference": "Patient?identifier=a|1&active=true"}, None, id="more than that"),
        pytest.param(
            {"reference": "Patient?identifier=a|1", "identifier": {"value": "2"}}, None, id="says something else"
        ),
        pytest.param({"reference": "Patient/1"}, None, id="no search"),
    ],
)
def test_outside_of_transactions_a_search_is_the_identifier_that_it_searches(before: Json, after: Json) -> None:
    held = {"resourceType": "X", "contained": [{"who": [before]}]}
    made: Any = without_searches(held)
    if after is None:
        assert made is held
    else:
        assert made == {"resourceType": "X", "contained": [{"who": [after]}]}
        assert held["contained"][0]["who"][0] is before  # type: ignore[index]


RETRACTED = """
id: a
title: A
recorded: 2026-01-01T00:00:00Z
patient: {}
labs: {l1: {code: CRP, status: entered-in-error}, l2: {code: CRP, status: cancelled}}
findings: {f1: {code: Fever, status: entered-in-error, category: imaging}}
medications: {m1: {code: Aspirin, status: entered-in-error}}
diagnoses: {d1: {code: Gout, certainty: entered-in-error}}
procedures: {p1: {code: Biopsy, status: entered-in-error}}
immunizations: {i1: {vaccine: MMR, status: entered-in-error}}
allergies: {a1: {code: Nuts, certainty: entered-in-error}}
imaging: {s1: {status: entered-in-error, findings: {s2: {code: Mass, status: entered-in-error}}}}
reports: {r1: {code: CT, status: entered-in-error}}
timeline: {index: {status: entered-in-error}}
"""


def test_what_was_entered_in_error_claims_to_be_no_result_and_comes_home(validator: Validator) -> None:
    case = Case.loads(RETRACTED)
    made = document(case)
    assert errors(validator, made) == Counter()
    assert Case.from_bundle(made) == case
    titles = {section["title"]: len(section.get("entry", ())) for section in made["entry"][0]["resource"]["section"]}
    assert titles == {
        "Problems": 0, "Allergies and Intolerances": 0, "Medications": 0, "Results": 1, "Entered in error": 11,
    }  # fmt: skip
