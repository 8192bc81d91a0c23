"""Findings that may stay."""

from __future__ import annotations

import pytest
from some import ALL, BIRTH, FILE, WRONG

from fhir_case.issues import Issue
from fhir_case.reports.suppress import Suppression, Suppressions


@pytest.mark.parametrize(
    ("path", "file", "covers"),
    [
        ("*", "*", True), ("Patient.birthDate", "*", True), ("Patient.*", "data/*", True), ("*Date", "*.json", True),
        ("patient.birthDate", "*", False), ("Patient.birth", "*", False), ("*", "other/*", False),
        ("Patient?birthDate", "*", False),
    ],
)  # fmt: skip
def test_a_suppression_covers_what_its_globs_match(path: str, file: str, covers: bool) -> None:
    assert Suppression("value-format", "known", path, file).covers(BIRTH, FILE) == covers


def test_a_path_without_indices_means_all_items() -> None:
    issue = Issue("code-display", "m", path="Bundle.entry[3].resource.code.coding[0].display")
    assert Suppression("code-display", "r", "Bundle.entry.resource.code.*").covers(issue, "f")
    assert Suppression("code-display", "r", "Bundle.entry[3].*").covers(issue, "f")
    assert not Suppression("code-display", "r", "Bundle.entry[4].*").covers(issue, "f")


def test_what_is_suppressed_stays_beside_the_result_with_its_reason() -> None:
    made = Suppressions([Suppression("value-format", "typed from paper")]).applied(WRONG)
    assert BIRTH not in made.report.issues
    assert [(one.issue.code, one.reason) for one in made.suppressed][-1] == ("value-format", "typed from paper")


def test_a_suppression_without_use_is_told() -> None:
    held = Suppressions(
        [Suppression("value-format", "a"), Suppression("value-length", "b"), Suppression("value-format", "c", "Pat*x")]
    )
    for result in ALL:
        held.applied(result)
    assert [issue.code for issue in held.unused()] == ["suppression-unused"] * 2
    assert "value-length" in next(held.unused()).message
