"""R4 as it is embedded: what is in it, that it is current, that it is shared safely and costs little."""

from __future__ import annotations

import pickle
import shutil
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from examples import package
from servers import ROOT, unavailable

from fhir_case import json
from fhir_case.definitions import r4
from fhir_case.definitions.shelf import Shelf
from fhir_case.definitions.stripping import PUBLICATION, stripped

PATIENT = "http://hl7.org/fhir/StructureDefinition/Patient"


def test_every_type_of_r4_is_there_with_its_snapshot() -> None:
    here = r4()
    assert (len(here.resources), len(here.primitives)) == (146, 20)  # https://hl7.org/fhir/R4/resourcelist.html
    assert {"Patient", "Bundle", "Parameters", "Binary"} <= here.resources
    assert {"HumanName", "Quantity", "Element", "BackboneElement", "Extension", "Narrative"} <= here.datatypes
    assert {"code", "xhtml", "instant", "positiveInt"} <= here.primitives
    for name in (*here.resources, *here.datatypes, *here.primitives, "Resource", "DomainResource"):
        definition = here.type(name)
        assert definition is not None
        assert definition["type"] == name
        assert definition["snapshot"]["element"][0]["path"] == name
        assert "differential" not in definition


def test_what_is_no_type_is_not_one() -> None:
    assert [r4().type(name) for name in ("bp", "patient", "", PATIENT, "SimpleQuantity", "FiveWs")] == [None] * 6
    assert r4().structure("Patient") is None


@pytest.mark.parametrize(
    ("canonical", "kind"),
    [
        ("http://hl7.org/fhir/StructureDefinition/bp", "StructureDefinition"),
        ("http://hl7.org/fhir/StructureDefinition/vitalsigns|4.0.1", "StructureDefinition"),
        ("http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "StructureDefinition"),
        ("http://hl7.org/fhir/ValueSet/administrative-gender", "ValueSet"),
        ("http://hl7.org/fhir/administrative-gender", "CodeSystem"),
        ("http://terminology.hl7.org/CodeSystem/v2-0203", "CodeSystem"),
        ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "CodeSystem"),
        ("http://hl7.org/fhir/SearchParameter/individual-gender", None),
        ("http://hl7.org/fhir/OperationDefinition/Patient-everything", None),
    ],
)
def test_what_r4_defines_is_found_by_its_canonical(canonical: str, kind: str | None) -> None:
    found = r4().find(canonical, kind)
    assert found is not None
    assert found["url"] == canonical.partition("|")[0]


def test_a_kind_or_version_that_does_not_fit_finds_nothing() -> None:
    assert r4().find("http://hl7.org/fhir/administrative-gender", "ValueSet") is None
    assert r4().find(f"{PATIENT}|5.0.0") is None
    assert r4().find(f"{PATIENT}|4.0") is r4().find(PATIENT)
    assert r4().find("") is None


def test_all_canonicals_of_a_kind_are_listed_once() -> None:
    urls = list(r4().urls("StructureDefinition"))
    assert len(urls) == len(set(urls)) == 655
    assert f"{PATIENT}|4.0.1" in urls


def test_nothing_that_decides_validity_is_stripped() -> None:
    """Every element of every definition keeps all but prose: read from the source anew."""
    left_out = {
        "definition", "comment", "requirements", "alias", "mapping", "example", "code", "label", "isSummary", "condition",
        "isModifierReason", "meaningWhenMissing", "orderMeaning",
    }  # fmt: skip
    for path in sorted(package().glob("StructureDefinition-*.json"))[::7]:
        source = json.loads(path.read_bytes())
        here = r4().find(f"{source['url']}|{source['version']}" if "version" in source else source["url"])
        assert here is not None
        for name in ("url", "version", "name", "kind", "type", "abstract", "baseDefinition", "derivation", "context"):
            assert here.get(name) == source.get(name)
        elements = source.get("snapshot", {}).get("element", [])
        assert [one["id"] for one in here.get("snapshot", {}).get("element", [])] == [one["id"] for one in elements]
        for ours, theirs in zip(here.get("snapshot", {}).get("element", []), elements, strict=True):
            assert theirs.keys() - ours.keys() <= left_out | {"extension"}
            for name in ours.keys() - {"constraint", "binding", "extension", "type"}:
                assert json.canonical(ours[name]) == json.canonical(theirs[name])
            for mine, other in zip(ours.get("constraint", []), theirs.get("constraint", []), strict=True):
                assert other.keys() - mine.keys() <= {"xpath", "requirements", "extension"}
            lost = {one["url"] for one in theirs.get("extension", [])} - {
                one["url"] for one in ours.get("extension", [])
            }
            assert lost <= PUBLICATION


