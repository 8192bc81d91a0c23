"""`fhir-case plan`, and `push` with what it saved: as a person meets them, on a real server."""

from __future__ import annotations

import re
import stat
import uuid
from pathlib import Path

import pytest
from running import run
from syrupy.assertion import SnapshotAssertion

from fhir_case import FHIRClient
from fhir_case.json import loads

CASE = """\
id: {id}
title: A made-up case
recorded: 2026-11-22T09:30:00Z
patient: {{sex: female}}
diagnoses:
  migraine: {{code: Migraine secretissima, status: active}}
  asthma: {{code: Asthma}}
findings:
  headache: {{code: Headache}}
"""


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hapi: str) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("fhir-case.toml").write_text(f'[server]\nurl = "{hapi}"\n', "utf-8")
    path = Path("case.yaml")
    path.write_text(CASE.format(id=f"plan-{uuid.uuid4()}"), "utf-8")
    return path


def plain(text: str, server: str) -> str:
    """What is printed, without what differs from run to run."""
    text = re.sub(r"\b([A-Z][A-Za-z]+)/\d+\b", r"\1/ID", text.replace(server, "SERVER"))
    # HAPI names one of the two search parameters for a subject, now this, now that.
    return re.sub(r" +", " ", text.replace(".where(resolve() is Patient)", ""))


def edited(path: Path) -> None:
    text = path.read_text("utf-8")
    text = text.replace("status: active", "status: resolved").replace("  asthma: {code: Asthma}\n", "")
    path.write_text(text + "  aura: {code: Aura}\n", "utf-8")


def test_a_plan_is_printed_saved_and_applied_once(case: Path, hapi: str, snapshot: SnapshotAssertion) -> None:
    assert run("plan", case).exit_code == 0
    assert run("push", case).exit_code == 0
    edited(case)
    planned = run("plan", case, "-o", "plan.json")
    assert planned.exit_code == 0
    assert plain(planned.stdout, hapi) == snapshot(name="plan")
    assert "secretissima" not in planned.output
    shown = plain(run("plan", case, "--show-values").stdout, hapi)
    assert re.findall(r"^ clinicalStatus.*", shown, re.M) == snapshot(name="with values")
    assert "Migraine secretissima; resolved" in shown
    saved = Path("plan.json")
    assert "secretissima" not in saved.read_text("utf-8")
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    done = run("push", "--plan", saved)
    assert done.exit_code == 0, done.output
    assert "1 created, 2 updated" in done.stdout
    again = run("push", "--plan", saved)
    assert again.exit_code == 3
    assert "the plan can no longer be applied" in again.stderr
    taken = run("push", case, "--withdraw", "entered-in-error")
    assert "1 withdrawn" in taken.stdout
    with FHIRClient(hapi) as server:
        home = server.pull(taken.stdout.splitlines()[-1].removeprefix("patient: "))
    assert set(home.diagnoses) == {"migraine"}


def test_a_plan_of_a_case_that_was_edited_since_is_not_applied(case: Path) -> None:
    assert run("plan", case, "-o", "plan.json").exit_code == 0
    edited(case)
    result = run("push", "--plan", "plan.json")
    assert result.exit_code == 3
    assert "the case or bundle has changed since" in result.stderr


def test_what_was_changed_there_since_it_was_pulled_is_a_conflict(case: Path, hapi: str) -> None:
    pushed = run("push", case)
    patient = pushed.stdout.splitlines()[-1].removeprefix("patient: ")
    for name in ("here.yaml", "there.yaml"):
        assert run("pull", patient, "-o", name).exit_code == 0
        Path(name).write_text(Path(name).read_text("utf-8").replace("active", "inactive"), "utf-8")
    assert run("push", "there.yaml").exit_code == 0
    assert run("push", "there.yaml").exit_code == 0, "what we wrote ourselves is no conflict"
    here = Path("here.yaml")
    here.write_text(here.read_text("utf-8").replace("inactive", "resolved"), "utf-8")
    planned = run("plan", here)
    assert planned.exit_code == 1
    assert re.search(
        r"^conflict +Condition/\d+ .*changed there since it was pulled: version 1 then, 2 now", planned.stdout, re.M
    )
    refused = run("push", here)
    assert refused.exit_code == 3
    assert "--overwrite" in refused.stderr
    assert run("push", here, "--overwrite").exit_code == 0


def test_a_refused_entry_is_named_with_its_line(case: Path, hapi: str, snapshot: SnapshotAssertion) -> None:
    stray = (
        "resources:\n  stray:\n    resourceType: Basic\n    code: {text: x}\n    subject: {reference: Patient/404404}\n"
    )
    case.write_text(case.read_text("utf-8") + stray, "utf-8")
    result = run("push", case)
    assert result.exit_code == 3
    assert re.search(
        r"^error: case\.yaml:14:\d+: Bundle\.entry\[\d+\]\.resource\.subject: the server refuses this",
        result.stderr,
        re.M,
    )
    assert plain(re.sub(r"requests, .*", "requests, …", result.stderr), hapi) == snapshot
    partial = run("push", case, "--partial")
    assert partial.exit_code == 1
    assert "2 not stored" in partial.stdout, "it, and the composition, which refers to it"
    left = [line for line in run("plan", case).stdout.splitlines() if line.startswith("create")]
    assert [line.split()[-1] for line in left] == ["composition", "resources.stray"]


def test_a_plan_as_json_is_complete_and_without_values(case: Path) -> None:
    plan = loads(run("plan", case, "--format", "json").stdout)
    assert {"format", "server", "guarantee", "because", "transactions", "entries", "choices", "issues"} <= plan.keys()
    assert "secretissima" not in str(plan)


@pytest.mark.parametrize("text", ["", "{}", "[1]", "not json"])
def test_what_is_no_plan_is_said_to_be_none(case: Path, text: str) -> None:
    Path("plan.json").write_text(text, "utf-8")
    result = run("push", "--plan", "plan.json")
    assert result.exit_code in (2, 3)
    assert "plan" in result.stderr


def test_a_push_of_nothing_says_what_was_expected(case: Path) -> None:
    result = run("push")
    assert result.exit_code == 2
    assert "expected a case or a Bundle to push" in result.stderr
