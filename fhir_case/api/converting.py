"""From one format to another, and proof of it: what was written is read again and held against what there was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fhir_case.api.case import Case
from fhir_case.api.depth import walked
from fhir_case.api.opening import Opened
from fhir_case.formats import ndjson
from fhir_case.formats.names import Format
from fhir_case.issues import Issue, Report
from fhir_case.json import Json, canonical, dumps
from fhir_case.json.places import Path, written

LISTED = 20
"""Values that are named one by one where they are not the same after the conversion."""


@dataclass(frozen=True, slots=True)
class Converted:
    """The text in its new format, the case where it is one, and what is to be said of the way."""

    text: Iterable[str]
    case: Case | None
    issues: Sequence[Issue]
    """What is written while it is read is complete only when all of its text was taken."""

    @property
    def report(self) -> Report:
        """What is to be said of the way."""
        return Report(tuple(self.issues))


def converted(source: Opened, to: Format) -> Converted:
    """What was opened in another format. Raises `CaseError` for what cannot be written so."""
    with walked(source.name):
        if to is Format.CASE:
            return _as_case(source)
        if to is Format.PHENOPACKET:
            return _as_packet(source)
        resource = source.as_resource()
        if to is Format.NDJSON:
            rows, notes = ndjson.lines(resource)
            return Converted(rows, None, source.issues + notes)
        if to is Format.JSON:
            return Converted((dumps(resource, indent=2), "\n"), None, source.issues)
        return _as_xml(resource, source.issues)


STREAMED = (Format.JSON, Format.NDJSON)
"""Formats that lines are written in one by one, whatever their number."""


def streamed(rows: Iterable[bytes], name: str, to: Format) -> Converted:
    """NDJSON in another of the formats of `STREAMED`, one line in memory at a time.

    Taking the text raises `CaseError` where there is no resource in any line.
    """
    issues: list[Issue] = []
    found = ndjson.resources(rows, name, issues)
    return Converted(_text(found, name, to), None, issues)


def _text(found: Iterator[dict[str, Json]], name: str, to: Format) -> Iterator[str]:
    with walked(name):
        if to is Format.JSON:
            yield from ndjson.bundle_text(found, name)
        else:
            yield from (dumps(one) + "\n" for one in ndjson.some(found, name))


def _as_xml(resource: dict[str, Json], issues: tuple[Issue, ...]) -> Converted:
    from fhir_case.xml import reader, writer

    text = writer.written(resource)
    again = reader.read(text)
    lost = tuple(_lost(resource, again.value, "XML"))
    return Converted((text,), None, issues + lost)


def _as_case(source: Opened) -> Converted:
    """A case; of a Bundle one that gives the Bundle again."""
    case, issues = source.as_case()
    if source.resource is not None and source.resource.get("resourceType") == "Bundle":
        issues += tuple(_lost(source.resource, case.to_bundle(), "the case"))
    return Converted((case.to_yaml(),), case, issues)


def _as_packet(source: Opened) -> Converted:
    from fhir_case.formats.phenopacket.writing import write_phenopacket

    case, issues = source.as_case()
    made = write_phenopacket(case)
    return Converted((dumps(made.packet, indent=2), "\n"), None, issues + made.report.issues)


def _lost(before: Json, after: Json, where: str) -> Iterator[Issue]:
    """The values that are not in what was written as they were, the first of them by name."""
    if canonical(before) == canonical(after):
        return
    kind = before.get("resourceType", "") if isinstance(before, dict) else ""
    found = list(_differing(before, after, ()))
    for path in found[:LISTED]:
        yield Issue("conversion-lost", f"{where} does not have this as it was", path=written(path, str(kind)))
    if len(found) > LISTED:
        yield Issue("conversion-lost", f"nor {len(found) - LISTED} more values")


_GONE: Any = object()


def _differing(a: Json, b: Json, path: Path) -> Iterator[Path]:
    """The outermost places where two values differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in {**a, **b}:
            yield from _differing(a.get(key, _GONE), b.get(key, _GONE), (*path, key))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (one, other) in enumerate(zip(a, b, strict=True)):
            yield from _differing(one, other, (*path, index))
    elif a is _GONE or b is _GONE or canonical(a) != canonical(b):
        yield path
