"""Mappings of other packages: installed beside this one, they read, write, check and show as its own do."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from servers import ROOT

from fhir_case import Case, CaseError, dumps, loads
from fhir_case.bundle.registry import Mappings, joined, own
from fhir_case.lens import when

CASE = """\
id: fall
title: A fall
recorded: 2026-11-22T09:30:00Z
source: {text: High risk of falling. Severe osteoporosis., title: A letter}
diagnoses:
  osteoporosis: {code: Osteoporosis, severity: Severe, quotes: Severe osteoporosis.}
other:
  risks:
    falling:
      code: Risk of falling
      when: 2026-11-20
      about: osteoporosis
      predictions: [{outcome: Fracture, likelihood: High}]
      quotes: High risk of falling.
"""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package of tests/plugin is installed."""
    folder = tmp_path_factory.mktemp("plugin")
    source = folder / "source"
    subprocess.run(["cp", "-r", ROOT / "tests/plugin", source], check=True)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, source],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "zipfile", "-e", wheel, folder / "site"], check=True)
    return folder / "site"


def run(*arguments: str, site: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command, as in an environment that has the package too."""
    code = "import sys; from fhir_case.cli import main; sys.argv[0] = 'fhir-case'; main()"
    path = os.pathsep.join([str(ROOT), str(site)])
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, cwd=cwd,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip


def test_an_installed_package_adds_a_kind_and_changes_a_field(target: Path, tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CASE, "utf-8")
    assert run("check", "case.yaml", site=target, cwd=tmp_path).returncode == 0
    for type in ("transaction", "document"):
        done = run("build", "case.yaml", "--as", type, "-o", f"{type}.json", site=target, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        resources = {e["resource"]["resourceType"]: e["resource"] for e in _bundle(tmp_path, type)["entry"]}
        risk = resources["RiskAssessment"]
        assert risk["prediction"] == [{"outcome": {"text": "Fracture"}, "qualitativeRisk": {"text": "High"}}]
        assert risk["condition"]["reference"] == next(
            e["fullUrl"] for e in _bundle(tmp_path, type)["entry"] if e["resource"]["resourceType"] == "Condition"
        )
        severity = {"url": "https://hospital.example/fhir/severity", "valueCodeableConcept": {"text": "Severe"}}
        assert severity in resources["Condition"]["extension"]
        assert "severity" not in resources["Condition"]
        same = run("diff", "case.yaml", f"{type}.json", site=target, cwd=tmp_path)
        assert (same.returncode, same.stdout + same.stderr) == (0, "no difference\n")
    schema = loads(run("schema", site=target, cwd=tmp_path).stdout)
    assert schema["$defs"]["Risk"]["properties"]["about"]["description"] == "The diagnosis whose risk it is."
    table = run("mapping", "other.risks", site=target, cwd=tmp_path).stdout
    assert "other.risks ↔ RiskAssessment" in table
    assert "predictions.likelihood" in table


def _bundle(folder: Path, type: str) -> dict:
    return loads((folder / f"{type}.json").read_bytes())


def test_an_item_of_another_package_is_checked_by_its_model(target: Path, tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CASE.replace("when: 2026-11-20", "wen: 2026-11-20"), "utf-8")
    done = run("check", "case.yaml", site=target, cwd=tmp_path)
    assert done.returncode == 1
    assert "case.yaml:11:7: other.risks.falling.wen: there is no key 'wen' here (did you mean 'when'?)" in (
        done.stdout + done.stderr
    )


def test_without_the_package_its_items_are_refused_in_a_file_and_carried_from_a_bundle() -> None:
    with pytest.raises(CaseError, match="there is no key 'risks' here") as caught:
        Case.loads(CASE)
    assert "none is installed" in caught.value.issues[0].fix
    resource = {"resourceType": "RiskAssessment", "status": "final", "subject": {"reference": "Patient/1"}}
    reading = Case.read(dumps(resource))
    assert list(reading.case.resources) == ["riskassessment"]


def test_a_package_reads_no_resource_with_a_modifier_that_it_does_not_know(risks: Mappings) -> None:
    resource = {"resourceType": "RiskAssessment", "status": "final", "code": {"text": "a"}}
    resource["subject"] = {"reference": "Patient/1"}
    assert Case.from_bundle(dumps(resource), mappings=risks).other["risks"].keys() == {"riskassessment"}
    assert not Case.from_bundle(dumps({**resource, "status": "cancelled"}), mappings=risks).other


@pytest.fixture
def risks(monkeypatch: pytest.MonkeyPatch) -> Mappings:
    monkeypatch.syspath_prepend(str(ROOT / "tests/plugin"))
    return joined(own(), [_point("fhir_case_risks:RISK")])


def test_a_case_with_items_of_another_package_comes_back_from_bundle_and_file(risks: Mappings) -> None:
    case = Case.loads(CASE, mappings=risks)
    for type in ("transaction", "collection", "document"):
        bundle = case.to_bundle(type, mappings=risks)  # type: ignore[arg-type]
        assert Case.from_bundle(bundle, mappings=risks) == case
        assert all(one.why for one in case.explain(type, mappings=risks))  # type: ignore[arg-type]
    assert Case.loads(case.to_yaml(), mappings=risks) == case
    assert Case.loads(case.to_json(), "a.json", mappings=risks) == case


def _point(value: str) -> EntryPoint:
    return EntryPoint(name="x", value=value, group="fhir_case.mappings")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("no_such_module:RISK", "No module named 'no_such_module'"),
        ("fhir_case.mappings.condition:NOTHING", "has no attribute 'NOTHING'"),
        ("fhir_case.mappings.condition:CLINICAL", "expected a Mapping, found CodeTable"),
        ("fhir_case.mappings.observation:COMPONENT", "expected the kind other.<name>"),
    ],
)
def test_a_broken_package_gives_one_message_and_stops_nothing(value: str, told: str, risks: Mappings) -> None:
    made = joined(own(), [_point(value), _point("fhir_case_risks:RISK")])
    (issue,) = made.issues
    assert (issue.code, issue.severity) == ("plugin-broken", "warning")
    assert told in issue.message
    case = Case.loads(CASE, mappings=made)
    assert [one for one in case.build(mappings=made).report.issues if one.code == "plugin-broken"] == [issue]
    assert Case.from_bundle(case.to_bundle(mappings=made), mappings=made) == case


def test_a_case_that_needs_a_broken_package_names_it() -> None:
    made = joined(own(), [_point("no_such_module:RISK")])
    with pytest.raises(CaseError) as caught:
        Case.loads(CASE, mappings=made)
    assert [issue.code for issue in caught.value.issues] == ["plugin-broken", "case-unknown-key"]


def test_a_time_of_a_type_for_which_the_element_has_no_room_is_refused_when_the_line_is_made() -> None:
    with pytest.raises(ValueError, match="period is no choice of types"):
        when("when", "period", "Period")


def test_two_packages_cannot_map_one_kind(risks: Mappings) -> None:
    made = joined(own(), [_point("fhir_case_risks:RISK"), _point("fhir_case_risks:RISK")])
    assert [issue.message for issue in made.issues] == [
        "the mapping x (fhir_case_risks:RISK) is left out: another package maps other.risks already"
    ]
