"""`fhir-case fhirpath EXPR FILE`."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import run

PATIENT = '{"resourceType": "Patient", "name": [{"given": ["Ada", "M."], "family": "L"}], "birthDate": "1815-12-10"}'


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    file = tmp_path / "patient.json"
    file.write_text(PATIENT, "utf-8")
    return file


def test_each_item_is_a_line_of_json(patient: Path) -> None:
    result = run("fhirpath", "Patient.name.given", patient)
    assert (result.exit_code, result.stdout) == (0, '"Ada"\n"M."\n')
    assert run("fhirpath", "name", patient).stdout == '{"given":["Ada","M."],"family":"L"}\n'


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    file = tmp_path / "observation.json"
    file.write_text('{"resourceType": "Observation", "valueQuantity": {"value": 7.20}}', "utf-8")
    assert run("fhirpath", "value.value", file).stdout == "7.20\n"


def test_nothing_found_is_no_line_and_no_failure(patient: Path) -> None:
    result = run("fhirpath", "contact.name", patient)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_a_syntax_error_names_the_column_and_what_was_expected(patient: Path) -> None:
    result = run("fhirpath", "name.where(", patient)
    assert result.exit_code == 2
    assert "expected a value, a name or a function, found the end of the expression (column 12" in result.stderr


def test_an_unknown_function_names_the_nearest(patient: Path) -> None:
    assert (
        "there is no function exist(); exists() would do (column 6" in run("fhirpath", "name.exist()", patient).stderr
    )


def test_an_unknown_element_is_noted(patient: Path) -> None:
    result = run("fhirpath", "Patient.birthdate", patient)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Patient has no element birthdate; birthDate would do (column 9" in result.stderr


def test_trace_goes_to_stderr(patient: Path) -> None:
    result = run("fhirpath", "name.family.trace('family').count()", patient)
    assert (result.stdout, result.stderr) == ("1\n", 'family: ["L"]\n')


def test_what_needs_a_terminology_is_said_to_be_undecided(patient: Path) -> None:
    result = run("fhirpath", "gender.exists() or name.first().memberOf('http://x')", patient)
    assert result.exit_code == 2
    assert "cannot be decided here" in result.stderr


@pytest.mark.parametrize("text", ["[]", "{}", "{", '{"resourceType": 1}'])
def test_a_file_without_a_resource_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "none.json"
    file.write_text(text, "utf-8")
    result = run("fhirpath", "id", file)
    assert result.exit_code == 2
    assert ("this is no JSON" if text == "{" else "expected a FHIR resource") in result.stderr


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "cannot be read" in run("fhirpath", "id", tmp_path / "none.json").stderr
