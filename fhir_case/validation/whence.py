"""Which package likely has a definition that is not here."""

from __future__ import annotations

import re

_GUIDE = re.compile(r"https?://hl7\.org/fhir/([a-z]{2})/([a-z0-9-]+)/")
"""HL7's guides: the realm and the name (https://confluence.hl7.org/display/FHIR/NPM+Package+Specification)."""

_EXTENSIONS = "http://hl7.org/fhir/StructureDefinition/"


def package_of(url: str) -> str:
    """What to do about a definition that is not known."""
    guide = _GUIDE.match(url)
    name = f"hl7.fhir.{guide[1]}.{guide[2]}" if guide else ""
    if url.startswith(_EXTENSIONS):
        name = "hl7.fhir.uv.extensions.r4"
    if name:
        return f"it is likely in the package {name}: --package {name}@VERSION"
    return "add the package that defines it: --package NAME@VERSION"
