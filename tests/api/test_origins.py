"""The issues of a case's bundle name the lines of the case file that their values came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_case import Case, Validator, validate
from fhir_case.api.origins import validated
from fhir_case.issues import Issue, Report

HEAD = """\
id: traced
title: A case whose issues are traced
recorded: 2026-11-22T09:30:00Z
source: {text: A woman of 40 years with fever.}
patient: {age: 40 a, sex: female}
timeline:
  index: {types: [Visit], when: 2026-11}
"""

PROFILE = {
    "resourceType": "StructureDefinition", "url": "http://hospital.test/strict", "name": "Strict", "status": "draft",
    "fhirVersion": "4.0.1", "kind": "resource", "abstract": False, "type": "Observation", "derivation": "constraint",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Observation",
    "differential": {"element": [{"id": "Observation", "path": "Observation"},
                                 {"id": "Observation.method", "path": "Observation.method", "max": "0"}]},
}  # fmt: skip


def found(tmp_path: Path, text: str, validator: Validator | None = None) -> Report:
    """The report on a case of which `text` is the rest."""
    file = tmp_path / "case.yaml"
    file.write_text(HEAD + text, "utf-8")
    case = Case.load(file)
    return validated(case, case.build("transaction"), validator or Validator(), file)


def pointed(report: Report, tmp_path: Path, code: str) -> list[str]:
    """What stands in the case file where the issues of a code point to, to the end of the line."""
    lines = (tmp_path / "case.yaml").read_text("utf-8").split("\n")
    issues = [issue for issue in report.issues if issue.code == code]
    assert issues, {issue.code for issue in report.issues}
    assert all(issue.origin and issue.origin.file == str(tmp_path / "case.yaml") for issue in issues)
    return [lines[one.origin.line - 1][one.origin.column - 1 :] for one in issues if one.origin and one.origin.line]


GENDER = "http://hl7.org/fhir/administrative-gender"


@pytest.mark.parametrize(
    ("text", "code", "places"),
    [
        # A display that is not its code's, in the second of two codes.
        (f"findings:\n  a:\n    code:\n      text: x\n      codes:\n        - {GENDER} male | Male\n"
         f"        - {GENDER} female | Feminine\n    when: at index\n",
         "code-display", [f"{GENDER} female | Feminine"]),
        # A code that its system has not.
        (f"diagnoses:\n  d:\n    code: {GENDER} mann | Mann\n    status: active\n",
         "code-unknown", [f"{GENDER} mann | Mann"]),
        # In a list of values, the second one.
        (f"diagnoses:\n  d:\n    code: Fever\n    status: active\n    sites: [Leg, {GENDER} mann | Mann]\n",
         "code-unknown", [f"{GENDER} mann | Mann]"]),
        # In a part of an item.
        (f"findings:\n  a:\n    code: Mass\n    when: at index\n    components:\n      - {{code: Size, value: 3 cm}}\n"
         f"      - {{code: {GENDER} mann | Mann, value: 4 cm}}\n",
         "code-unknown", [f"{GENDER} mann | Mann, value: 4 cm}}"]),
        # In what a case carries verbatim.
        ("resources:\n  extra:\n    resourceType: Basic\n    code: {text: note}\n    created: 2026-02-30\n",
         "value-format", ["2026-02-30"]),
        # In a choice of which the type is part of the name.
        (f"medications:\n  m:\n    code: {GENDER} mann | Mann\n    status: active\n",
         "code-unknown", [f"{GENDER} mann | Mann"]),
    ],
)  # fmt: skip
def test_the_field_is_named(tmp_path: Path, text: str, code: str, places: list[str]) -> None:
    assert pointed(found(tmp_path, text), tmp_path, code) == places


def test_where_no_field_states_it_the_item_is_named(tmp_path: Path) -> None:
    report = found(tmp_path, "findings:\n  fever:\n    code: Fever\n    when: at index\n",
                   Validator(definitions=[PROFILE], settings=None))  # fmt: skip
    unknown = pointed(report, tmp_path, "profile-unknown")
    assert "patient: {age: 40 a, sex: female}" in unknown


def test_what_an_item_lacks_or_has_too_much_of_leads_to_the_item(tmp_path: Path) -> None:
    text = "findings:\n  fever:\n    code: Fever\n    when: at index\n    method: By hand\n"
    file = tmp_path / "case.yaml"
    file.write_text(HEAD + text, "utf-8")
    case = Case.load(file)
    built = case.build("transaction")
    for entry in built.bundle["entry"]:
        if entry["resource"]["resourceType"] == "Observation":
            entry["resource"].setdefault("meta", {})["profile"] = [PROFILE["url"]]
    report = validated(case, built, Validator(definitions=[PROFILE]), file)
    assert pointed(report, tmp_path, "element-too-many") == ["fever:"]


def test_what_the_bundle_says_of_itself_has_the_file_as_its_origin(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(HEAD.replace("recorded: 2026-11-22T09:30:00Z\n", ""), "utf-8")
    case = Case.load(file)
    report = validated(case, case.build("document"), Validator(), file)
    assert any(one.code == "invariant" and one.path == "Bundle" for one in report.issues)
    assert all(one.origin and one.origin.line == 0 for one in report.issues if one.path == "Bundle")


def test_a_case_that_came_from_another_bundle_is_traced_too(tmp_path: Path) -> None:
    patient = {"resourceType": "Patient", "id": "p", "gender": "female"}
    condition = {
        "resourceType": "Condition", "subject": {"reference": "urn:uuid:5a3cf3b5-4b46-4b52-8c2e-8f0f4c0f1b11"},
        "code": {"coding": [{"system": GENDER, "code": "female", "display": "Feminine"}]},
    }  # fmt: skip
    urls = ("urn:uuid:5a3cf3b5-4b46-4b52-8c2e-8f0f4c0f1b11", "urn:uuid:5a3cf3b5-4b46-4b52-8c2e-8f0f4c0f1b12")
    entries = [{"fullUrl": url, "resource": one} for url, one in zip(urls, (patient, condition), strict=True)]
    file = tmp_path / "case.yaml"
    Case.from_bundle({"resourceType": "Bundle", "type": "collection", "entry": entries}).save(file)
    case = Case.load(file)
    report = validated(case, case.build(), Validator(), file)
    (one,) = [issue for issue in report.issues if issue.code == "code-display"]
    assert one.origin is not None
    assert "Feminine" in file.read_text("utf-8").split("\n")[one.origin.line - 1]


def test_a_file_that_has_gone_since_leaves_the_issues_without_origins(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(HEAD, "utf-8")
    case = Case.load(file)
    file.unlink()
    report = validated(case, case.build("transaction"), Validator(), file)
    assert report.issues
    assert all(issue.origin is None for issue in report.issues)


def test_validation_itself_never_speaks_of_cases() -> None:
    assert all(
        isinstance(one, Issue) and one.origin is None for one in validate({"resourceType": "Patient", "x": 1}).issues
    )
