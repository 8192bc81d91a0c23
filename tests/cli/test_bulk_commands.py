"""`fhir-case export` and `import`: from a server's bulk data to a case file for each patient."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_httpx import HTTPXMock
from running import run

from fhir_case import Case
from fhir_case.json import dumps

BASE = "http://fhir.example/r4"
LINES = [
    {"resourceType": "Patient", "id": "1", "gender": "female"},
    {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/1"}, "code": {"text": "Migraine secretissima"}},
    {"resourceType": "Patient", "id": "2"},
]  # fmt: skip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ndjson(*more: str) -> str:
    return "\n".join([*map(dumps, LINES), *more]) + "\n"


def exported(httpx_mock: HTTPXMock, count: int) -> None:
    asked, poll, file = (
        f"{BASE}/Group/7/$export?_outputFormat=application%2Ffhir%2Bndjson",
        f"{BASE}/poll",
        f"{BASE}/file",
    )
    manifest = {"transactionTime": "2026-11-23T08:00:00Z", "output": [{"type": "Patient", "url": file, "count": count}]}
    httpx_mock.add_response(url=asked, status_code=202, headers={"content-location": poll})
    httpx_mock.add_response(url=poll, method="GET", json=manifest)
    httpx_mock.add_response(url=file, text=ndjson())


def test_a_group_comes_as_a_case_file_for_each_patient(here: Path, httpx_mock: HTTPXMock) -> None:
    exported(httpx_mock, count=3)
    httpx_mock.add_response(status_code=202, url=f"{BASE}/poll", method="DELETE")
    result = run("export", "data", "--of", "Group/7", "--server", BASE)
    assert (result.exit_code, result.stdout) == (
        0, "data: 3 resources in 1 file\nnext time: --since 2026-11-23T08:00:00Z\n",
    )  # fmt: skip
    result = run("import", "data", "-o", "cases")
    assert (result.exit_code, result.stdout) == (0, "cases: 2 cases, from 3 resources\n")
    case = Case.load(here / "cases/1.yaml")
    assert (case.id, len(case.diagnoses)) == ("patient-1", 1)
    assert sorted(path.name for path in (here / "cases").iterdir()) == [
        "1.origin.json",
        "1.yaml",
        "2.origin.json",
        "2.yaml",
    ]
    (here / "cases/2.yaml").unlink()
    assert run("import", "data", "-o", "cases").stdout == "cases: 1 case, 1 were there already, from 3 resources\n"


def test_what_is_missing_ends_with_one_and_stands_in_no_log(here: Path, httpx_mock: HTTPXMock) -> None:
    exported(httpx_mock, count=4)
    httpx_mock.add_response(text=ndjson(), url=f"{BASE}/file")
    httpx_mock.add_response(status_code=202, url=f"{BASE}/poll", method="DELETE")
    result = run("export", "data", "--of", "Group/7", "--server", BASE)
    assert result.exit_code == 1
    assert "the server counts 4 resources, and gave 3" in result.stderr
    (here / "x.ndjson").write_text(ndjson("no json"))
    result = run("import", "x.ndjson", "-o", "cases", "--server", BASE)
    assert result.exit_code == 1
    assert "x.ndjson:4:1: expected one resource in JSON" in result.stderr
    assert "secretissima" not in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "data", "--of", "Observation", "--server", BASE], "expected Patient or a group"),
        (["import", "nowhere", "-o", "cases"], "expected NDJSON"),
        (["import", ".", "-o", "cases"], "expected NDJSON"),
    ],
)
def test_usage_that_cannot_be_is_told(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, said in result.stderr) == (2, True)


def test_lines_from_nowhere_need_a_server(here: Path) -> None:
    (here / "x.ndjson").write_text(ndjson())
    result = run("import", "x.ndjson", "-o", "cases")
    assert (result.exit_code, "which server are these from?" in result.stderr) == (2, True)
