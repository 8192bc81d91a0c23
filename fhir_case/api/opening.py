"""Whatever holds a case or FHIR, read: a case file, a resource in JSON or XML, NDJSON, a phenopacket."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path as File

from fhir_case.api.case import Case
from fhir_case.api.sources import positions, read_text
from fhir_case.formats import ndjson
from fhir_case.formats.names import Format
from fhir_case.formats.recognition import recognised
from fhir_case.issues import CaseError, Issue, Place
from fhir_case.json import Json, JSONError, loads
from fhir_case.json.places import Find, Path

_ELEMENT = re.compile(r"\w+(?:\[\d+\])?(?:\.\w+(?:\[\d+\])?)*")


def _placed(issues: tuple[Issue, ...], name: str, find: Find | None) -> tuple[Issue, ...]:
    """The issues with the places in the text of the elements they speak of; of what is no element of it, the file alone."""
    ways = {one.path: _keys(one.path) for one in issues if one.place is None and _ELEMENT.fullmatch(one.path)}
    spots = find(ways.values()) if ways and find else {}

    def place(issue: Issue) -> Place:
        way = ways.get(issue.path)
        spot = spots.get(way) if way else None
        if spot is None or not way or len(spot.path) < len(way):
            return Place(name)
        return Place(name, *(spot.key or spot.start))

    return tuple(one if one.place else replace(one, place=place(one)) for one in issues)


def _keys(path: str) -> Path:
    """The keys of an element: `entry, 2` of `Bundle.entry[2]`."""
    keys = tuple(int(step) if step.isdigit() else step for step in re.findall(r"\w+", path))
    return keys[1:] if keys[0] == "Bundle" else keys


@dataclass(frozen=True, slots=True)
class Opened:
    """What was read: a FHIR resource as it stands, or a case; and what is to be said of it."""

    format: Format
    resource: dict[str, Json] | None
    """None where the format is no FHIR."""
    told: Case | None
    """The case, where the format has one."""
    name: str
    issues: tuple[Issue, ...] = ()
    find: Find | None = None
    """What finds values in the text."""

    def as_case(self) -> tuple[Case, tuple[Issue, ...]]:
        """The case that it tells, with all that is to be said. Raises `CaseError` where it tells none."""
        if self.told is not None:
            return self.told, self.issues
        try:
            reading = Case.read(self.resource)
        except CaseError as error:
            raise CaseError(_placed(error.issues, self.name, self.find)) from None
        return reading.case, self.issues + _placed(reading.report.issues, self.name, self.find)

    def as_resource(self) -> dict[str, Json]:
        """The resource, or the Bundle of the case."""
        return self.resource if self.resource is not None else self.told.to_bundle() if self.told else {}


def opened(text: bytes, name: str, format: Format | None = None, path: File | None = None) -> Opened:
    """What a text holds, in the format given, or the one it seems to be in. `path`: the file, where the text is one.

    Raises `CaseError`, with all issues and their places, for what cannot be read.
    """
    kind = format or recognised(text, name)
    if kind is None:
        fix = "a case has a title, a FHIR resource a resourceType, a phenopacket metaData"
        raise CaseError(
            (Issue("format-unknown", "this is JSON, and nothing that is read here", place=Place(name, 1, 1), fix=fix),)
        )
    if kind is Format.CASE:
        return Opened(kind, None, Case.load(path) if path else Case.loads(text, name), name)
    if kind is Format.PHENOPACKET:
        return _of_packet(text, name)
    if kind is Format.NDJSON:
        issues: list[Issue] = []
        found = list(ndjson.resources(BytesIO(text), name, issues))
        return Opened(kind, ndjson.bundled(found, name), None, name, tuple(issues))
    resource, notes = read_text(text, name)
    _typed(resource, name)
    return Opened(kind, resource, None, name, notes, partial(positions, text))


def _typed(resource: dict[str, Json], name: str) -> None:
    if not isinstance(resource.get("resourceType"), str):
        at = Place(name, 1, 1)
        raise CaseError((Issue("resource-type-missing", "expected a FHIR resource, found no resourceType", place=at),))


def _of_packet(text: bytes, name: str) -> Opened:
    from fhir_case.formats.phenopacket.reading import read_phenopacket

    try:
        packet = loads(text)
    except JSONError as error:
        at = Place(name, error.line, error.column)
        raise CaseError((Issue("not-json", f"this is no JSON: {error.message}", place=at),)) from None
    find = partial(positions, text)
    try:
        reading = read_phenopacket(packet, Case)
    except CaseError as error:
        raise CaseError(_placed(error.issues, name, find)) from None
    return Opened(Format.PHENOPACKET, None, reading.case, name, _placed(reading.report.issues, name, find))
