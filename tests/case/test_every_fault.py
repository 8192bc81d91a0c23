"""Loading a case file: everything that is wrong is reported, and nothing twice."""

from __future__ import annotations

import pytest

from fhir_case.case.loading import load_text
from fhir_case.case.model import CaseModel
from fhir_case.issues import CaseError


def issues_of(text: str) -> list[tuple[str, str]]:
    with pytest.raises(CaseError) as caught:
        load_text(CaseModel, "id: x\ntitle: X\n" + text, "case.yaml")
    return [(issue.code, issue.path) for issue in caught.value.issues]


def test_an_item_whose_code_cannot_be_read_is_checked_for_the_rest() -> None:
    text = """
diagnoses:
  jdm:
    code: snomed 1212006
    evidence: [nowhere]
"""
    assert issues_of(text) == [("code-invalid", "diagnoses.jdm.code"), ("case-reference", "diagnoses.jdm.evidence[0]")]


def test_an_item_without_a_code_does_not_hide_its_neighbours() -> None:
    text = """
diagnoses:
  a: {status: active}
  b: {code: B, evidence: [nowhere]}
"""
    assert issues_of(text) == [("case-missing-key", "diagnoses.a.code"), ("case-reference", "diagnoses.b.evidence[0]")]


@pytest.mark.parametrize(
    "fault", ["code: snomed 1212006", "code: A, absent: perhaps", "code: A, colour: red", "absent: yes"]
)
def test_a_finding_that_cannot_be_read_is_not_missed_by_those_who_name_it(fault: str) -> None:
    text = f"""
imaging:
  ct: {{findings: {{a: {{{fault}}}}}}}
reports:
  r: {{code: CT, results: [a]}}
"""
    assert len(issues_of(text)) == 1


@pytest.mark.parametrize(
    "quote", ["the patient's rash", "The patient’s rash", "the patient’s  rash", "Gro\u0308ße 3-4 cm"]
)
def test_a_quote_that_differs_in_its_signs_alone_is_told_so(quote: str) -> None:
    source = 'id: a\ntitle: A\nsource: {text: "the patient’s rash; Größe 3–4 cm"}\n'
    text = f'{source}findings: {{a: {{code: A, quotes: ["{quote}"]}}}}'
    with pytest.raises(CaseError) as caught:
        load_text(CaseModel, text, "case.yaml")
    assert caught.value.issues[0].fix.startswith("it stands there with other ")
