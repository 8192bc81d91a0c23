"""HL7's validator finds no error in any bundle of the three cases, and no warning but those listed here with their reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from oracle import Finding, findings, ips
from servers import ROOT

from fhir_case import Case, dumps

pytestmark = pytest.mark.java

CASES = sorted(path.parent for path in (ROOT / "fixtures/cases").glob("*/case.yaml"))

Known = tuple[str, str, str]
"""A kind of warning: message id, what its text matches, and why it stays."""

_NOT_HERE = "the validator runs offline and has no content of this code system"
_SYSTEMS = "http://loinc.org", "http://www.whocc.no/atc"
_IPS_SYSTEMS = (
    "http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm", "http://human-phenotype-ontology.org",
    "http://purl.obolibrary.org/obo/mondo.owl", "http://www.orpha.net", "http://www.nlm.nih.gov/research/umls/rxnorm",
)  # fmt: skip


def _unknown(systems: Sequence[str]) -> tuple[Known, ...]:
    told = "CodeSystem is unknown and can't be validated: {} for .*"
    return tuple(("Terminology_PassThrough_TX_Message", told.format(re.escape(one)), _NOT_HERE) for one in systems)


WARNINGS: tuple[Known, ...] = (
    *_unknown(_SYSTEMS),
    ("Terminology_PassThrough_TX_Message", "CodeSystem is unknown and can't be validated: urn:fhir-case:item for .*",
     "our own mark on resources that have no identifier: a tag, whose system is ours and published nowhere"),
    ("TERMINOLOGY_TX_SYSTEM_UNSUPPORTED", "The code cannot be checked because codeSystem 'http://snomed.info/sct' .*",
     _NOT_HERE),
    ("Terminology_TX_Error_CodeableConcept", 'Error Cannot invoke .*"this.codeSystem" is null .*',
     "the validator's own failure on a code of a system it does not have (LOINC 60591-5, and the like)"),
    ("Terminology_TX_ValueSet_NotFound", "ValueSet 'http://dicom.nema.org/.*/sect_CID_29.html' not found",
     "R4 binds ImagingStudy.modality to a page of DICOM, not to a value set that could be loaded"),
    ("Terminology_TX_ValueSet_NotFound", "ValueSet 'http://www.rsna.org/RadLex_Playbook.aspx' not found",
     "R4 binds ImagingStudy.procedureCode to a web page, not to a value set that could be loaded"),
    ("Reference_REF_NoDisplay", "A Reference without an actual reference or identifier should have a display",
     "a performer, author or agent that is required and not stated is told as unknown (data-absent-reason), with no name"),
)  # fmt: skip

BASE: tuple[Known, ...] = (
    *WARNINGS,
    ("Validation_VAL_Profile_Unknown", ".* http://hl7.org/fhir/uv/ips/.*|.*'http://hl7.org/fhir/uv/ips/.*' has not been .*"
     "|.*url=http://hl7.org/fhir/uv/ips/.*",
     "without the IPS package its profiles cannot be checked; the other test has it"),
)  # fmt: skip

WITH_IPS: tuple[Known, ...] = (
    *WARNINGS,
    *_unknown(_IPS_SYSTEMS),
    ("Terminology_PassThrough_TX_Message", "Unable to expand ValueSet: .* CodeSystem 'http://snomed.info/sct' is ignored.*",
     _NOT_HERE),
)  # fmt: skip


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the three cases as transaction, collection and document."""
    folder = tmp_path_factory.mktemp("bundles")
    for case in CASES:
        loaded = Case.load(case / "case.yaml")
        types: tuple[Any, ...] = ("transaction", "collection", "document")
        for type in types:
            (folder / f"{case.name}.{type}.json").write_text(dumps(loaded.to_bundle(type)), encoding="utf-8")
    return folder


def test_no_bundle_of_the_cases_has_an_error_in_base_r4(bundles: Path, shared: Path) -> None:
    files = sorted(bundles.glob("*.json"))
    assert len(files) == 9
    _only(BASE, findings(shared, files))


def test_no_document_has_an_error_against_ips(bundles: Path, shared: Path) -> None:
    files = sorted(bundles.glob("*.document.json"))
    assert len(files) == 3
    _only(WITH_IPS, findings(shared, files, *ips(shared)))


def _only(known: tuple[Known, ...], found: list[Finding]) -> None:
    """No error; every warning is known, and every known one still occurs (else its line should go)."""
    assert [one for one in found if one.severity != "warning"] == []
    used = set()
    new = []
    for one in found:
        fitting = [row for row in known if row[0] == one.id and re.fullmatch(row[1], one.text, re.DOTALL)]
        used.update(fitting)
        new += [] if fitting else [one]
    assert new == []
    assert [row for row in known if row not in used] == []
