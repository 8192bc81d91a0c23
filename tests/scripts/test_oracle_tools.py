"""The tools that hold us against HL7's validator: they take files that nobody here has seen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ORACLE = ROOT / "scripts/oracle"
sys.path.insert(0, str(ORACLE))

from compare import Compared, Count, Said, scorer  # noqa: E402
from mutate import Mutator, definitions_of  # noqa: E402
from named import collected  # noqa: E402
from run_cases import SUITE, prediction, settings_of  # noqa: E402
from tree import KINDS  # noqa: E402

from fhir_case.issues import Issue, Report  # noqa: E402
from fhir_case.json import loads  # noqa: E402

PATIENT = """{
  "resourceType": "Patient", "id": "example", "active": true,
  "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/Patient"]},
  "text": {"status": "generated", "div": "<div xmlns=\\"http://www.w3.org/1999/xhtml\\">Peter</div>"},
  "identifier": [{"use": "usual", "system": "urn:oid:1.2.36", "value": "12345", "period": {"start": "2001-05-06"}}],
  "name": [{"use": "official", "family": "Chalmers", "given": ["Peter", "James"]}, {"text": "Jim"}],
  "telecom": [{"system": "phone", "value": "(03) 5555 6473"}], "gender": "male", "birthDate": "1974-12-25",
  "maritalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M"}]},
  "multipleBirthInteger": 2, "contact": [{"name": {"family": "du Marché"}, "gender": "female"}],
  "managingOrganization": {"reference": "Organization/1"}
}"""
BUNDLE = """{"resourceType": "Bundle", "type": "collection", "entry": [
  {"fullUrl": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "resource": {"resourceType": "Basic", "code": {"text": "x"}}},
  {"fullUrl": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e1", "resource":
    {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "valueQuantity": {"value": 7.20, "unit": "mg"},
     "subject": {"reference": "Patient/1"}, "effectiveDateTime": "2020-01-01T10:00:00Z", "issued": "2020-01-01T10:00:00Z"}}]}"""


def mutants(source: str, many: int, seed: str = "1") -> list[tuple[str, str, str]]:
    return [(one.kind.name, one.path, one.text) for one in Mutator(definitions_of([]), seed, []).mutants(source, many)]


def test_there_are_many_kinds_of_change_each_named_once() -> None:
    names = [kind.name for kind in KINDS]
    assert len(names) == len(set(names))
    assert sum(kind.breaks for kind in KINDS) >= 60
    assert sum(not kind.breaks for kind in KINDS) >= 25


@pytest.mark.parametrize("source", [PATIENT, BUNDLE])
def test_every_mutant_differs_from_its_source_and_from_the_others(source: str) -> None:
    made = mutants(source, 60)
    assert len(made) > 40
    assert len({text for _, _, text in made}) == len(made)
    assert source not in {text for _, _, text in made}


def test_the_same_seed_gives_the_same_mutants_and_another_one_others() -> None:
    assert mutants(PATIENT, 20) == mutants(PATIENT, 20)
    assert mutants(PATIENT, 20) != mutants(PATIENT, 20, "2")


def test_legal_changes_leave_json_that_can_be_read_with_every_digit() -> None:
    legal = {kind.name for kind in KINDS if not kind.breaks}
    for name, _, text in mutants(BUNDLE, 60):
        if name in legal:
            held = loads(text)
            assert held["resourceType"] == "Bundle"
            if name != "digits-added":
                assert "7.20" in text or "optional" in name or "7.2" not in text


def test_the_command_writes_originals_mutants_and_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(PATIENT, "utf-8")
    (tmp_path / "no-resource.json").write_text("[1]", "utf-8")
    done = subprocess.run(
        [sys.executable, ORACLE / "mutate.py", "--seed", "7", "--each", "4", "--out", tmp_path / "out", tmp_path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "out/manifest.jsonl").read_text("utf-8").splitlines()]
    assert lines[0]["kind"] == "original"
    assert len(lines) == 5
    assert {one["source"] for one in lines} == {str(tmp_path / "a.json")}
    assert {one["file"] for one in lines} == {file.name for file in (tmp_path / "out").glob("*.json")}


def test_files_are_named_one_by_one_by_folder_and_by_list(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    files = [tmp_path / "a.json", tmp_path / "in/b.json"]
    for file in files:
        file.write_text("{}")
    (tmp_path / "list").write_text(f"{files[0]}\n\n")
    assert collected([f"@{tmp_path / 'list'}", str(tmp_path / "in"), str(files[0])]) == files


def test_the_options_of_a_case_change_what_the_suite_fixes() -> None:
    assert settings_of({}) == SUITE
    made = settings_of(
        {"best-practice": "Warning", "wrong-displays": "warning", "language": "en, de", "examples": False}
    )
    assert (made.best_practice, made.displays, made.languages, made.examples) == (
        "warning",
        "warning",
        ("en", "de"),
        False,
    )
    assert not settings_of({"validateContains": "IGNORE"}).contained


def test_a_prediction_counts_errors_and_names_their_places() -> None:
    report = Report(
        (Issue("value-format", "m", "error", "Patient.birthDate"), Issue("code-display", "m", "warning", "x"))
    )
    made = prediction({"id": "1"}, report)
    assert (made["errors"], made["locations"]) == (1, ["Patient.birthDate"])


@pytest.mark.shared
def test_agreement_is_counted_by_verdict_and_by_place(shared: Path) -> None:
    count, places = Count(), scorer()
    bad, other = [Said("Patient.name[0]", "a", "x")], [Said("Patient.name[0].given[0]", "b", "y")]
    for ours, theirs in ((bad, other), ([], []), (bad, []), ([], bad)):
        count.add(Compared(Path("f"), ours, theirs), places)
    count.add(Compared(Path("f"), [], [], "crash"), places)
    assert (count.both_invalid, count.both_valid, count.we_reject, count.we_accept, count.crashed) == (1, 1, 1, 1, 1)
    assert (count.some_place, count.wanted_found, count.said_wanted) == (1, 1, 1)
