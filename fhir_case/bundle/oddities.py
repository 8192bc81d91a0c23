"""What is wrong with the entries of a bundle as such: told when it is read, and nothing is left out for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fhir_case.issues import Issue
from fhir_case.json import Json

_VERSIONS = ("history", "searchset", "batch-response", "transaction-response")
"""Bundles in which one resource may be there several times."""


def oddities(bundle: dict[str, Json]) -> Iterator[Issue]:
    """Entries that are none, and those that have the id or the address of another (https://hl7.org/fhir/R4/bundle.html)."""
    entries = bundle.get("entry", [])
    if bundle.get("resourceType") != "Bundle":
        return
    if not isinstance(entries, list):
        yield _broken("Bundle.entry", "expected a list of entries")
        return
    for place, entry in enumerate(entries):
        if not isinstance(entry, dict):
            yield _broken(f"Bundle.entry[{place}]", "expected an entry, an object")
    if bundle.get("type") not in _VERSIONS:
        yield from _twice(entries)


def _broken(path: str, message: str) -> Issue:
    return Issue("entry-broken", f"{message}; so the Bundle is kept whole, and nothing of it is read", "warning", path)


def _twice(entries: list[Any]) -> Iterator[Issue]:
    seen: dict[str, int] = {}
    for place, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            continue
        id, url = resource.get("id"), entry.get("fullUrl")
        names = (f"{resource.get('resourceType')}/{id}" if isinstance(id, str) else None, url)
        for name, what in zip(names, ("id", "fullUrl"), strict=True):
            if isinstance(name, str) and seen.setdefault(name, place) != place:
                told = f"has the {what} of entry[{seen[name]}]; a reference to it may mean either"
                yield Issue(
                    "entry-duplicate", told, "warning", f"Bundle.entry[{place}]", fix="give one of them another"
                )
