"""Each broken case file is named after the code of the one issue it provokes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from fhir_case import Case, CaseError

ROOT = Path(__file__).parents[2]
BROKEN = ROOT / "fixtures" / "broken"


class Expected(NamedTuple):
    """Where a person finds the mistake when reading the file, and what the fix must name."""

    line: int
    column: int
    field: str
    fix: str


EXPECTED = {
    "case-duplicate-id": Expected(4, 3, "findings.headache", "an id of its own"),
    "case-files": Expected(4, 9, "files.labs", "beside the case"),
    "case-id": Expected(4, 3, "findings.left thigh", "left-thigh"),
    "case-missing-key": Expected(4, 3, "diagnoses.migraine.code", "code: …"),
    "case-reference": Expected(6, 16, "diagnoses.migraine.evidence[0]", "headache"),
    "case-unknown-key": Expected(6, 5, "labs.creatinine.refrence", "reference"),
    "case-value": Expected(6, 13, "diagnoses.migraine.status", "active"),
    "code-invalid": Expected(5, 11, "diagnoses.jdm.code", "1212005"),
    "code-system-unknown": Expected(5, 11, "diagnoses.jdm.code", "snomed"),
    "file-alias": Expected(5, 13, "findings.migraine", ""),
    "file-comment": Expected(5, 27, "findings.headache.code", "quotes"),
    "file-documents": Expected(3, 1, "", "---"),
    "file-duplicate-key": Expected(5, 3, "findings.headache", "rename"),
    "file-encoding": Expected(2, 45, "", "UTF-8"),
    "file-merge-key": Expected(5, 5, "findings.headache.<<", "write out"),
    "file-no-case": Expected(1, 1, "", "fhir-case new"),
    "file-syntax": Expected(5, 10, "findings.headache", "line 4, column 13"),
    "file-tag": Expected(4, 20, "findings.headache.code", "remove it"),
    "file-too-deep": Expected(4, 204, "resources.a", ""),
    "quote-ambiguous": Expected(9, 14, "findings.headache.quotes[0]", "at: 2"),
    "quote-missing": Expected(9, 14, "findings.headache.quotes[0]", "three days"),
    "quote-moved": Expected(10, 9, "findings.headache.quotes[0]", "23"),
    "quote-no-source": Expected(6, 14, "findings.headache.quotes[0]", "source.file"),
    "source-file": Expected(4, 9, "source.file", ""),
    "time-circle": Expected(5, 28, "findings.rash.when", "absolute"),
    "time-invalid": Expected(6, 12, "diagnoses.migraine.onset", "2023-02-28"),
    "unit-unknown": Expected(6, 12, "labs.creatinine.value", "mg/d"),
}
WITHOUT_A_FILE = {"file-unreadable", "file-too-large"}
"""A file that cannot be opened, and one of 50 MB."""


@pytest.mark.parametrize("code", EXPECTED)
def test_a_broken_file_gives_its_one_issue_at_the_place_of_the_mistake(code: str) -> None:
    path = BROKEN / f"{code}.yaml"
    with pytest.raises(CaseError) as caught:
        Case.load(path)
    (issue,) = caught.value.issues
    expected = EXPECTED[code]
    assert issue.code == code
    assert issue.place is not None
    assert (issue.place.file, issue.place.line, issue.place.column) == (str(path), expected.line, expected.column)
    assert issue.path.startswith(expected.field)
    assert expected.fix in issue.message + issue.fix
    assert issue.severity == "error"


def test_every_broken_file_is_expected_and_every_expectation_has_its_file() -> None:
    assert {path.stem for path in BROKEN.iterdir()} == set(EXPECTED)


def test_every_code_that_reading_a_case_can_give_has_its_broken_file() -> None:
    """Codes are written out where they are raised, with the prefixes of this pattern."""
    pattern = re.compile(r'"((?:case|file|quote|time|unit|code|source)-[a-z-]+)"')
    sources = (ROOT / "fhir_case" / "case").glob("*.py")
    given = {code for source in sources for code in pattern.findall(source.read_text("utf-8"))}
    assert given - WITHOUT_A_FILE == set(EXPECTED)
