"""FHIR resources in JSON, one a line (https://hl7.org/fhir/R4/nd-json.html), and the Bundle that holds the same.

Lines have no frame: what a Bundle says around its resources (its type, requests, addresses) has no place in them, so
references to entries become references by type and id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from fhir_case.bundle.references import rewrite
from fhir_case.issues import CaseError, Issue, Place
from fhir_case.json import Json, JSONError, dumps, loads

_ADDRESS = re.compile(
    r"urn:uuid:([0-9A-Fa-f-]{36})|urn:oid:([0-9.]{3,64})|(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})"
)


def lines(resource: dict[str, Json]) -> tuple[Iterator[str], tuple[Issue, ...]]:
    """The lines of a resource, of a Bundle those of what is in it, and what of the Bundle has no place in them."""
    if resource.get("resourceType") != "Bundle":
        return iter((dumps(resource) + "\n",)), ()
    given = resource.get("entry", [])
    entries = [entry if isinstance(entry, dict) else {} for entry in (given if isinstance(given, list) else [given])]
    held = [
        (str(entry.get("fullUrl", "")), entry["resource"])
        for entry in entries
        if isinstance(entry.get("resource"), dict)
    ]
    made = [_identified(url, one) for url, one in held]
    names = {
        url: f"{one.get('resourceType')}/{one['id']}" for (url, _), one in zip(held, made, strict=True) if "id" in one
    }
    places = {str(entry.get("fullUrl", "")): place for place, entry in enumerate(entries)}
    nameless = {url: places[url] for (url, _), one in zip(held, made, strict=True) if url and "id" not in one}
    notes = (*_left_out(resource, entries), *_severed(made, nameless))
    return (dumps(rewrite(one, names.get)) + "\n" for one in made), notes


def _severed(resources: list[dict[str, Json]], nameless: dict[str, int]) -> Iterator[Issue]:
    """What is referred to by an address that no line has room for."""
    sought: set[str] = set()
    if nameless:
        for one in resources:
            rewrite(one, lambda address: sought.add(address))
    for url, place in nameless.items():
        if url in sought:
            told = "others refer to it by its address alone, and a line without an id has none"
            yield Issue("conversion-lost", told, path=f"Bundle.entry[{place}]", fix="give the resource an id")


def _identified(url: str, resource: dict[str, Json]) -> dict[str, Json]:
    """The resource with an id that references can name: its own, or what its address says (a UUID, an OID, `Type/id`)."""
    found, kind = _ADDRESS.fullmatch(url), resource.get("resourceType")
    if "id" in resource or not found or found[3] not in (None, kind):
        return resource
    return {"resourceType": kind, "id": found[1] or found[2] or found[4], **resource}


def _left_out(bundle: dict[str, Json], entries: list[dict[str, Json]]) -> Iterator[Issue]:
    frame = [key for key in bundle if key not in ("resourceType", "entry")]
    if frame:
        yield _note(f"a line is a resource, so of the Bundle there is no place for {', '.join(frame)}", "Bundle")
    around: dict[str, int] = {}
    for place, entry in enumerate(entries):
        if not isinstance(entry.get("resource"), dict):
            yield Issue(
                "conversion-lost", "there is no resource in it, so it has no line", path=f"Bundle.entry[{place}]"
            )
        for key in entry:
            if key != "resource":
                around[key] = around.get(key, 0) + 1
    if around:
        told = ", ".join(f"{key} ({count})" for key, count in around.items())
        yield _note(f"nor of its entries for {told}; references to them name the type and id", "Bundle.entry")


def _note(message: str, path: str) -> Issue:
    return Issue("format-frame", message, "information", path, fix="convert to JSON or XML, which have it")


def resources(rows: Iterable[bytes], name: str, issues: list[Issue]) -> Iterator[dict[str, Json]]:
    """The resources of lines, as they come; a line that is none is an issue, and the others are read."""
    for number, row in enumerate(rows, 1):
        if not row.strip():
            continue
        try:
            found = loads(row)
        except JSONError as error:
            at = Place(name, number, error.column)
            issues.append(Issue("not-json", f"this line is no JSON: {error.message}", place=at))
            continue
        if isinstance(found, dict) and isinstance(found.get("resourceType"), str):
            yield found
        else:
            issues.append(Issue("not-fhir", "expected a FHIR resource on each line", place=Place(name, number, 1)))


def bundled(found: list[dict[str, Json]], name: str) -> dict[str, Json]:
    """The one resource there is, or a collection of all. Raises `CaseError` where there is none."""
    held = list(some(iter(found), name))
    return held[0] if len(held) == 1 else {**_COLLECTION, "entry": [{"resource": one} for one in held]}


def some(found: Iterator[dict[str, Json]], name: str) -> Iterator[dict[str, Json]]:
    """The resources as they come. Raises `CaseError` where there is none."""
    first = next(found, None)
    if first is None:
        raise CaseError((Issue("not-fhir", "there is no resource in it", place=Place(name)),))
    yield first
    yield from found


def bundle_text(found: Iterator[dict[str, Json]], name: str) -> Iterator[str]:
    """The text of what `bundled` gives, as `dumps` with an indent of 2 writes it, resource by resource."""
    held = some(found, name)
    first, second = next(held), next(held, None)
    if second is None:
        yield dumps(first, indent=2) + "\n"
        return
    yield dumps(_COLLECTION, indent=2).removesuffix("\n}") + ',\n  "entry": [\n'
    before = "    "
    for one in chain((first, second), held):
        # No text in JSON has a line break in it, so that each of the lines is one to indent.
        yield before + dumps({"resource": one}, indent=2).replace("\n", "\n    ")
        before = ",\n    "
    yield "\n  ]\n}\n"


_COLLECTION: dict[str, Json] = {"resourceType": "Bundle", "type": "collection"}
