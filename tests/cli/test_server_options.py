"""The options that every command with a server has: where they come from, and what is kept of a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_httpx import HTTPXMock
from running import run

from fhir_case.json import loads

BASE = "https://fhir.example/r4"
R4 = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}
GONE = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "diagnostics": "no such patient"}]}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def served(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json=R4)
    httpx_mock.add_response(status_code=404, json=GONE)


def logins(httpx_mock: HTTPXMock) -> set[str | None]:
    return {request.headers.get("authorization") for request in httpx_mock.get_requests()}


@pytest.mark.parametrize("way", ["option", "environment", "file", "command", "settings"])
def test_a_token_comes_from_wherever_it_is_kept_and_is_shown_nowhere(
    here: Path, httpx_mock: HTTPXMock, way: str
) -> None:
    served(httpx_mock)
    (here / "token").write_text("hunter2")
    if way == "settings":
        (here / "fhir-case.toml").write_text(f'[server]\nurl = "{BASE}"\ntoken-file = "token"\n')
    options = {"option": ["--token-file", "token"], "command": ["--token-command", "cat token"]}.get(way, [])
    environment = {"environment": {"FHIR_CASE_TOKEN": "hunter2"}, "file": {"FHIR_CASE_TOKEN_FILE": "token"}}.get(
        way, {}
    )
    if way != "settings":
        environment["FHIR_CASE_SERVER"] = BASE
    result = run("pull", "Patient/1", *options, "--log-file", "log", **environment)
    assert result.exit_code == 3
    assert "no such patient" in result.stderr
    assert logins(httpx_mock) == {"Bearer hunter2"}
    assert "hunter2" not in result.output + (here / "log").read_text()


def test_a_token_of_the_environment_does_not_go_where_a_file_in_the_folder_says(
    here: Path, httpx_mock: HTTPXMock
) -> None:
    (here / "fhir-case.toml").write_text('[server]\nurl = "https://evil.example/fhir"\n')
    result = run("pull", "Patient/1", FHIR_CASE_TOKEN="hunter2")
    assert result.exit_code == 2
    assert "FHIR_CASE_TOKEN holds would go to https://evil.example, which only fhir-case.toml names" in result.stderr
    assert not httpx_mock.get_requests()


def test_the_login_of_a_file_is_for_the_server_that_it_names(here: Path, httpx_mock: HTTPXMock) -> None:
    served(httpx_mock)
    (here / "token").write_text("hunter2")
    (here / "fhir-case.toml").write_text('[server]\nurl = "https://other.example/fhir"\ntoken-file = "token"\n')
    run("pull", "Patient/1", "--server", BASE)
    assert logins(httpx_mock) == {None}


def test_the_log_has_a_line_for_each_request_without_ids(here: Path, httpx_mock: HTTPXMock) -> None:
    served(httpx_mock)
    result = run("pull", "Patient/mrn-4711", "--server", BASE, "--log-file", "log")
    lines = [loads(line) for line in (here / "log").read_text().splitlines()]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("GET", "/r4/metadata", 200),
        ("GET", "/r4/Patient/*", 404),
    ]
    assert len({line["run"] for line in lines}) == 1
    assert {request.headers["x-correlation-id"] for request in httpx_mock.get_requests()} == {lines[0]["run"]}
    assert "4711" not in (here / "log").read_text()
    assert "2 requests, answered in " in result.stderr


def test_what_is_sent_again_is_said(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=503, headers={"retry-after": "0"})
    served(httpx_mock)
    result = run("pull", "Patient/1", "--server", BASE, "--retry-for", "5")
    assert "sent again in 0." in result.stderr
    assert "3 requests (1 sent again), answered in " in result.stderr


def test_without_a_server_it_is_said_how_to_name_one() -> None:
    result = run("pull", "Patient/1")
    assert result.exit_code == 2
    assert "which server? (--server URL, FHIR_CASE_SERVER, or url in the section [server]" in result.stderr


def test_a_login_that_cannot_be_is_a_matter_of_usage(here: Path) -> None:
    result = run("pull", "Patient/1", "--server", BASE, "--user", "me", "--token-file", "t")
    assert (result.exit_code, "found token and user" in result.stderr) == (2, True)
    result = run("pull", "Patient/1", "--server", BASE, "--token-file", "nowhere")
    assert (result.exit_code, "the file nowhere cannot be read" in result.stderr) == (2, True)


def test_no_option_takes_a_secret_itself() -> None:
    import re

    names = set(re.findall(r"--[a-z-]+", run("pull", "--help", COLUMNS="200").output))
    assert not names & {"--token", "--password", "--secret", "--key"}
    assert {"--token-file", "--client-key", "--cert", "--ca", "--trust-origin", "--retry-for"} <= names
