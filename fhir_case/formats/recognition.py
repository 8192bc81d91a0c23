"""Which format a text is in, told by what is in it."""

from __future__ import annotations

from typing import Any

from fhir_case.formats.names import Format, by_name
from fhir_case.formats.phenopacket.detecting import is_phenopacket
from fhir_case.json import JSONError, loads
from fhir_case.xml.sniffing import is_xml


def recognised(text: bytes, name: str = "") -> Format | None:
    """The format of a text; None for JSON that is nothing of what is read here. Neither JSON nor XML: a case in YAML."""
    if is_xml(text):
        return Format.XML
    start = text.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] not in (b"{", b"["):
        return Format.CASE
    if by_name(name) is Format.NDJSON or _several(start):
        return Format.NDJSON
    try:
        found = loads(text)
    except JSONError:
        return _likely(start)
    return of_value(found)


def of_value(value: Any) -> Format | None:
    """The format that a JSON value is in."""
    if not isinstance(value, dict):
        return None
    if "resourceType" in value:
        return Format.JSON
    if is_phenopacket(value):
        return Format.PHENOPACKET
    return Format.CASE if "title" in value or "patient" in value else None


def _several(text: bytes) -> bool:
    """Whether the first line is a JSON object of its own, and more come."""
    line, _, rest = text.partition(b"\n")
    if not rest.lstrip().startswith(b"{") or not line.rstrip().endswith(b"}"):
        return False
    try:
        return isinstance(loads(line), dict)
    except JSONError:
        return False


def _likely(text: bytes) -> Format | None:
    """What a text is meant to be that is not quite JSON, so that it is read, and said, by who reads that format."""
    if b'"resourceType"' in text:
        return Format.JSON
    return Format.PHENOPACKET if b'"phenotypicFeatures"' in text or b'"phenotypic_features"' in text else Format.CASE
