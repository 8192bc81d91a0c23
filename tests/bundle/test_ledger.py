"""The ledger: every value of a case and of its bundle has one account, and the accounts are true."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from servers import ROOT

from fhir_case import Case, CaseError, dumps, loads
from fhir_case.bundle.book import leaves, told
from fhir_case.bundle.build import BundleType
from fhir_case.bundle.ledger import Account, Ledger
from fhir_case.case.coded import Concept
from fhir_case.formats import ledger as forms
from fhir_case.json import Json, canonical
from tests.generated import cases

CASES = sorted((ROOT / "fixtures/cases").glob("*/case.yaml"))
TYPES: tuple[BundleType, ...] = ("transaction", "collection", "document")


def assert_complete(case: Case, type: BundleType | None) -> Ledger:
    """Every leaf stands once, with a reason; what is mapped is in both."""
    ledger = case.explain(type)
    origins = Counter(leaf for one in ledger for leaf in one.case)
    targets = Counter(leaf for one in ledger for leaf in one.bundle)
    assert origins == Counter(told(leaf) for leaf in leaves(case.plain()))
    assert targets == Counter(f"Bundle.{told(leaf)}" for leaf in leaves(case.to_bundle(type)))
    unexplained = [one for one in ledger if not one.why or one.why == "nothing in this bundle holds it"]
    assert not unexplained
    for one in ledger:
        if one.what == "mapped":
            assert one.case, one
            assert one.bundle or "nothing is stated" in one.why, one
        assert one.case or one.what == "defaulted", one
        assert one.bundle or one.what != "defaulted", one
    return ledger


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_nothing_of_a_written_case_is_carried_or_refused(path: Path, type: BundleType) -> None:
    assert set(assert_complete(Case.load(path), type).leaves) == {"mapped", "defaulted"}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(cases())
def test_every_value_of_a_generated_case_has_its_account(case: Case) -> None:
    for type in TYPES:
        assert_complete(case, type)


def test_every_value_of_what_others_wrote_has_its_account(shared: Path) -> None:
    paths = sorted((shared / "data/ips-bundles").glob("*.json"))
    for path in [*paths, shared / "data/synthea/patient-00.json"]:
        reading = Case.read(path)
        refused = {leaf for one in assert_complete(reading.case, None) if one.what == "refused" for leaf in one.case}
        assert refused <= {"id", "title"}, "only what names the case has no place in a bundle that came"
        assert_complete(reading.case, "transaction")


def test_what_a_line_reads_is_told_from_what_is_only_carried() -> None:
    coding = {"system": "http://loinc.org", "code": "2160-0", "userSelected": True}
    resource = {"resourceType": "Observation", "status": "final", "code": {"coding": [coding]}}
    resource["extension"] = [{"url": "http://example.org/e", "valueString": "x"}]
    resource["category"] = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                         "code": "laboratory"}]}]  # fmt: skip
    resource["subject"] = {"reference": "Patient/1"}
    text = forms.read(Case.read(dumps(resource)).explain())
    assert re.search(r"^  read      code.coding\[0\] \(2\) → code$", text, re.M)
    assert "  carried   code.coding[0].userSelected → remainder.code.coding[0].userSelected: kept verbatim" in text
    assert "  carried   extension[0] (2) → remainder.extension[0] (2): kept verbatim" in text
    assert "  carried   category[0].coding[0] (2) → remainder" in text, "it has no display, as ours would"
    assert "  implied   subject.reference: whom the case is about" in text


def test_what_an_edit_has_overtaken_is_refused_with_the_reason() -> None:
    coding = {"system": "http://snomed.info/sct", "code": "44054006", "userSelected": True}
    resource = {"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "code": {"coding": [coding]}}
    case = Case.from_bundle(resource)
    (item,) = case.diagnoses.values()
    item.code = Concept("Something else")
    refused = [one for one in case.explain() if one.what == "refused" and one.item]
    assert {one.why for one in refused} == {"edited: what the source had here holds no more"}
    assert [len(one.case) for one in refused] == [3]
    assert case.explain() == case.explain()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_what_the_ledger_says_of_a_field_is_what_goes_when_the_field_goes(path: Path) -> None:
    """The accounts are made after the fact; here the build itself is asked."""
    case = Case.load(path)
    ledger = case.explain("collection")
    whole = _by_resource(case.to_bundle("collection"))
    tried = 0
    for kind, key, name in _fields(case)[::6]:
        without = case.plain()
        del without[kind][key][name]
        try:
            rest = _by_resource(Case.loads(dumps(without), "case.json").to_bundle("collection"))
        except CaseError:
            continue  # it is required, or others need it
        gone = {place: whole[place] - rest.get(place, Counter()) for place in whole}
        gone = {place: held for place, held in gone.items() if held}
        said: Counter[str] = Counter()
        for one in ledger:
            if any(re.match(rf"{re.escape(f'{kind}.{key}.{name}')}\b", leaf) for leaf in one.case):
                said.update(re.sub(r"\[\d+\]", "", leaf.split("resource.", 1)[1]) for leaf in one.bundle)
        found = Counter(name for held in gone.values() for name, _ in held.elements())
        found = Counter({name: count for name, count in found.items() if not name.endswith("text.div")})
        assert found <= said, (kind, key, name, found - said)
        assert {leaf.split(".")[0] for leaf in said} == {leaf.split(".")[0] for leaf in found}, (kind, key, name)
        tried += 1
    assert tried > 8


def _fields(case: Case) -> list[tuple[str, str, str]]:
    plain = case.plain()
    return [
        (kind, key, name)
        for kind in ("diagnoses", "labs", "findings", "medications", "procedures", "family", "allergies")
        for key, item in plain.get(kind, {}).items()
        for name in item
    ]


def _by_resource(bundle: Json) -> dict[str, Counter[tuple[str, bytes]]]:
    return {
        entry["fullUrl"]: Counter(
            (re.sub(r"\[\d+\]", "", told(leaf)), canonical(_at(entry["resource"], leaf)))
            for leaf in leaves(entry["resource"])
        )
        for entry in bundle["entry"]
    }


def _at(value: Json, place: tuple[str | int, ...]) -> Json:
    for step in place:
        value = value[step]
    return value


SMALL = """\
id: small
title: A small case
recorded: 2026-11-22T09:30:00Z
patient: {birth: 1980, sex: female}
labs:
  creatinine: {code: "loinc 2160-0", value: 0.70 mg/dL, reference: [0.5 to 1.2 mg/dL]}
"""


def test_the_ledger_as_people_read_it(snapshot) -> None:
    case = Case.loads(SMALL)
    assert forms.built(case.explain("document")) == snapshot
    assert str(case.explain("document")) == snapshot


def test_the_ledger_as_json_holds_every_place_and_no_value() -> None:
    made = loads(dumps(forms.plain(Case.loads(SMALL).explain())))
    assert made["leaves"].keys() == {"mapped", "defaulted"}
    assert set(made["accounts"][0]) == {"what", "item", "case", "bundle", "why"}
    assert "0.70" not in dumps(made)
    assert isinstance(Account("mapped", (), (), ""), Account)
