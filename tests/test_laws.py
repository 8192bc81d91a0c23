"""Law 1 of design.md, section 2, over generated cases: a case comes back from its bundle, and from its file."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_case import Case
from fhir_case.case.model import KINDS
from fhir_case.json import Json, canonical, dumps, loads
from tests.generated import cases
from tests.same import assert_same

thorough = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
types = st.sampled_from([None, "transaction", "collection", "document"])


@thorough
@given(cases(), types)
def test_law_1_a_case_comes_back_from_its_bundle(case, type):
    assert_same(Case.from_bundle(loads(dumps(case.to_bundle(type)))).dumps(), case.dumps())


# What a document says is an attachment itself, and so are the forms of a report.
@thorough
@given(cases(tuple(kind for kind in KINDS if kind != "documents")), types)
def test_law_1_what_a_case_says_stands_in_elements_and_not_in_attachments_narratives_or_extensions_of_ours(case, type):
    for report in case.reports.values():
        report.forms = []
    bundle = bared(loads(dumps(case.to_bundle(type))))
    again = Case.from_bundle(bundle)
    assert_same(said(again), said(case))
    assert_same(again.to_bundle(), canonical(bundle))


@thorough
@given(cases())
def test_a_case_comes_back_from_its_file(case):
    assert_same(Case.loads(case.to_yaml()).dumps(), case.dumps())
    assert_same(Case.loads(case.to_json(), "case.json").dumps(), case.dumps())


@pytest.mark.parametrize("recorded", ["", "recorded: 2026-11-22T09:30:00Z\n"])
@pytest.mark.parametrize("type", ["transaction", "collection", "document"])
def test_a_case_with_nothing_but_a_patient_comes_back(type, recorded):
    case = Case.loads(f"id: a\ntitle: A\npatient: {{}}\n{recorded}")
    assert_same(Case.from_bundle(case.to_bundle(type)).dumps(), case.dumps())


@pytest.mark.parametrize("type", ["transaction", "collection", "document"])
def test_a_case_that_states_nothing_of_its_patient_is_about_one_all_the_same(type):
    case = Case.loads("id: a\ntitle: A\nrecorded: 2026-11-22T09:30:00Z\nfindings:\n  rash: {code: Rash}\n")
    assert case.patient is not None
    assert_same(Case.from_bundle(case.to_bundle(type)).dumps(), case.dumps())


def bared(value: Json) -> Json:
    """The bundle without the data of its attachments, narratives, and extensions that HL7 has not published."""
    if isinstance(value, list):
        return [bared(one) for one in value]
    if not isinstance(value, dict):
        return value
    made = {name: bared(held) for name, held in value.items() if not _may_hide(name, held)}
    for name in ("extension", "modifierExtension"):
        if name in made:
            made[name] = [
                one for one in made[name] if one["url"].startswith("http://hl7.org/") or "/" not in one["url"]
            ]
    return {name: held for name, held in made.items() if held not in ({}, [])}


def _may_hide(name: str, held: Json) -> bool:
    return (name == "text" and isinstance(held, dict) and "div" in held) or (name == "data" and isinstance(held, str))


def said(case: Case) -> dict[str, Json]:
    """What a case says: its sections without quotes, remainders, and the text of the source."""
    plain = case.plain()
    kept = {name: plain[name] for name in ("id", "title", "recorded", "source", "patient", *KINDS) if name in plain}
    if "source" in kept:
        kept["source"] = {name: held for name, held in kept["source"].items() if name != "text"}
    return bare_items(kept)


def bare_items(value: Json) -> Json:
    if isinstance(value, list):
        return [bare_items(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: bare_items(held) for name, held in value.items() if name not in ("quotes", "remainder")}
