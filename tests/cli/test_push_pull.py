"""`fhir-case push` and `pull`: on a real server, and against servers that are none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytest_httpx import HTTPXMock
from running import run

from fhir_case import Case
from fhir_case.json import loads

CASE = """\
# A comment that has to stay.
id: {id}
title: A made-up case
recorded: 2026-11-22T09:30:00Z
patient: {{sex: female}}
diagnoses:
  migraine: {{code: Migraine secretissima}}  # and this one
findings:
  headache: {{code: Headache}}
"""

BASE = "http://fhir.example/r4"


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("case.yaml")
    path.write_text(CASE.format(id=re.sub(r"\W|_", "-", request.node.name)[:80].strip("-")), "utf-8")
    return path


# --- on a real server -------------------------------------------------------------------------------------------------


def pushed(*arguments: str | Path) -> tuple[str, str]:
    """What a push says last: the counts, and the patient."""
    result = run("push", *arguments)
    assert result.exit_code == 0, result.output
    *_, counts, patient = result.stdout.splitlines()
    return counts, patient.removeprefix("patient: ")


def test_push_names_what_it_created_and_again_creates_nothing(case: Path, hapi: str) -> None:
    result = run("push", case, "--server", hapi)
    assert result.exit_code == 0, result.output
    assert re.search(r"^created +Condition/\d+  diagnoses\.migraine$", result.stdout, re.M)
    assert "Migraine" not in result.output
    assert pushed(case, "--server", hapi)[0].startswith("0 created, 0 updated, ")


def test_the_server_may_stand_in_the_environment(case: Path, hapi: str) -> None:
    assert run("push", case, FHIR_CASE_SERVER=hapi).exit_code == 0


def test_pull_brings_home_an_equal_case_and_where_it_was(case: Path, hapi: str) -> None:
    patient = pushed(case, "--server", hapi)[1]
    result = run("pull", patient, "--server", hapi, "-o", "home.yaml")
    assert (result.exit_code, result.stdout) == (0, "")
    assert Case.load("home.yaml") == Case.load(case)
    assert Path("home.yaml").read_text("utf-8").startswith("# yaml-language-server: ")
    origin = loads(Path("home.origin.json").read_text("utf-8"))
    assert origin["base"] == hapi
    assert origin["patient"] == patient
    assert run("diff", case, "home.yaml").exit_code == 0


def test_pull_prints_the_case_where_no_file_is_named(case: Path, hapi: str) -> None:
    patient = pushed(case, "--server", hapi)[1]
    assert Case.loads(run("pull", patient, "--server", hapi).stdout) == Case.load(case)


def test_pull_into_the_file_it_came_from_keeps_its_comments(case: Path, hapi: str) -> None:
    patient = pushed(case, "--server", hapi)[1]
    before = case.read_text("utf-8")
    assert run("pull", patient, "--server", hapi, "-o", case).exit_code == 0
    assert case.read_text("utf-8") == before


def test_only_what_was_edited_gets_a_new_version(case: Path, hapi: str) -> None:
    assert run("push", case, "--server", hapi).exit_code == 0
    case.write_text(case.read_text("utf-8").replace("code: Headache", "code: Headache, absent: yes"), "utf-8")
    result = run("push", case, "--server", hapi)
    updated = [line.split()[-1] for line in result.stdout.splitlines() if line.startswith("updated")]
    assert "findings.headache" in updated
    assert "diagnoses.migraine" not in updated


def test_a_case_is_attached_to_a_patient_who_stays_as_he_is(case: Path, hapi: str) -> None:
    there = pushed(case, "--server", hapi)[1]
    other = Path("other.yaml")
    other.write_text(CASE.format(id="another-case-of-the-patient").replace("female", "male"), "utf-8")
    result = run("push", other, "--server", hapi, "--patient", there)
    assert result.exit_code == 0, result.output
    assert f"attached  {there}  patient" in result.stdout
    home = Case.loads(run("pull", there, "--server", hapi).stdout)
    assert home.patient is not None
    assert home.patient.sex == "female"


def test_a_patient_who_is_not_there_is_an_error_that_names_him(case: Path, hapi: str) -> None:
    for arguments in (["push", case, "--patient", "Patient/nobody"], ["pull", "Patient/nobody"]):
        result = run(*arguments, "--server", hapi)
        assert result.exit_code == 3
        assert "Patient/nobody" in result.stderr


def test_a_bundle_is_pushed_like_the_case_it_came_from(case: Path, hapi: str) -> None:
    assert run("build", case, "-o", "bundle.json").exit_code == 0
    assert run("push", case, "--server", hapi).exit_code == 0
    assert pushed("bundle.json", "--server", hapi)[0].startswith("0 created, 0 updated, ")


# --- against servers that are none ------------------------------------------------------------------------------------

R4 = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}


def test_a_page_of_html_is_no_fhir_server(case: Path, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(html="<html>Welcome</html>")
    result = run("push", case, "--server", BASE)
    assert result.exit_code == 3
    assert "HTML" in result.stderr
    assert "nothing was s" in result.stderr


def test_another_version_of_fhir_is_named_and_nothing_is_sent(case: Path, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json={**R4, "fhirVersion": "5.0.0"})
    result = run("push", case, "--server", BASE)
    assert result.exit_code == 3
    assert "5.0.0" in result.stderr
    assert len(httpx_mock.get_requests()) == 1


def test_a_refused_bundle_says_what_was_not_stored_and_nothing_of_the_patient(
    case: Path, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(method="GET", json=R4, is_reusable=True)
    httpx_mock.add_response(
        method="POST", url=re.compile(r".*/_search.*"), is_reusable=True,
        json={"resourceType": "Bundle", "type": "searchset", "total": 0},
    )  # fmt: skip
    issue = {
        "severity": "error",
        "code": "invalid",
        "diagnostics": "Condition.code 'Migraine secretissima' is not allowed",
    }
    httpx_mock.add_response(
        method="POST", url=BASE, status_code=422, json={"resourceType": "OperationOutcome", "issue": [issue]},
        is_reusable=True,
    )  # fmt: skip
    result = run("push", case, "--server", BASE)
    assert result.exit_code == 3
    assert re.search(r"^not stored: \d+ resources: composition, ", result.stderr, re.M)
    assert "nothing was stored" in result.stderr
    assert "status 422" in result.stderr
    assert "secretissima" not in result.output


def test_pull_asks_no_server_where_it_could_not_write(case: Path, httpx_mock: HTTPXMock) -> None:
    Path("notes.md").write_text("mine", "utf-8")
    result = run("pull", "Patient/1", "--server", BASE, "-o", "notes.md")
    assert result.exit_code == 2
    assert Path("notes.md").read_text("utf-8") == "mine"
    assert httpx_mock.get_requests() == []


@pytest.mark.parametrize("address", ["ftp://x/fhir", "localhost:8080/fhir", "http://user:secret@x/fhir"])
def test_an_address_that_is_none_is_said_so_without_its_password(case: Path, address: str) -> None:
    result = run("push", case, "--server", address)
    assert result.exit_code == 3
    assert "address" in result.stderr
    assert "secret" not in result.stderr
