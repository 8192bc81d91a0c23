"""The clinical comparison of two cases."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_case import Case
from fhir_case.formats.diff import differences
from fhir_case.json import dumps

CASE = """
id: one
title: A made-up case
recorded: 2026-11-22T09:30:00Z
source: {text: "Reddening of the skin, weak muscles. Prednisone 60 mg."}
patient: {age: 19 a, sex: male}
timeline: {index: {types: [Index visit]}}
diagnoses:
  jdm: {code: snomed 1212005 | Juvenile dermatomyositis, status: active, diagnosed: 3 a before index, evidence: [rash, weakness]}
  calcinosis: {code: Calcinosis, due_to: [jdm]}
findings:
  rash: {code: Rash, when: before jdm.diagnosed, quotes: [Reddening of the skin]}
  weakness: {code: Weakness, when: before jdm.diagnosed}
  lump-a: {code: Lump}
  lump-b: {code: Lump}
labs:
  creatinine: {code: loinc 2160-0, interpretation: [Normal], when: at index}
  crp: {code: loinc 1988-5, value: 7.20 mg/L}
imaging:
  ct:
    modalities: [CT]
    series: [{number: 1, modality: CT, side: left}, {number: 2, modality: CT, side: right}]
    findings: {opacities: {code: Opacities, when: at index}}
reports:
  ct-report: {code: CT, imaging: [ct], results: [opacities]}
medications:
  prednisone:
    code: Prednisone
    dosage: {dose: 60 mg, timing: daily}
    taken: from after jdm.diagnosed
    reasons: [jdm]
outcomes:
  better: {code: Course, about: [jdm], when: 12 mo after prednisone}
  worse: {code: Course of lumps, about: [lump-a]}
"""


def told(a: str, b: str) -> list[tuple[str, str, object, object]]:
    return [(d.change, d.path, d.before, d.after) for d in differences(Case.loads(a), Case.loads(b))]


def edited(*changes: tuple[str, str]) -> str:
    text = CASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def test_a_case_does_not_differ_from_itself() -> None:
    assert told(CASE, CASE) == []


def test_a_changed_dose_is_named_with_its_path_and_both_values() -> None:
    assert told(CASE, edited(("dose: 60 mg", "dose: 40 mg"))) == [
        ("changed", "medications.prednisone.dosage[0].dose", "60 mg", "40 mg")
    ]


def test_digits_are_a_difference() -> None:
    assert told(CASE, edited(("7.20 mg/L", "7.2 mg/L"))) == [("changed", "labs.crp.value", "7.20 mg/L", "7.2 mg/L")]


def test_what_was_refuted_is_not_what_was_active() -> None:
    ((change, path, before, after),) = told(CASE, edited(("status: active", "status: active, certainty: refuted")))
    assert (change, path, before, after) == ("added", "diagnoses.jdm.certainty", None, "refuted")


def test_an_added_and_a_removed_item_are_named_whole() -> None:
    with_fever = edited(("  lump-a: {code: Lump}\n", "  lump-a: {code: Lump}\n  fever: {code: Fever, absent: yes}\n"))
    fever = {"code": "Fever", "absent": True}
    assert told(CASE, with_fever) == [("added", "findings.fever", None, fever)]
    assert told(with_fever, CASE) == [("removed", "findings.fever", fever, None)]


IDS = ["jdm", "calcinosis", "rash", "weakness", "lump-a", "lump-b", "creatinine", "crp", "ct", "opacities", "ct-report",
       "prednisone", "better", "worse"]  # fmt: skip


def renamed(text: str, names: dict[str, str]) -> str:
    """The text with ids as keys and in references and relative times renamed; words elsewhere stay."""
    for old, new in names.items():
        text = re.sub(rf"(?m)^(  |    findings: {{){re.escape(old)}:", rf"\g<1>@{new}:", text)
        text = re.sub(rf"(?<=[\[ ]){re.escape(old)}(?=[\],.}}\n])(?!\. P)", f"@{new}", text)
    return text.replace("@", "")


@given(st.permutations(IDS))
@settings(max_examples=30, deadline=None)
def test_ids_say_nothing_even_when_they_change_places(ids: list[str]) -> None:
    other = renamed(CASE, dict(zip(IDS, ids, strict=True)))
    assert told(CASE, other) == []


def test_a_change_is_found_when_all_ids_are_others() -> None:
    other = renamed(edited(("dose: 60 mg", "dose: 40 mg")), {id: f"item-{n}" for n, id in enumerate(IDS)})
    assert told(CASE, other) == [("changed", "medications.prednisone.dosage[0].dose", "60 mg", "40 mg")]


def test_order_says_nothing() -> None:
    other = edited(
        ("evidence: [rash, weakness]", "evidence: [weakness, rash]"),
        (
            "[{number: 1, modality: CT, side: left}, {number: 2, modality: CT, side: right}]",
            "[{number: 2, modality: CT, side: right}, {number: 1, modality: CT, side: left}]",
        ),
    )
    assert told(CASE, other) == []


def test_another_target_of_a_reference_is_a_difference() -> None:
    assert told(CASE, edited(("evidence: [rash, weakness]", "evidence: [rash, lump-a]"))) == [
        ("changed", "diagnoses.jdm.evidence[1]", "weakness", "lump-a")
    ]


def test_another_anchor_of_a_time_is_a_difference() -> None:
    assert told(CASE, edited(("12 mo after prednisone", "12 mo after jdm.diagnosed"))) == [
        ("changed", "outcomes.better.when", "12 mo after prednisone", "12 mo after jdm.diagnosed")
    ]


def test_a_finding_that_moved_to_another_study_is_a_difference() -> None:
    two = edited(("reports:", "  mr: {modalities: [MR]}\nreports:"))
    moved = two.replace("    findings: {opacities: {code: Opacities, when: at index}}\n", "").replace(
        "{modalities: [MR]}", "{modalities: [MR], findings: {opacities: {code: Opacities, when: at index}}}"
    )
    assert told(two, moved) == [("changed", "imaging.ct.findings.opacities.study", "ct", "mr")]


def test_items_that_say_the_same_pair_with_those_of_their_id() -> None:
    assert told(CASE, edited(("lump-b: {code: Lump}", "lump-b: {code: Lump, size: 4 x 3 cm}"))) == [
        ("added", "findings.lump-b.size", None, "4 x 3 cm")
    ]


@pytest.mark.parametrize("kind", ["transaction", "document", "collection"])
def test_a_bundle_does_not_differ_from_its_case(kind: str) -> None:
    case = Case.loads(CASE)
    assert differences(case, Case.from_bundle(case.to_bundle(kind))) == ()  # type: ignore[arg-type]


def test_what_a_server_writes_into_resources_is_no_difference() -> None:
    case = Case.loads(CASE)
    bundle = case.to_bundle("collection")
    for number, entry in enumerate(bundle["entry"]):
        resource = entry["resource"]
        resource["id"] = str(1000 + number)
        resource["meta"] = {
            **resource.get("meta", {}), "versionId": "3", "lastUpdated": "2026-11-22T10:00:00Z", "source": "#a"
        }  # fmt: skip
    assert differences(case, Case.from_bundle(dumps(bundle))) == ()


def test_a_resource_that_is_only_carried_is_compared_too() -> None:
    basic = "\nresources: {note: {resourceType: Basic, code: {text: one}}}\n"
    assert told(CASE + basic, CASE + basic.replace("one", "two")) == [
        ("changed", "resources.note.code.text", "one", "two")
    ]
