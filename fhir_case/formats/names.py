"""The formats that a case can be written as, and the files they are in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath


class Format(StrEnum):
    """What a case can be written as."""

    CASE = "case"
    JSON = "json"
    """A FHIR resource in JSON."""
    XML = "xml"
    """A FHIR resource in XML."""
    NDJSON = "ndjson"
    """FHIR resources in JSON, one a line (https://hl7.org/fhir/R4/nd-json.html)."""
    PHENOPACKET = "phenopacket"


_SUFFIXES = {
    ".yaml": Format.CASE, ".yml": Format.CASE, ".xml": Format.XML, ".ndjson": Format.NDJSON, ".jsonl": Format.NDJSON,
    ".json": Format.JSON, ".phenopacket": Format.PHENOPACKET,
}  # fmt: skip


def by_name(name: str) -> Format | None:
    """The format that a file of this name is to have: `x.phenopacket.json` and `x.case.json` say more than `x.json`."""
    path = PurePath(name.lower())
    inner = PurePath(path.stem).suffix
    if path.suffix == ".json" and inner in (".phenopacket", ".case"):
        return Format(inner[1:])
    return _SUFFIXES.get(path.suffix)