def test_the_table_is_current() -> None:
    """Made from its sources again, it is the same, byte for byte."""
    package()  # or skipped
    if not shutil.which("npm") and not (package().parents[1] / "hl7.fhir.r4.expansions-4.0.1.tgz").exists():
        unavailable("node", "npm, which fetches R4's expansions, is not on the PATH")
    command = [sys.executable, ROOT / "scripts/definitions/build.py", "--check"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr


def test_published_expansions_stand_only_where_codes_come_from_elsewhere() -> None:
    here = r4()
    currencies = here.find("http://hl7.org/fhir/ValueSet/currencies")
    assert currencies is not None
    assert {"system": "urn:iso:std:iso:4217", "code": "EUR"}.items() <= {
        key: one[key]
        for one in currencies["expansion"]["contains"]
        if one["code"] == "EUR"
        for key in ("system", "code")
    }.items()
    assert "expansion" not in (here.find("http://hl7.org/fhir/ValueSet/administrative-gender") or {})
    too_costly = here.find("http://hl7.org/fhir/ValueSet/clinical-findings")
    assert too_costly is not None
    assert "expansion" not in too_costly


def test_all_structures_read_once_do_not_stay_in_memory() -> None:
    definitions = r4().extended()
    tracemalloc.start()
    for canonical in r4().urls("StructureDefinition"):
        definitions.find(canonical)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 60_000_000


def test_a_pickle_holds_what_it_was_made_of() -> None:
    own = {"resourceType": "ValueSet", "url": "http://example.org/v", "status": "active"}
    definitions = r4().extended(resources=[own])
    text = pickle.dumps(definitions)
    assert len(text) < 2_000
    again = pickle.loads(text)
    assert again.digest == definitions.digest != r4().digest
    assert again.find("http://example.org/v") == own
    assert pickle.loads(pickle.dumps(r4())).digest == r4().digest


def test_threads_may_share_it() -> None:
    definitions = r4().extended()
    urls = list(r4().urls("ValueSet"))[:300] * 4
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(definitions.find, urls))
    assert [f"{one['url']}|{one['version']}" for one in found if one] == urls


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r4.bin"
    path.write_bytes(b"no table at all, but long enough to have a head")
    with pytest.raises(ValueError, match="not a file of definitions"):
        Shelf(path)


def test_stripping_survives_what_is_no_definition() -> None:
    for odd in (
        {"resourceType": "StructureDefinition", "snapshot": [1], "differential": "x", "extension": 3},
        {"resourceType": "StructureDefinition", "snapshot": {"element": [None, 3, {"type": [1], "binding": []}]}},
        {"resourceType": "ValueSet", "extension": [None, 3, {"url": []}, {"url": {}}]},
        {"resourceType": "CodeSystem", "concept": [None, {"concept": "x"}]},
        {"resourceType": "ValueSet", "compose": {"include": [None, {"concept": 1}]}},
        {"resourceType": ["Patient"]} | {"x": 1},
        {},
    ):
        assert isinstance(stripped(odd), dict)
    deep: dict[str, object] = {"code": "a"}
    for _ in range(10_000):
        deep = {"code": "a", "concept": [deep]}
    assert stripped({"resourceType": "CodeSystem", "concept": [deep]})["concept"]
