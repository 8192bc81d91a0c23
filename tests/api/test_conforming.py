"""A bundle held against a guide: what it claims holds, and what it lacks is said with the field that would supply it."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers import ROOT

from fhir_case import Case, Validator
from fhir_case.api.conforming import package_of

CASES = sorted((ROOT / "fixtures/cases").glob("*/case.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_what_us_core_requires_and_the_case_does_not_state_is_all_that_is_wrong(shared: Path, path: Path) -> None:
    """HL7's validator says the same of these (and of references to what lacks something)."""
    guide = str(shared / "data/ig-packages/us_core_610.tgz")
    build = Case.load(path).build("transaction", profile=guide)
    told = [issue for issue in build.report.issues if issue.code == "profile-not-stated"]
    validator = Validator(packages=[guide])
    for n, entry in enumerate(build.bundle["entry"]):
        claimed = [url for url in entry["resource"].get("meta", {}).get("profile", ()) if "/us/core/" in url]
        wrong = [one for one in validator.validate(entry["resource"]).issues if one.severity in ("error", "fatal")]
        lacking = [one for one in told if one.path.startswith(f"Bundle.entry[{n}].")]
        assert len(wrong) == len(lacking), (wrong, lacking)
        assert claimed or entry["resource"]["resourceType"] in ("Composition", "ImagingStudy", "MedicationStatement",
                                                               "FamilyMemberHistory")  # fmt: skip


def test_the_field_that_would_supply_it_is_named(shared: Path) -> None:
    guide = str(shared / "data/ig-packages/us_core_610.tgz")
    text = "id: a\ntitle: A\npatient: {race: white}\norganizations: {clinic: {name: A clinic}}\n"
    build = Case.loads(text).build(profile=guide)
    told = {issue.message: issue.fix for issue in build.report.issues if issue.code == "profile-not-stated"}
    assert told == {
        "USCoreOrganizationProfile requires Organization.active, and the case does not state it":
            "state organizations.clinic.active",
        "USCorePatientProfile requires Patient.gender, and the case does not state it": "state patient.sex",
    }  # fmt: skip
    patient = next(e["resource"] for e in build.bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    assert patient["meta"]["profile"] == ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"]
    assert patient["name"][0]["extension"][0]["valueCode"] == "unknown", "us-core-6: that no name is known is said"
    assert patient["extension"][0]["url"].endswith("us-core-race")
    stated = text.replace("race: white", "race: white, sex: female").replace("A clinic", "A clinic, active: yes")
    again = Case.loads(stated).build(profile=guide).report
    assert not [issue for issue in again.issues if issue.code == "profile-not-stated"]


def test_of_profiles_that_only_a_missing_element_tells_apart_none_is_claimed(shared: Path) -> None:
    resource = {"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "code": {"text": "Asthma"}}
    build = Case.from_bundle(resource).build("collection", profile=str(shared / "data/ig-packages/us_core_610.tgz"))
    assert not [entry for entry in build.bundle["entry"] if "us/core" in str(entry["resource"].get("meta"))]
    (issue,) = [issue for issue in build.report.issues if issue.code == "profile-not-claimed"]
    assert issue.message == (
        "it could be USCoreConditionEncounterDiagnosisProfile or USCoreConditionProblemsHealthConcernsProfile: "
        "the case does not state which (Condition.category)"
    )


def test_a_guide_is_a_package_by_its_short_name_its_name_or_its_file(tmp_path: Path) -> None:
    file = tmp_path / "guide.tgz"
    file.touch()
    assert package_of("us-core@6.1.0") == "hl7.fhir.us.core@6.1.0"
    assert package_of("uv-ips@2.0.0") == "hl7.fhir.uv.ips@2.0.0"
    assert package_of("de.basisprofil.r4@1.4.0") == "de.basisprofil.r4@1.4.0"
    assert package_of(str(file)) == file
