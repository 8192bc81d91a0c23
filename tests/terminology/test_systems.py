"""The names of code systems and their URIs."""

import re
from pathlib import Path

import pytest

from fhir_case.terminology.systems import ALIASES, alias_of, nearest, uri_of


@pytest.mark.parametrize(
    ("alias", "uri"),
    [
        ("snomed", "http://snomed.info/sct"),
        ("SNOMED", "http://snomed.info/sct"),
        ("sct", "http://snomed.info/sct"),
        ("ICD10", "http://hl7.org/fhir/sid/icd-10"),
        ("hl7:v3-ActCode", "http://terminology.hl7.org/CodeSystem/v3-ActCode"),
        ("hl7:observation-category", "http://terminology.hl7.org/CodeSystem/observation-category"),
        ("fhir:administrative-gender", "http://hl7.org/fhir/administrative-gender"),
        ("fhir:CodeSystem/medication-statement-status", "http://hl7.org/fhir/CodeSystem/medication-statement-status"),
    ],
)
def test_a_name_gives_the_uri(alias: str, uri: str) -> None:
    assert uri_of(alias) == uri


@pytest.mark.parametrize("alias", ["", "snomd", "hl7:", "hl7:a b", "fhir:../x", "http://snomed.info/sct"])
def test_what_is_no_name_gives_none(alias: str) -> None:
    assert uri_of(alias) is None


@pytest.mark.parametrize("uri", sorted(ALIASES.values()))
def test_a_uri_gives_a_name_that_gives_the_uri(uri: str) -> None:
    assert uri_of(alias_of(uri) or "") == uri


def test_a_uri_without_a_name_gives_none() -> None:
    assert alias_of("http://example.org/codes") is None


@pytest.mark.parametrize(
    ("typed", "meant"), [("snomd", "snomed"), ("lonic", "loinc"), ("icd10-c", "icd-10-cm"), ("rxnrom", "rxnorm")]
)
def test_a_mistyped_name_gives_the_nearest(typed: str, meant: str) -> None:
    assert nearest(typed) == meant


def test_what_is_near_to_nothing_gives_none() -> None:
    assert nearest("qqqqqqqq") is None


def test_every_system_of_the_seed_case_has_a_name(shared: Path) -> None:
    systems = set(re.findall(r"system: (\S+)", (shared / "seed/codes.yaml").read_text(encoding="utf-8")))
    assert len(systems) > 20
    assert {uri for uri in systems if uri_of(alias_of(uri) or "") != uri} == set()
