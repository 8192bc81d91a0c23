"""Bundles: their entries by address, each found in one step (https://hl7.org/fhir/R4/bundle.html#references)."""

from __future__ import annotations

import re
from typing import Any

from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

_REST = re.compile(r"^(.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/([A-Za-z0-9\-.]{1,64}))?$")


class BundleIndex:
    """The resources of a Bundle by fullUrl. `outer` is the Bundle that this one stands in."""

    def __init__(self, bundle: Node, outer: BundleIndex | None = None) -> None:
        self.outer = outer
        self._by_url: dict[str, list[Node]] = {}
        self._urls: dict[int, str] = {}
        entries = bundle.get("entry")
        for entry in entries if isinstance(entries, list) else ():
            resource = entry.get("resource") if isinstance(entry, dict) else None
            url = entry.get("fullUrl") if isinstance(entry, dict) else None
            if isinstance(resource, dict) and isinstance(url, str):
                self._by_url.setdefault(url, []).append(resource)
                self._urls[id(resource)] = url

    def full_url(self, resource: Node) -> str:
        """The fullUrl of the entry with this very resource, or ""."""
        return self._urls.get(id(resource), "")

    def find(self, reference: str, base: str) -> Node | None:
        """The resource a reference leads to, from a resource whose fullUrl is `base`."""
        reference, _, version = reference.partition("/_history/")
        found = self._by_url.get(reference)
        if found is None and (rest := _REST.match(base)) and rest.group(1) and ":" not in reference:
            found = self._by_url.get(rest.group(1) + reference)
        if found is None:
            return self.outer.find(reference, base) if self.outer else None
        if version:
            for one in found:
                if _version(one) == version:
                    return one
            return None
        return found[0]


def _version(resource: Node) -> Any:
    meta = resource.get("meta")
    return meta.get("versionId") if isinstance(meta, dict) else None


def check(bundle: Node, at: At, run: Run) -> None:
    """The rules of a Bundle that its invariants do not say."""
