"""`fhir-case check`: what people read, what programs read."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import SEED, run, run_process
from syrupy.assertion import SnapshotAssertion

from fhir_case.json import loads

EIGHT_FAULTS = """\
id: faulty
title: A made-up case with eight faults
recorded: 2026-11-22T09:30:00Z
source:
  text: |
    She had a rash and was given prednisone.
patient:
  sex: female
diagnoses:
  jdm:
    code: snomed 1212006 | Juvenile dermatomyositis
    evidence: [rsh]
findings:
  rash:
    code: Rash
    quotes: [She had a rush and was given prednisone.]
labs:
  creatinine:
    code: loinc 2160-1
    refrence: [0.5 to 1.1 mg/dL]
  calcium:
    code: loinc 17861-6
    value: 9.4 mg/dl.
medications:
  prednisone:
    code: Prednisone
    taken: from 2023-02-30
  rash:
    code: Calamine
"""

FAULTS = {
    (11, "diagnoses.jdm.code", "code-invalid"),
    (12, "diagnoses.jdm.evidence[0]", "case-reference"),
    (16, "findings.rash.quotes[0]", "quote-missing"),
    (19, "labs.creatinine.code", "code-invalid"),
    (20, "labs.creatinine.refrence", "case-unknown-key"),
    (23, "labs.calcium.value", "unit-unknown"),
    (27, "medications.prednisone.taken", "time-invalid"),
    (28, "medications.rash", "case-duplicate-id"),
}


@pytest.fixture
def faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("faulty.yaml")
    path.write_text(EIGHT_FAULTS, "utf-8")
    return path


def test_eight_faults_are_eight_issues_each_in_its_line(faulty: Path) -> None:
    result = run("check", faulty, "--format", "json")
    (one,) = loads(result.stdout)
    assert {(issue["line"], issue["path"], issue["code"]) for issue in one["issues"]} == FAULTS
    assert len(one["issues"]) == len(FAULTS)
    assert one["ok"] is False
    assert result.exit_code == 1


def test_each_issue_says_what_would_do(faulty: Path) -> None:
    (one,) = loads(run("check", faulty, "--format", "json").stdout)
    said = {issue["path"]: issue["message"] + issue["fix"] for issue in one["issues"]}
    near = {
        "diagnoses.jdm.code": "1212005", "diagnoses.jdm.evidence[0]": "'rash'", "labs.creatinine.code": "2160-0",
        "labs.creatinine.refrence": "'reference'", "labs.calcium.value": "mg/dl would do",
        "medications.prednisone.taken": "2023-02-28", "findings.rash.quotes[0]": "She had a rash",
        "medications.rash": "an id of its own",
    }  # fmt: skip
    assert {path for path, word in near.items() if word not in said[path]} == set()


def test_eight_faults_as_people_read_them(faulty: Path, snapshot: SnapshotAssertion) -> None:
    assert run("check", faulty).stdout == snapshot


def test_a_clean_case_is_summed_up() -> None:
    result = run("check", SEED)
    assert result.exit_code == 0
    first, items, quotes = result.stdout.splitlines()
    assert first == f"{SEED}: no errors"
    assert "7 labs" in items
    assert "7 medications" in items
    assert quotes.endswith("quotes, all found in the source")


def test_several_cases_are_counted_and_the_worst_gives_the_status(faulty: Path) -> None:
    result = run("check", SEED, faulty, "not-there.yaml")
    assert result.stdout.endswith("3 cases: 1 clean, 2 with errors\n")
    assert result.exit_code == 2


def test_findings_are_a_result_and_go_to_stdout(faulty: Path) -> None:
    done = run_process("check", faulty)
    assert done.returncode == 1
    assert done.stderr == ""
    assert done.stdout.count("[code-invalid]") == 2


def test_the_json_of_a_check_has_every_key_also_where_there_is_no_place(tmp_path: Path) -> None:
    result = run("check", tmp_path / "not-there.yaml", "--format", "json")
    ((issue,),) = (one["issues"] for one in loads(result.stdout))
    assert set(issue) == {"code", "severity", "file", "line", "column", "path", "message", "fix"}
    assert issue["code"] == "file-unreadable"
    assert issue["line"] is None
