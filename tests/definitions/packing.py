"""Packages made for tests: archives entry by entry, whole packages from a few resources."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterable
from typing import Any

Resource = dict[str, Any]


def tgz(entries: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """An archive of exactly these entries, whatever they are."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        for info, content in entries:
            tar.addfile(info, io.BytesIO(content))
    return made.getvalue()


def file(name: str, content: bytes = b"{}") -> tuple[tarfile.TarInfo, bytes]:
    """A plain file in an archive."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    return info, content


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tuple[tarfile.TarInfo, bytes]:
    """A link, device or pipe in an archive."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


def about(name: str = "test.one", version: str = "1.0.0", **more: Any) -> bytes:
    """A package.json."""
    return json.dumps({"name": name, "version": version, "fhirVersions": ["4.0.1"], **more}).encode()


def packed(*resources: Resource, folder: str = "package/", **stated: Any) -> bytes:
    """A package with these resources."""
    files = [
        file(f"{folder}{one['resourceType']}-{at}.json", json.dumps(one).encode()) for at, one in enumerate(resources)
    ]
    return tgz([file(f"{folder}package.json", about(**stated)), *files])


def value_set(url: str = "http://example.org/ValueSet/a", version: str = "1.0.0", **more: Any) -> Resource:
    """A small value set."""
    return {"resourceType": "ValueSet", "url": url, "version": version, "status": "active", **more}


def profile(url: str, base: str = "http://hl7.org/fhir/StructureDefinition/Patient", **more: Any) -> Resource:
    """A profile that makes `active` mandatory, as a differential."""
    return {
        "resourceType": "StructureDefinition", "url": url, "version": "1.0.0", "name": "Test", "status": "active",
        "kind": "resource", "abstract": False, "type": "Patient", "baseDefinition": base, "derivation": "constraint",
        "differential": {"element": [{"id": "Patient.active", "path": "Patient.active", "min": 1}]}, **more,
    }  # fmt: skip


def zeros(length: int) -> bytes:
    """A gzip stream of nothing but zeros."""
    return gzip.compress(bytes(length))
