"""The reports that other programs read."""

from __future__ import annotations

import json
import pickle
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
from some import ALL, BIRTH, CODE, FINE, ODD, SECRETS, WRONG
from syrupy.assertion import SnapshotAssertion

from fhir_case import as_model
from fhir_case.catalogue import CATALOGUE
from fhir_case.issues import Issue, Place, Report
from fhir_case.reports import html, junit, outcome, sarif, text
from fhir_case.reports import json as plain
from fhir_case.reports.result import Result

FORMATS = [html, junit, outcome, sarif, text, plain]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.__name__)
def test_no_value_is_shown_unless_asked_for(form: ModuleType) -> None:
    assert not [secret for secret in SECRETS if secret in form.rendered(ALL)]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.__name__)
@pytest.mark.parametrize("results", [[], [FINE], [ODD], ALL])
def test_every_form_can_say_nothing_and_strange_things(form: ModuleType, results: list[Any]) -> None:
    form.rendered(results, values=True).encode("utf-8")


@pytest.mark.parametrize("form", [junit, outcome, plain], ids=lambda form: form.__name__)
def test_it_reads_like_this(form: ModuleType, snapshot: SnapshotAssertion) -> None:
    assert form.rendered([WRONG, FINE]) == snapshot


def test_json_has_the_same_keys_for_every_issue() -> None:
    made = json.loads(plain.rendered(ALL, values=True))
    issues = [issue for result in made["results"] for issue in result["issues"]]
    assert {tuple(issue) for issue in issues} == {tuple(issues[0])}
    assert made["counts"] == {
        "fatal": 1, "error": 1, "warning": 1, "information": 0, "undecided": 1, "suppressed": 1
    }  # fmt: skip
    assert not made["ok"]


def test_an_operation_outcome_is_valid_r4() -> None:
    for result in ALL:
        as_model(outcome.report([result]))
    found = outcome.report([WRONG])["issue"][0]
    assert found["code"] == "not-supported"
    assert found["expression"] == [CODE.path]
    assert found["location"] == ["line 4, column 72"]


def test_a_report_can_be_sent_to_another_process_and_cannot_be_changed() -> None:
    assert pickle.loads(pickle.dumps(WRONG.report)) == WRONG.report
    with pytest.raises(AttributeError):
        WRONG.report.issues = ()  # type: ignore[misc]


def test_an_issue_without_a_link_has_that_of_its_code() -> None:
    found = json.loads(plain.rendered([WRONG]))["results"][0]["issues"]
    assert all(issue["link"].startswith("http") for issue in found)


def test_an_operation_outcome_without_issues_says_so() -> None:
    assert [issue["severity"] for issue in Report().to_outcome()["issue"]] == ["information"]


def test_several_outcomes_are_a_bundle_that_names_the_files() -> None:
    made = outcome.report(ALL)
    as_model(made)
    assert [entry["resource"]["extension"][0]["valueString"] for entry in made["entry"]] == [one.name for one in ALL]


def test_every_issue_type_of_the_catalogue_is_one_of_fhirs() -> None:
    types = """invalid structure required value invariant security login unknown expired forbidden suppressed processing
        not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule
        conflict transient lock-error no-store exception timeout incomplete throttled informational""".split()
    assert {code.type for code in CATALOGUE.values()} <= set(types)


@pytest.mark.parametrize("results", [[], [FINE], ALL])
def test_sarif_is_valid_against_its_schema(results: list[Any]) -> None:
    schema = json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_text("utf-8"))
    jsonschema.Draft4Validator(schema).validate(json.loads(sarif.rendered(results)))


def test_sarif_names_region_rule_and_suppression(snapshot: SnapshotAssertion) -> None:
    made = json.loads(sarif.rendered([WRONG]))
    del made["runs"][0]["tool"]["driver"]["semanticVersion"]
    assert made == snapshot
    (birth,) = [found for found in made["runs"][0]["results"] if found["ruleId"] == BIRTH.code]
    region = {"startLine": 3, "startColumn": 16, "endLine": 3, "endColumn": 28}
    assert birth["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "data/pa%20tient.json"},
        "region": region,
    }


def test_sarif_says_that_the_undecided_is_open() -> None:
    found = {one["ruleId"]: one for one in json.loads(sarif.rendered([WRONG]))["runs"][0]["results"]}
    assert (found["code-undecided"]["kind"], found["code-undecided"]["level"]) == ("open", "none")


def test_junit_can_be_read_and_counts_right() -> None:
    suites = ET.fromstring(junit.rendered(ALL, values=True))
    assert len(suites.findall(".//failure")) == int(suites.get("failures", "")) == 2
    assert len(suites.findall(".//testcase")) == int(suites.get("tests", ""))
    assert [suite.get("name") for suite in suites] == [
        FINE.name if one is FINE else suite.get("name") for one, suite in zip(ALL, suites, strict=True)
    ]


def test_html_runs_nothing_and_fetches_nothing() -> None:
    page = html.rendered(ALL, values=True)
    assert "<script" not in page
    assert "src=" not in page.replace("default-src", "").replace("style-src", "")
    assert "<&" not in page
    assert page.count("<article") == 4


def test_html_begins_with_what_is_wrong_and_folds_what_is_undecided() -> None:
    early, late = Place("a.json", 1, 1), Place("a.json", 2, 1)
    undecided = Issue("code-undecided", "not here", "information", place=early)
    issues = (undecided, Issue("code-display", "odd", "warning", place=early), Issue("value-format", "no", place=late))
    page = html.rendered([Result("a.json", Report(issues)), FINE])
    order = ["#file-1", "value-format", "code-display", "<details><summary>1 undecided", "code-undecided"]
    assert sorted(order, key=page.index) == order
    assert '<a href="#file-1">a.json</a>: 1 error, 1 warning</li>' in page
    assert "#file-2" not in page
